"""Who a host removed or blocked, matched by account, invitation or device; never by name or address."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from bailiwick.rules import decision
from bailiwick.rules.decision import BlockScope

from . import statements
from .models import Abuse, Block, Meeting, Role
from .presences import Person
from .recurrence import occurrences

_SAME_TIME: Final = timedelta(hours=12)
"""A start within so many hours is that of the meeting they are in now: the most frequent ones are daily."""


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
        scope=decision.BlockScope(row.scope),
        expires_at=row.expires_at,
        reason=row.reason,
        actor=row.actor,
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """What a host says of a block: how far it reaches, for how many days (None: until it is lifted), and why
    (a value of Abuse; None: no reason is noted)."""

    scope: BlockScope = BlockScope.SERIES
    days: int | None = None
    reason: str | None = None

    def until(self, meeting: Meeting, now: datetime) -> datetime | None:
        """When it ends by itself: after those days, and with this time, before the next, if there is one."""
        ends = [now + timedelta(days=self.days)] if self.days is not None else []
        if self.scope is BlockScope.MEETING and meeting.starts_at is not None and meeting.recurrence:
            # who comes early is not let in again by the start of the very meeting they were put out of
            after = now + _SAME_TIME
            starts = occurrences(
                meeting.starts_at, meeting.recurrence, meeting.time_zone, after=after, limit=1
            )
            ends += [start.astimezone(UTC) for start in starts]
        return min(ends, default=None)


def add(
    meeting: Meeting,
    person: Person,
    *,
    label: str,
    actor: str,
    terms: Terms | None,
    now: datetime,
) -> Block | None:
    """Keep somebody out, or (without `terms`) send them to the waiting room. In the caller's transaction.

    None: without account, invitation or device there is nothing to hold on to, the removal is all there is.
    """
    if not (person.account_id or person.invitation_id or person.device_digest):
        return None
    given = terms or Terms()
    return Block.objects.create(
        meeting=meeting,
        account_id=person.account_id,
        invitation_id=person.invitation_id,
        device_digest=person.device_digest,
        label=label,
        actor=actor,
        lobby_only=terms is None,
        scope=given.scope,
        reason=Abuse(given.reason) if given.reason else "removed",
        created_at=now,
        expires_at=given.until(meeting, now),
    )


def until(meeting_id: UUID, person: Person, now: datetime) -> datetime | None:
    """When the blocks that reach somebody will have ended; None: not by themselves."""
    blocks, _ = of(meeting_id, person, now)
    ends = [block.expires_at for block in blocks]
    return None if None in ends else max(filter(None, ends), default=None)


def forget_ended(now: datetime) -> None:
    """Nothing is kept of blocks that are over (P9)."""
    over = Block.objects.filter(expires_at__lte=now)
    if over.exists():  # mostly there is none: then nothing waits for the database's one writer
        over.delete()


def forgive(meeting_id: UUID, person: Person) -> None:
    """Somebody removed was let in again: the removal no longer sends them to the waiting room."""
    matching = _matching(meeting_id, person)
    if matching is not None:
        rows = Block.objects.filter(matching, lobby_only=True)
        Block.objects.filter(pk__in=[row.pk for row in rows if names(row, person)]).delete()
