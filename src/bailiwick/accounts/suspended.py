"""Whoever signs in to a suspended account: they see why, and can appeal, and nothing else."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import HttpRequest

from .models import Account, Suspension, SuspensionAppeal

_KEY: Final = "suspended"
SECONDS: Final = 3600
"""How long the page stays open after a sign-in."""


@dataclass(frozen=True, slots=True)
class Case:
    """An account's suspension with its appeal, for its owner."""

    row: Suspension
    appeal: SuspensionAppeal | None


def is_suspended(account_id: UUID) -> bool:
    """Whether a suspension of the account is in force (one query)."""
    rows = Suspension.objects.filter(account_id=account_id, approved_at__isnull=False)
    return rows.filter(ended_at__isnull=True).exists()


def remember(request: HttpRequest, account: Account) -> None:
    """They gave the right password or passkey: show them their case for an hour, in this session only."""
    request.session.cycle_key()
    request.session[_KEY] = {"account": str(account.pk), "at": time.time()}


def case(request: HttpRequest, now: datetime) -> Case | None:
    """The open case of whoever just tried to sign in; None for everybody else. Two queries."""
    kept = request.session.get(_KEY)
    if not isinstance(kept, dict) or not 0 <= now.timestamp() - kept["at"] < SECONDS:
        return None
    row = Suspension.objects.filter(
        account_id=UUID(kept["account"]), approved_at__isnull=False, ended_at__isnull=True
    ).first()
    if row is None:
        return None
    return Case(row, SuspensionAppeal.objects.filter(suspension=row).first())
