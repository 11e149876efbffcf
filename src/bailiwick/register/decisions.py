"""What was decided about a demand, in the words of the document that a restriction's entry names."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from bailiwick.ledger import queries
from bailiwick.register.words import places
from bailiwick.rules.territory import CODES

_WITHHOLD: Final = "withhold"
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_ANSWERS: Final = ("legality", "necessity", "proportionality")


@dataclass(frozen=True, slots=True)
class Decision:
    """What was asked and what of it was cut (codes), how many meetings and accounts were named and for what,
    the answers in writing by their question, and the hash of the published demand; of all its `pages`, if it
    is pictures."""

    asked: tuple[str, ...]
    cut: tuple[str, ...]
    targets: dict[str, int]
    answers: dict[str, str]
    redacted: str
    pages: tuple[str, ...] = ()

    @property
    def is_narrower(self) -> bool:
        """Whether less was granted than was asked: fewer codes, or something milder."""
        return bool(self.cut) or any(act != _WITHHOLD for act in self.targets)

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


def read(document: str) -> Decision | None:
    """The decision in a published document; None where there is none, or it is something else."""
    found = queries.document(document)
    try:
        said = json.loads(found[0]) if found else None
    except ValueError:
        return None
    return _parse(said) if isinstance(said, dict) else None


def _parse(said: dict[str, Any]) -> Decision | None:
    asked, redacted = said.get("asked"), said.get("redacted_demand")
    if not isinstance(asked, dict) or not isinstance(redacted, str):
        return None
    targets = asked.get("targets")
    return Decision(
        asked=_codes(asked.get("territories")),
        cut=_codes(said.get("cut")),
        targets={str(act): count for act, count in targets.items() if isinstance(count, int)}
        if isinstance(targets, dict)
        else {},
        answers={name: text for name in _ANSWERS if isinstance(text := said.get(name), str) and text},
        redacted=redacted if len(redacted) == 64 else "",
        pages=_hashes(said.get("redacted_pages")),
    )


def _hashes(found: object) -> tuple[str, ...]:
    named = found if isinstance(found, list) else []
    return tuple(name for name in named if isinstance(name, str) and _HASH.fullmatch(name))


def _codes(found: object) -> tuple[str, ...]:
    return tuple(code for code in found if code in CODES) if isinstance(found, list) else ()
