"""What a node reads of the meetings it holds people in, and decides there. Synchronous, in the gate's hop."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bailiwick.meetings import blocks, presences, roster
from bailiwick.meetings.models import Meeting, PresenceState
from bailiwick.meetings.presences import Person
from bailiwick.meetings.roster import Present
from bailiwick.meetings.terms import MeetingFacts, facts
from bailiwick.rules.access import AccessRule
from bailiwick.rules.decision import Admitted, Decision, Lobby
from bailiwick.rules.location import Location

from .door import Door
from .ending import Ending, EndReason

Revisions = tuple[int, int]


class Subject(Protocol):
    """What a decision needs of a presence this node holds."""

    @property
    def presence_id(self) -> UUID: ...
    @property
    def person(self) -> Person: ...
    @property
    def location(self) -> Location: ...
    @property
    def decided_revision(self) -> int: ...
    @property
    def ending(self) -> bool: ...
    def due(self, now: datetime) -> bool: ...


@dataclass(frozen=True, slots=True)
class Survey:
    """One meeting as read at `meeting.revision` or later, with the decisions that were due, and what the
    negative ones mean. `ended`: whom somebody else has ended."""

    meeting: MeetingFacts
    rule: AccessRule | None
    rows: list[Present]
    ended: dict[UUID, Ending] = field(default_factory=dict)
    endings: dict[UUID, Ending] = field(default_factory=dict)
    decisions: dict[UUID, Decision] = field(default_factory=dict)


def changed(known: Mapping[UUID, Revisions]) -> set[UUID]:
    """Which of these meetings have other revisions by now, or are gone. One query."""
    rows = Meeting.objects.filter(id__in=known).order_by().values_list("id", "revision", "roster_revision")
    current = {row[0]: (row[1], row[2]) for row in rows}
    return {meeting_id for meeting_id, seen in known.items() if current.get(meeting_id) != seen}


def survey(
    door: Door, meeting_id: UUID, subjects: Collection[Subject], now: datetime, *, again: bool
) -> Survey | None:
    """Read a meeting and decide for those whose decision is older than its rules, due, or wait.

    The revision is read first, so that what is decided on is never older than what is recorded. `again`:
    decide for all. None: the meeting is gone.
    """
    meeting = facts(meeting_id=meeting_id)
    if meeting is None:
        return None
    rows = roster.present(meeting_id)
    by_id = {row.pk: row for row in rows}
    missing = [subject for subject in subjects if subject.presence_id not in by_id]
    found = Survey(meeting, door.rule(meeting), rows, _ended(door, meeting, missing, now))
    # one query for all: many people are decided on at once when a rule changes
    held_back = blocks.of_meeting(meeting_id, now)
    for subject in subjects:
        row = by_id.get(subject.presence_id)
        if row is None or subject.ending:
            continue
        old = subject.decided_revision < meeting.revision or subject.due(now)
        if row.state == PresenceState.WAITING or again or old:
            decide = door.decide_waiting if row.state == PresenceState.WAITING else door.decide_inside
            reaching = blocks.reaching(held_back, row.person)
            decision = decide(meeting, row.person, subject.location, reaching, let_in=row.let_in)
            found.decisions[row.pk] = decision
            if not isinstance(decision, Admitted | Lobby):
                found.endings[row.pk] = door.ending(meeting, decision)
    return found


def _ended(
    door: Door, meeting: MeetingFacts, missing: Collection[Subject], now: datetime
) -> dict[UUID, Ending]:
    """Of these, the ones whom somebody else has ended, and what they are told."""
    if not missing:
        return {}
    reasons = presences.ended_among([subject.presence_id for subject in missing])
    found = {}
    for subject in missing:
        reason = reasons.get(subject.presence_id)
        if reason == EndReason.WITHHELD:
            found[subject.presence_id] = door.withheld(meeting, subject.location)
        elif reason == EndReason.BLOCKED:
            until = blocks.until(meeting.id, subject.person, now)
            found[subject.presence_id] = Ending(EndReason.BLOCKED, until=until)
        elif reason is not None:
            found[subject.presence_id] = Ending(EndReason(reason))
    return found
