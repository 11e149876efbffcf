"""Who a host removed or blocked, matched by account, invitation or device; never by name or address."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from bailiwick.rules import decision

from . import statements
from .models import Block, Meeting, Role
from .presences import Person


def _matching(meeting_id: UUID, person: Person) -> Q | None:
    keys = Q()
    if person.account_id:
        keys |= Q(account_id=person.account_id)
    if person.invitation_id:
        keys |= Q(invitation_id=person.invitation_id)
    if person.device_digest:
        keys |= Q(device_digest=person.device_digest)
    return Q(meeting_id=meeting_id) & keys if keys else None


Reaching = tuple[tuple[decision.Block, ...], bool]
"""The blocks that reach a person, and whether a removal sends them to the waiting room."""


def of(meeting_id: UUID, person: Person, now: datetime) -> Reaching:
    """What reaches this person in this meeting. At most one query."""
    matching = _matching(meeting_id, person)
    if matching is None:
        return (), False
    return reaching(Block.objects.filter(matching).exclude(expires_at__lte=now), person)


def of_meeting(meeting_id: UUID, now: datetime) -> list[Block]:
    """All blocks and removals of a meeting that hold, for deciding on many people with one query; most
    meetings have none, which costs next to nothing to see."""
    key = [statements.prepared(Meeting, "id", meeting_id)]
    if statements.fetch_one(statements.any_block_of_meeting(), key) is None:
        return []
    return list(Block.objects.filter(meeting_id=meeting_id).exclude(expires_at__lte=now))


def reaching(rows: Iterable[Block], person: Person) -> Reaching:
    """Which of these rows reach this person."""
    mine = [row for row in rows if names(row, person)]
    blocks = tuple(_block(row) for row in mine if not row.lobby_only)
    return blocks, any(row.lobby_only for row in mine)


def names(row: Block, person: Person) -> bool:
    """Whether a row means this person: nobody else who has something in common with them.

    Never the host, and by a link or a device nobody who runs the meeting: a co-host sees personal links, and
    would put the host out with the host's own. The device of somebody signed in means the guests on it, not
    others who sign in there.
    """
    if row.account_id and row.account_id == person.account_id:
        return person.role != Role.HOST
    if person.runs_meeting:
        return False
    if row.invitation_id and row.invitation_id == person.invitation_id:
        return True
    same_device = bool(row.device_digest) and row.device_digest == person.device_digest
    return same_device and (row.account_id is None or person.account_id is None)


def _block(row: Block) -> decision.Block:
    return decision.Block(
        id=row.pk.hex,
        scope=decision.BlockScope.SERIES,
        expires_at=row.expires_at,
        reason=row.reason,
        actor=row.actor,
    )


def add(
    meeting_id: UUID, person: Person, *, label: str, actor: str, lobby_only: bool, now: datetime
) -> Block | None:
    """Keep somebody out, or (`lobby_only`) send them to the waiting room. In the caller's transaction.

    None: without account, invitation or device there is nothing to hold on to, the removal is all there is.
    """
    if not (person.account_id or person.invitation_id or person.device_digest):
        return None
    return Block.objects.create(
        meeting_id=meeting_id,
        account_id=person.account_id,
        invitation_id=person.invitation_id,
        device_digest=person.device_digest,
        label=label,
        actor=actor,
        lobby_only=lobby_only,
        created_at=now,
    )


def forgive(meeting_id: UUID, person: Person) -> None:
    """Somebody removed was let in again: the removal no longer sends them to the waiting room."""
    matching = _matching(meeting_id, person)
    if matching is not None:
        rows = Block.objects.filter(matching, lobby_only=True)
        Block.objects.filter(pk__in=[row.pk for row in rows if names(row, person)]).delete()
