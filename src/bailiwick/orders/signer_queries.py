"""Whose passkeys may sign, for the desk and the command line: the log's keys, and by our rows whose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from bailiwick.accounts.queries import roles_of
from bailiwick.ledger.entries import statement
from bailiwick.ledger.roll import WAITING, roll_now
from bailiwick.orders.permissions import MAY, Act

from .entries import signer_statement
from .errors import NoSuchDemand
from .models import Signer
from .registered import passkeys_of

__all__ = ["Listed", "Signer"]

_SHORTEST: Final = 16


@dataclass(frozen=True, slots=True)
class Listed:
    """A passkey on the roll or proposed for it. `row`: None where the log names a key that no row here has;
    `index`: of the entry, None while it waits; `idle`: why its holder cannot sign with it, a code."""

    key: str
    row: Signer | None
    index: int | None = None
    idle: str = ""

    @property
    def fingerprint(self) -> str:
        """The key's hash as people compare it."""
        return fingerprint(self.key)

    @property
    def holder(self) -> str:
        """An e-mail address; empty for nobody known."""
        return "" if self.row is None else self.row.account.email

    @property
    def is_proven(self) -> bool:
        """Whether its holder showed that they hold it."""
        return self.row is not None and self.row.is_proven

    @property
    def since(self) -> datetime | None:
        """When the entry was written that put it there."""
        return None if self.row is None else self.row.added_at


def fingerprint(key: str) -> str:
    """In groups of four."""
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def on_roll() -> list[Listed]:
    """Those that may sign, in the order of the log."""
    found = roll_now().now()
    rows = {row.key: row for row in _rows().filter(key__in=[each.key for each in found])}
    return [_listed(each.key, rows.get(each.key), each.added) for each in found]


def _listed(key: str, row: Signer | None, index: int) -> Listed:
    return Listed(key, row, None if index >= WAITING else index, _idle(row))


def _idle(row: Signer | None) -> str:
    if row is None:
        return "unknown"
    if roles_of(row.account_id).isdisjoint(MAY[Act.APPROVE_SIGNER]):
        return "no_role"
    return "" if bytes(row.public_key) in passkeys_of(row.account_id) else "unregistered"


def proposed() -> list[Listed]:
    """Those that wait for their holder or for approvals, oldest first."""
    return [Listed(row.key, row) for row in _rows().filter(outbox_id__isnull=True)]


def proposal(signer_id: UUID) -> Signer:
    """One that was proposed, whatever came of it. Raises NoSuchDemand."""
    row = _rows().filter(pk=signer_id).first()
    if row is None:
        raise NoSuchDemand
    return row


def by_fingerprint(text: str) -> Signer:
    """The one proposed passkey whose hash begins so. Raises NoSuchDemand."""
    begins = "".join(text.split()).lower()
    rows = list(_rows().filter(outbox_id__isnull=True, key__startswith=begins)[:2])
    if len(begins) < _SHORTEST or len(rows) != 1:
        raise NoSuchDemand("No proposed passkey, or several, with that fingerprint.")
    return rows[0]


def text_of(row: Signer) -> str:
    """What is signed of its entry, byte for byte."""
    return statement(signer_statement(row)).decode()


def may_sign(keys: Iterable[str]) -> frozenset[str]:
    """Which of these may."""
    found = roll_now()
    return frozenset(key for key in keys if found.may_sign(key))


def known_before(keys: Iterable[str]) -> frozenset[str]:
    """Which of these are or were on the roll, or are proposed: none of them can be proposed."""
    asked = list(keys)
    found = roll_now().signers
    rows = Signer.objects.filter(key__in=asked).values_list("key", flat=True)
    return frozenset(key for key in asked if key in found) | frozenset(rows)


def enough_sign() -> bool:
    """Whether there are two that may sign: else nothing can be approved."""
    return len(roll_now().now()) >= 2


def waiting_count() -> int:
    """How many are proposed."""
    return Signer.objects.filter(outbox_id__isnull=True).count()


def _rows() -> QuerySet[Signer]:
    return Signer.objects.select_related("account").prefetch_related("approvals__account")
