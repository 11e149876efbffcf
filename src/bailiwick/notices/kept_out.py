"""The page of somebody who is kept out, in all languages there are, so that changing between them asks nobody
anything. It loads nothing but its own style and script, has a neutral title, and can be hidden at once."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.template.loader import render_to_string

from .wording import Language, languages

TOLD: Final = (
    "blocked", "removed", "turned_away", "locked", "full", "ended", "no_such_meeting", "rate_limited",
    "unavailable", "too_large",
)  # fmt: skip
"""Codes with a title and one paragraph of their own in each catalogue."""
Words = Callable[[Language], Sequence[str]]


def words(code: str, spoken: Language) -> Sequence[str]:
    """The title and the paragraph of one of TOLD."""
    return spoken.text(f"refused.{code}.title"), spoken.text(f"refused.{code}")


def page(problem: Mapping[str, Any], spoken: Language, said: Words | None = None) -> str:
    """The page of a problem document, `spoken` first. `said`: its title and paragraphs in a language, if it
    is none of TOLD."""
    code = str(problem["code"])
    receipt = problem.get("receipt")
    context = {
        "chosen": spoken,
        "problem": problem,
        "until": _moment(str(problem.get("expires_at", ""))),
        "sections": [_section(problem, each, said or (lambda one: words(code, one))) for each in languages()],
        "receipt": receipt,
        "receipt_data": b64encode(str(receipt or "").encode()).decode(),
    }
    return render_to_string("notices/told.html", context)


def _section(problem: Mapping[str, Any], spoken: Language, said: Words) -> dict[str, Any]:
    """All that the page says in one language. `text`: the catalogue, with `_` for `.` (templates)."""
    title, *paragraphs = said(spoken)
    return {
        "tag": spoken.tag,
        "direction": spoken.direction,
        "title": title,
        "paragraphs": paragraphs,
        "text": {key.replace(".", "_"): value for key, value in spoken.texts.items()},
        "orders": [_order(each, spoken) for each in problem.get("restrictions", ())],
    }


def _order(restriction: Mapping[str, Any], spoken: Language) -> dict[str, Any]:
    """One restriction in words of that language; laws, authorities and numbers as they are."""
    by, log, comma = restriction["authority"], restriction["log"], spoken.text("separator")
    return {
        **restriction,
        "by": by["name"],
        "of": comma.join((spoken.word("kind", by["kind"]), spoken.territory(by["state"]))),
        "why": comma.join(spoken.word("reason", each) for each in restriction["reasons"]),
        "where": comma.join(map(spoken.territory, restriction["territory"])),
        "since": _moment(restriction["effective_from"]),
        "until": _moment(restriction["expires_at"]),
        "entry": spoken.text("withheld.entry", index=log["index"], origin=log["origin"]),
    }


def _moment(instant: str) -> str:
    """`2026-11-22 12:00`, the same in every language."""
    return instant[:16].replace("T", " ")
