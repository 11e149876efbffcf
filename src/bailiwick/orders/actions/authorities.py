"""Authorities: one person proposes, another approves, and the log says so in the same transaction."""

import json
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bailiwick.accounts.actions.audit import audit
from bailiwick.ledger import actions as ledger
from bailiwick.ledger.entries import AuthorityAdded
from bailiwick.ledger.vocabulary import second
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand, SamePerson
from bailiwick.orders.models import Authority
from bailiwick.orders.permissions import Act, check_may
from bailiwick.orders.reach import check_whose


def propose(actor: UUID, *, name: str, state: str, kind: str, channels: str, now: datetime) -> Authority:
    """An authority that cannot demand anything until somebody else approves it.

    Raises:
        RoleNeeded; InvalidOrder: not a state or group, or a kind that is not its.
    """
    check_may(actor, Act.PROPOSE_AUTHORITY)
    _check(name, state, kind, channels)
    with transaction.atomic():
        made = Authority.objects.create(
            name=name.strip(),
            state=state,
            kind=kind,
            channels=channels.strip(),
            proposed_by_id=actor,
            proposed_at=now,
        )
        audit(actor, Act.PROPOSE_AUTHORITY, f"authority:{made.pk}", now)
    return made


def approve(actor: UUID, authority_id: UUID, now: datetime) -> Authority:
    """From now on its demands can be reviewed. All is checked again.

    Raises:
        RoleNeeded: also if whoever proposed it may not any more. NoSuchDemand, SamePerson, InvalidOrder.
    """
    check_may(actor, Act.APPROVE_AUTHORITY)
    with transaction.atomic():
        rows = Authority.objects.select_for_update().filter(pk=authority_id, approved_at__isnull=True)
        row = rows.first()
        if row is None:
            raise NoSuchDemand
        if row.proposed_by_id is None or row.proposed_by_id == actor:
            raise SamePerson
        check_may(row.proposed_by_id, Act.PROPOSE_AUTHORITY)
        _check(row.name, row.state, row.kind, row.channels)
        row.document = ledger.publish_document(_description(row), now)
        row.approved_by_id, row.approved_at = actor, now
        row.outbox_id = ledger.append(_entry(row, now))
        row.save()
        audit(actor, Act.APPROVE_AUTHORITY, f"authority:{row.pk}", now)
    return row


def _check(name: str, state: str, kind: str, channels: str) -> None:
    if not 3 <= len(name.strip()) <= 200 or not _is_plain(name):
        raise InvalidOrder("name")
    check_whose(state, kind)
    if not 3 <= len(channels.strip()) <= 2000:
        raise InvalidOrder("channels")


def _is_plain(name: str) -> bool:
    """Nothing in it that turns or hides what stands beside it; joiners belong to how some names are spelt."""
    return name.replace("\u200c", "").replace("\u200d", "").isprintable()


def _description(row: Authority) -> bytes:
    """What everybody may read of an authority: whose it is, and by what its letters are known."""
    fields = {"name": row.name, "state": row.state, "kind": row.kind, "channels": row.channels}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _entry(row: Authority, now: datetime) -> AuthorityAdded:
    return AuthorityAdded.model_validate(
        {
            "at": second(now),
            "authority": row.pk.hex,
            "state": row.state,
            "kind": row.kind,
            "document": row.document,
        }
    )
