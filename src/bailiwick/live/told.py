"""The answer to somebody who is kept out, in their language: the words of a problem, and its page.

The page has all languages in it, so that changing between them asks nobody anything. It loads nothing but its
own style and script, has a neutral title, and can be hidden at once.
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Final

from django.template.loader import render_to_string

from bailiwick.notices.wording import Language, languages

from .problems import Problem

_REFUSED: Final = ("blocked", "removed", "turned_away", "locked")


def is_spoken(problem: Problem) -> bool:
    """Whether there are words for it in every language."""
    return problem.code in ("withheld", "refused_by_rule", *_REFUSED)


def document(problem: Problem, spoken: Language) -> dict[str, Any]:
    """The JSON object, with title and detail in that language."""
    if spoken.tag == "en":
        return problem.document()
    title, *paragraphs = words(problem, spoken)
    return {**problem.document(), "title": title, "detail": " ".join(paragraphs)}


def words(problem: Problem, spoken: Language) -> Sequence[str]:
    """The title and then the paragraphs, of a problem that `is_spoken`."""
    text = spoken.text
    if problem.code == "withheld":
        return text("withheld.title"), text("withheld.text"), text("place")
    if problem.code == "refused_by_rule":
        setter = problem.extra["setter"]
        return (
            text("refused.rule.title"),
            text(f"refused.rule.{setter}"),
            text("place"),
            text(f"refused.rule.help.{setter}"),
        )
    return text("refused.title"), text(f"refused.{problem.code}")


def page(problem: Problem, spoken: Language) -> str:
    """The page; of a problem without words of its own, a plain one in English."""
    if not is_spoken(problem):
        return render_to_string("live/problem.html", {"problem": problem.document()})
    found = problem.document()
    context = {
        "chosen": spoken,
        "problem": found,
        "sections": [_section(problem, each) for each in languages()],
        "receipt": found.get("receipt"),
        "receipt_data": b64encode(str(found.get("receipt", "")).encode()).decode(),
    }
    return render_to_string("live/told.html", context)


def _section(problem: Problem, spoken: Language) -> dict[str, Any]:
    """All that the page says in one language. `text`: the catalogue, with `_` for `.` (templates)."""
    title, *paragraphs = words(problem, spoken)
    found = problem.document()
    return {
        "tag": spoken.tag,
        "direction": spoken.direction,
        "title": title,
        "paragraphs": paragraphs,
        "text": {key.replace(".", "_"): value for key, value in spoken.texts.items()},
        "orders": [_order(each, spoken) for each in found.get("restrictions", ())],
    }


def _order(restriction: dict[str, Any], spoken: Language) -> dict[str, Any]:
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
