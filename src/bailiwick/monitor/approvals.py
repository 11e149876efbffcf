"""Who approved what, from the log's own entries (P5): nothing else is asked, and nobody."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from bailiwick.signing.errors import SENTENCES, Fault, Unapproved
from bailiwick.signing.roll import APPROVED, Roll, concerns, roll
from bailiwick.signing.statements import parse

_MARKS: Final = tuple(f'"type":"{kind}"'.encode() for kind in APPROVED)
_ALWAYS: Final = "restriction.approved"
MOST_TOLD: Final = 20


@dataclass(slots=True)
class Approvals:
    """Takes the entries of a log on the way; `found` says what there is, once all are taken."""

    log_keys: Collection[bytes]
    said: list[tuple[int, bytes]] = field(default_factory=list)
    approved: list[tuple[int, bytes]] = field(default_factory=list)

    def take(self, first: int, entries: list[bytes]) -> None:
        """Keep those that tell of signers or of what they approved."""
        for index, entry in enumerate(entries, first):
            if concerns(entry):
                self.said.append((index, entry))
            if any(mark in entry for mark in _MARKS):
                self.approved.append((index, entry))

    def found(self) -> "Found":
        """Every approval checked."""
        made = roll(self.said, self.log_keys)
        refused = dict(made.refused)
        checked = len(made.begun) + sum(each.added not in made.begun for each in made.signers.values())
        for index, entry in self.approved:
            try:
                checked += _check(made, index, entry)
            except Unapproved as error:
                refused[index] = error.fault
        return Found(made, checked, dict(sorted(refused.items())))


def _check(made: Roll, index: int, entry: bytes) -> int:
    """1, or 0 where it needs no approval and carries none: a correction only takes away. Unapproved."""
    fields = parse(entry)
    if fields.get("type") not in APPROVED or (fields["type"] != _ALWAYS and "approvals" not in fields):
        return 0
    made.approvers(index, entry)
    return 1


@dataclass(frozen=True, slots=True)
class Found:
    """The roll; how many entries' signatures hold; those whose do not, by index."""

    roll: Roll
    checked: int
    refused: dict[int, Fault]

    def facts(self) -> dict[str, Any]:
        """For programs."""
        signers = [
            {"key": each.key, "added": each.added}
            | ({} if each.removed is None else {"removed": each.removed})
            for each in self.roll.signers.values()
        ]
        refused = [{"index": index, "fault": fault.value} for index, fault in self.refused.items()]
        return {
            "checked": self.checked,
            "begun": list(self.roll.begun),
            "signers": signers,
            "refused": refused,
        }

    def sentences(self) -> list[str]:
        """For people."""
        anew = [f"at entry {index:,} the roll of signers began anew" for index in self.roll.begun[1:]]
        count = f"{self.checked:,} {'entry' if self.checked == 1 else 'entries'}"
        line = f"Approvals: the signatures of {count} hold; {len(self.roll.now())} keys may sign now."
        return [*anew, *self.troubles(), line]

    def troubles(self) -> list[str]:
        """One sentence for each entry whose signatures do not hold; of very many, for the first."""
        told = list(self.refused.items())[:MOST_TOLD]
        lines = [f"Entry {index:,} has no effect: {SENTENCES[fault]}." for index, fault in told]
        more = len(self.refused) - len(told)
        return [*lines, f"{more:,} more have none either; --json names them."] if more else lines
