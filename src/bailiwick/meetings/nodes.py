"""Leases of web processes. A lapsed lease is taken by deleting its row: exactly one node succeeds."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from .absences import RESUMABLE
from .models import Node, Presence, PresenceState

LEASE = timedelta(seconds=4)


def renew(node_id: UUID, now: datetime, table: str = "") -> bool:
    """Extend the lease; `table`: the location table's hash. False: it lapsed and another node took what this
    one held."""
    return Node.objects.filter(id=node_id).update(lease_until=now + LEASE, table=table) == 1


def register(node_id: UUID, now: datetime, table: str = "") -> None:
    """A new node, with nothing in its hands."""
    Node.objects.create(id=node_id, lease_until=now + LEASE, table=table)


def answers_from(node_id: UUID, table: str) -> None:
    """From now on the node answers from this location table."""
    Node.objects.filter(id=node_id).update(table=table)


def any_answers_from(table: str, now: datetime) -> bool:
    """Whether any living node answers from this location table."""
    return Node.objects.filter(table=table, lease_until__gte=now).exists()


def adopt_lapsed(node_id: UUID, now: datetime) -> int:
    """Take over what lapsed nodes held; number of presences whose connection nobody holds as of now.

    Ended ones come along too, so that the sweep finishes what the dead node began.
    """
    adopted = 0
    for lapsed in Node.objects.filter(lease_until__lt=now).exclude(id=node_id):
        with transaction.atomic():
            adopted += _adopt(lapsed, node_id, now)
    return adopted


def _adopt(lapsed: Node, node_id: UUID, now: datetime) -> int:
    rows = Presence.objects.filter(node_id=lapsed.pk)
    held = rows.exclude(state=PresenceState.ENDED).filter(unheld_since__isnull=True)
    live = held.update(node_id=node_id, unheld_since=now, resumable_until=now + RESUMABLE)
    rows.update(node_id=node_id)
    # the delete is conditional on the lease having stayed lapsed; losing it undoes the two updates
    gone, _ = Node.objects.filter(id=lapsed.pk, lease_until=lapsed.lease_until).delete()
    if gone != 1:
        transaction.set_rollback(True)
        return 0
    return live


def retire(node_id: UUID, now: datetime) -> None:
    """A node that stops in order: its lease lapses at once."""
    Node.objects.filter(id=node_id).update(lease_until=now - timedelta(seconds=1))


def others(node_id: UUID, now: datetime) -> set[UUID]:
    """The other nodes that are alive."""
    rows = Node.objects.filter(lease_until__gte=now).exclude(id=node_id)
    return set(rows.values_list("id", flat=True))


def hold_any(meeting_id: UUID, node_ids: Collection[UUID]) -> bool:
    """Whether any of these nodes holds somebody inside a meeting."""
    rows = Presence.objects.filter(meeting_id=meeting_id, node_id__in=node_ids, state=PresenceState.ACTIVE)
    return rows.exists()
