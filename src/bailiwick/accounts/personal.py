"""What is kept of an account, part by part, and what becomes of each part when the account is deleted.

Each app that keeps something of people registers its part at start; accounts, below them, cannot know them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from bailiwick.ledger import actions as ledger

from .models import Account, Audit, RoleGrant, Suspension


@dataclass(frozen=True, slots=True)
class Consequence:
    """What deleting the account does to something others use. `kind`: `deleted`, `handed_over` (to `whom`) or
    `in_progress` (nothing is deleted while it is)."""

    kind: str
    what: str
    whom: str = ""


def _nothing(_account_id: UUID) -> Sequence[Consequence]:
    return ()


@dataclass(frozen=True, slots=True)
class Part:
    """`export`: all that is kept, as JSON has it. `erase`: in the transaction that deletes the account; may
    raise to prevent it. `consequences`: told before."""

    name: str
    export: Callable[[UUID], Any]
    erase: Callable[[UUID, datetime], None]
    consequences: Callable[[UUID], Sequence[Consequence]] = _nothing


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Add a part; one of the same name takes its place."""
    _parts[part.name] = part


def parts() -> tuple[Part, ...]:
    """All of them, accounts' own first."""
    return (ACCOUNT, *_parts.values())


def _export(account_id: UUID) -> dict[str, Any]:
    row = Account.objects.get(pk=account_id)
    keys = Authenticator.objects.filter(user_id=account_id).order_by("id")
    return {
        "id": row.pk,
        "email": row.email,
        "display_name": row.display_name,
        "time_zone": row.time_zone,
        "created_at": row.created_at,
        "last_login": row.last_login,
        "addresses": list(
            EmailAddress.objects.filter(user_id=account_id).values("email", "verified", "primary")
        ),
        "second_factors": [
            {"kind": key.type, "name": str(key), "added_at": key.created_at, "used_at": key.last_used_at}
            for key in keys
        ],
        "roles": list(
            RoleGrant.objects.filter(account_id=account_id).values(
                "role", "proposed_at", "confirmed_at", "discarded_at", "ended_at"
            )
        ),
        "suspensions": [_suspension(found) for found in Suspension.objects.filter(account_id=account_id)],
        "acts_as_staff": list(Audit.objects.filter(actor=account_id).values("at", "code", "subject")),
    }


def _suspension(row: Suspension) -> dict[str, Any]:
    """Not who decided: that is theirs."""
    appeal = getattr(row, "appeal", None)
    return {
        "ground": row.ground,
        "facts": row.facts,
        "section": row.section,
        "terms_document": row.terms_document,
        "terms": row.terms,
        "source": row.source,
        "automated": row.automated,
        "proposed_at": row.proposed_at,
        "in_force_from": row.approved_at,
        "until": row.until,
        "ended_at": row.ended_at,
        "appeal": appeal and {"text": appeal.text, "filed_at": appeal.filed_at, "answer": appeal.answer},
    }


def _erase(account_id: UUID, _now: datetime) -> None:
    """The log keeps that an account was suspended; nobody can say any more whose."""
    for committed in Suspension.objects.filter(account_id=account_id).values_list("committed", flat=True):
        ledger.erase(committed)
    Suspension.objects.filter(account_id=account_id).delete()
    Authenticator.objects.filter(user_id=account_id).delete()
    EmailAddress.objects.filter(user_id=account_id).delete()


ACCOUNT = Part("account", _export, _erase)
