"""What a room looks like to those inside: one immutable value per change, shared by all of a node's lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bailiwick.meetings.models import PresenceState, Role
from bailiwick.meetings.roster import Present
from bailiwick.meetings.terms import MeetingFacts
from bailiwick.rules.access import AccessRule

CARETAKER = "caretaker"
RUNNING = (Role.HOST, Role.CO_HOST)


class _Somebody(Protocol):
    """What caretaking depends on, of a presence however it was read."""

    @property
    def pk(self) -> UUID: ...
    @property
    def role(self) -> str: ...
    @property
    def account_id(self) -> UUID | None: ...
    @property
    def away(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class StreamView:
    """A media line somebody publishes."""

    mid: str
    kind: str


@dataclass(frozen=True, slots=True)
class ParticipantView:
    """Somebody inside, as the others see them."""

    id: str
    name: str = field(repr=False)
    role: str
    away: bool
    microphone: bool
    camera: bool
    hand: int | None
    feed: int | None
    streams: tuple[StreamView, ...]


@dataclass(frozen=True, slots=True)
class WaiterView:
    """Somebody in the waiting room, as those who may let in see them."""

    id: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RoomView:
    """A meeting's whole visible state."""

    meeting: MeetingFacts
    rule: AccessRule | None
    participants: dict[str, ParticipantView]
    waiting: tuple[WaiterView, ...]


def caretaker(rows: Sequence[_Somebody]) -> UUID | None:
    """Who looks after the room while no host or co-host is inside: signed in and present longest.
    Whoever lost the connection so long ago that their media is gone looks after nothing until they are back.

    `rows`: active presences, longest first.
    """
    there = [row for row in rows if not row.away]
    if any(row.role in RUNNING for row in there):
        return None
    return next((row.pk for row in there if row.account_id is not None), None)


def room_view(meeting: MeetingFacts, rule: AccessRule | None, rows: list[Present]) -> RoomView:
    """The view of a meeting's active and waiting rows."""
    active = [row for row in rows if row.state == PresenceState.ACTIVE]
    keeper = caretaker(active)
    views = (_participant(row, is_caretaker=row.pk == keeper) for row in active)
    waiting = (row for row in rows if row.state == PresenceState.WAITING)
    return RoomView(
        meeting=meeting,
        rule=rule,
        participants={view.id: view for view in views},
        waiting=tuple(WaiterView(row.pk.hex, row.display_name) for row in waiting),
    )


def _participant(row: Present, *, is_caretaker: bool) -> ParticipantView:
    return ParticipantView(
        id=row.pk.hex,
        name=row.display_name,
        role=CARETAKER if is_caretaker else row.role,
        away=row.away,
        microphone=row.microphone_on,
        camera=row.camera_on,
        hand=_milliseconds(row.hand_raised_at),
        feed=row.feed,
        streams=tuple(StreamView(item["mid"], item["kind"]) for item in row.streams),
    )


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
