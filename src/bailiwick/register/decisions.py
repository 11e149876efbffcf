"""What was decided about a demand, in the words of the document that a restriction's entry names."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bailiwick.ledger import queries
from bailiwick.register.words import places
from bailiwick.rules.territory import CODES

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_WITHHOLD: Final = "withhold"
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_ANSWERS: Final = ("legality", "necessity", "proportionality")


@dataclass(frozen=True, slots=True)
class Decision:
    """What was asked, and what of it was cut as beyond the authority's territory or left out as `needless`
    (codes), how many meetings and accounts were named and for what, until when as was `asked_until` and
    granted `until`, the answers in writing by their question, and the hash of the published demand; of all
    its `pages`, if it is pictures."""

    asked: tuple[str, ...]
    cut: tuple[str, ...]
    needless: tuple[str, ...]
    targets: dict[str, int]
    answers: dict[str, str]
    redacted: str
    pages: tuple[str, ...] = ()
    asked_until: datetime | None = None
    until: datetime | None = None

    @property
    def is_narrower(self) -> bool:
        """Whether less was granted than was asked: fewer codes, a shorter time, or something milder."""
        return bool(self.cut or self.needless or self.is_shorter) or any(
            act != _WITHHOLD for act in self.targets
        )

    @property
    def is_shorter(self) -> bool:
        """Whether the end was brought nearer by more than a minute, as far as the document says."""
        return self.until is not None and (
            self.asked_until is None or self.asked_until - self.until > timedelta(minutes=1)
        )

    @property
    def named(self) -> int:
        """How many meetings and accounts the demand named."""
        return sum(self.targets.values())

    @property
    def asked_names(self) -> list[str]:
        """Names of the territories asked for."""
        return places(self.asked)

    @property
    def cut_names(self) -> list[str]:
        """Names of those that were cut off."""
        return places(self.cut)

    @property
    def needless_names(self) -> list[str]:
        """Names of those in which it was not found necessary."""
        return places(self.needless)


def read(document: str) -> Decision | None:
    """The decision in a published document; None where there is none, or it is something else."""
    said = _said(document)
    return None if said is None else _parse(said)


def _said(document: str) -> dict[str, Any] | None:
    found = queries.document(document)
    try:
        said = json.loads(found[0]) if found else None
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is published of a refusal: reasons in words, and the hash of the demand's text, or of each page of
    its copy; empty where there is none."""

    reasoning: str
    redacted: str
    pages: tuple[str, ...] = ()


def refusal(document: str) -> Refusal | None:
    """Of a published document; None where there is none, or it is something else."""
    said = _said(document) if document else None
    if said is None or not isinstance(said.get("refused"), list):
        return None
    reasoning, redacted = said.get("reasoning"), said.get("redacted_demand")
    return Refusal(
        reasoning if isinstance(reasoning, str) else "",
        redacted if isinstance(redacted, str) and _HASH.fullmatch(redacted) else "",
        _hashes(said.get("redacted_pages")),
    )


def _parse(said: dict[str, Any]) -> Decision | None:
    asked, redacted = said.get("asked"), said.get("redacted_demand")
    if not isinstance(asked, dict) or not isinstance(redacted, str):
        return None
    targets, granted = asked.get("targets"), said.get("granted")
    left = granted if isinstance(granted, dict) else {}
    where, cut = _codes(asked.get("territories")), _codes(said.get("cut"))
    return Decision(
        asked=where,
        cut=cut,
        needless=tuple(code for code in where if code not in {*cut, *_codes(left.get("territories"))})
        if left
        else (),
        targets={str(act): count for act, count in targets.items() if isinstance(count, int)}
        if isinstance(targets, dict)
        else {},
        answers={name: text for name in _ANSWERS if isinstance(text := said.get(name), str) and text},
        redacted=redacted if len(redacted) == 64 else "",
        pages=_hashes(said.get("redacted_pages")),
        asked_until=_moment(asked.get("until")),
        until=_moment(left.get("until")),
    )


def _moment(found: object) -> datetime | None:
    try:
        return datetime.strptime(found, _TIME).replace(tzinfo=UTC) if isinstance(found, str) else None
    except ValueError:
        return None


def _hashes(found: object) -> tuple[str, ...]:
    named = found if isinstance(found, list) else []
    return tuple(name for name in named if isinstance(name, str) and _HASH.fullmatch(name))


def _codes(found: object) -> tuple[str, ...]:
    return tuple(code for code in found if code in CODES) if isinstance(found, list) else ()
