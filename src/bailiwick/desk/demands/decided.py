"""The published decision of a restriction, for whoever is asked to sign it: read from the document that its
entry names by hash, so that it is what everybody will read."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick.ledger import queries as ledger
from bailiwick.orders.desk_queries import Asked

from . import words
from .comparison import Side

_QUESTIONS: Final = (
    ("legality", gettext_lazy("Lawful?")),
    ("necessity", gettext_lazy("Necessary?")),
    ("proportionality", gettext_lazy("Proportionate?")),
)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was asked beside what is granted and what was cut; the answers in writing, by their question; the
    redacted copy's hash, or those of all its `pages`."""

    sides: list[Side]
    answers: list[tuple[Any, str]]
    redacted: str
    pages: list[str]


def decided(document: str) -> Decided | None:
    """None where that document is not published, or is no decision."""
    found = ledger.document(document)
    try:
        said = json.loads(found[0]) if found else None
        return _read(said) if isinstance(said, dict) else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _read(said: Mapping[str, Any]) -> Decided:
    answers = [(label, str(said[name])) for name, label in _QUESTIONS if said.get(name)]
    asked, granted = said["asked"], said["granted"]
    sides = [_act(asked["targets"]), *_places(asked, granted, said["cut"]), _time(asked, granted)]
    return Decided(sides, answers, str(said["redacted_demand"]), list(said.get("redacted_pages", ())))


def _act(targets: Mapping[str, int]) -> Side:
    asked = ", ".join(f"{words.ASKED[act]} × {count}" for act, count in sorted(targets.items()))
    milder = any(act != Asked.WITHHOLD for act in targets)
    return Side(
        _("What to do"),
        asked,
        _("Keep people located in the territory out of the meeting; it goes on for everybody else"),
        _("No demand ends a meeting or closes an account.") if milder else "",
    )


def _places(asked: Mapping[str, Any], granted: Mapping[str, Any], beyond: list[str]) -> Iterator[Side]:
    rest = set(asked["territories"]) - set(granted["territories"]) - set(beyond)
    why = [_("Beyond the authority’s own territory: %(places)s") % {"places": words.places(beyond)}]
    why = why if beyond else []
    why += [_("More than is needed: %(places)s") % {"places": words.places(rest)}] if rest else []
    yield Side(
        _("Where"), words.places(asked["territories"]), words.places(granted["territories"]), ". ".join(why)
    )


def _time(asked: Mapping[str, Any], granted: Mapping[str, Any]) -> Side:
    before, now = asked.get("until"), granted.get("until")
    shorter = before is None or (now is not None and now < before)
    return Side(
        _("Until"),
        _moment(before) or _("without an end"),
        _moment(now) or "—",
        _("Shorter than asked.") if shorter else "",
    )


def _moment(text: str | None) -> str:
    return words.moment(datetime.fromisoformat(text)) if text else ""
