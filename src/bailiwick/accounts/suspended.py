"""What the owner of a suspended account sees: why, and how to appeal, and nothing else.

Who they are is shown by the key in the mail, by signing in to the suspended account, or by being signed in
once it is over. Where somebody else has taken the account over, only the key counts: the others prove a
password.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from .models import APPEAL_TIME, Account, Ground, Suspension, SuspensionAppeal
from .suspension_queries import Said, said_prompted

_KEPT: Final = "suspended"
SECONDS: Final = 3600
"""How long the page stays open after a sign-in, or after the key was given."""


@dataclass(frozen=True, slots=True)
class Case:
    """A suspension with its appeal, for the account's owner. `by_key`: shown by the key; `said`: that
    somebody answered before that an authority prompted it."""

    row: Suspension
    appeal: SuspensionAppeal | None
    by_key: bool
    now: datetime
    said: Sequence[Said]

    @property
    def needs_key(self) -> bool:
        """Whether it may be somebody else who reads this."""
        return self.row.ground == Ground.COMPROMISED and not self.by_key

    @property
    def may_appeal(self) -> bool:
        """Whether there is an appeal to file."""
        until = self.row.appeal_until
        return not self.needs_key and self.appeal is None and until is not None and self.now <= until


def digest(key: str) -> str:
    """What is kept of a key."""
    return sha256(key.encode()).hexdigest()


def is_suspended(account_id: UUID) -> bool:
    """Whether a suspension of the account is in force (one query)."""
    return _of(account_id).filter(ended_at__isnull=True).exists()


def remember(request: HttpRequest, account: Account) -> None:
    """They gave the right password or passkey: show them their case for an hour, in this session only."""
    row = _of(account.pk).filter(ended_at__isnull=True).first()
    if row is not None:
        _remember(request, row, by_key=False)


def open_by_key(request: HttpRequest, key: str) -> bool:
    """They gave the key from the mail: the same. False: there is no suspension of that key."""
    row = Suspension.objects.filter(appeal_key_digest=digest(key.strip()), approved_at__isnull=False).first()
    if row is None:
        return False
    _remember(request, row, by_key=True)
    return True


def case(request: HttpRequest, now: datetime) -> Case | None:
    """The case of whoever just tried to sign in, gave a key, or is signed in and was suspended within the
    time to appeal; None for everybody else. Four queries."""
    row, by_key = _kept(request, now)
    row = row or _signed_in(request, now)
    if row is None:
        return None
    appeal = SuspensionAppeal.objects.filter(suspension=row).first()
    return Case(row, appeal, by_key, now, said_prompted(row.account_id))


def _of(account_id: UUID) -> QuerySet[Suspension]:
    return Suspension.objects.filter(account_id=account_id, approved_at__isnull=False)


def _remember(request: HttpRequest, row: Suspension, *, by_key: bool) -> None:
    request.session.cycle_key()
    request.session[_KEPT] = {"suspension": str(row.pk), "by_key": by_key, "at": timezone.now().timestamp()}


def _kept(request: HttpRequest, now: datetime) -> tuple[Suspension | None, bool]:
    kept = request.session.get(_KEPT)
    if not isinstance(kept, dict) or not 0 <= now.timestamp() - kept["at"] < SECONDS:
        return None, False
    rows = Suspension.objects.filter(approved_at__isnull=False)
    return rows.filter(pk=UUID(kept["suspension"])).first(), kept["by_key"]


def _signed_in(request: HttpRequest, now: datetime) -> Suspension | None:
    if not isinstance(request.user, Account):
        return None
    return _of(request.user.pk).filter(approved_at__gte=now - APPEAL_TIME).order_by("-approved_at").first()
