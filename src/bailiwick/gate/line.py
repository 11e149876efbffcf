"""How the gate speaks to people: a line is one connection, `live`'s side of a presence.

Its methods are called on the event loop, must not block and never raise; what they say is queued there.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bailiwick.geo.address import ClientAddress
from bailiwick.media.port import MediaSession
from bailiwick.meetings.presences import Person
from bailiwick.rules.location import Location

from .ending import Ending
from .views import RoomView


class Line(Protocol):
    """One participant's connection."""

    def room(self, view: RoomView) -> None:
        """The room looks like this now; the first one after coming in is the welcome."""
        ...

    def let_in(self) -> None:
        """From the waiting room into the meeting."""
        ...

    def media(self, session: MediaSession | None) -> None:
        """Their media session; None: it is lost and another follows."""
        ...

    def muted(self, mutes: int) -> None:
        """A host muted their microphone, so many times by now."""
        ...

    def chat(self, chat: "Chat") -> None:
        """Somebody wrote to everybody."""
        ...

    def notice(self, code: str) -> None:
        """Something all inside, or all who run the meeting, should know."""
        ...

    def ended(self, ending: Ending) -> None:
        """They are out, and why. The last word on this line."""
        ...

    def superseded(self) -> None:
        """Another connection took the presence over: close, do not come back."""
        ...

    def going_away(self) -> None:
        """This node stops or lost its lease: close, resume elsewhere."""
        ...


@dataclass(frozen=True, slots=True)
class Chat:
    """Text to everybody inside; kept nowhere. `at`: milliseconds since 1970."""

    sender: str
    name: str = field(repr=False)
    text: str = field(repr=False)
    at: int


@dataclass(slots=True, eq=False)
class Held:
    """A presence whose connection this node holds. Address and location live here and nowhere else (P9).

    `line` is None while the connection is lost and not yet resumed: rules go on reaching the presence.
    """

    presence_id: UUID
    meeting_id: UUID
    generation: int
    person: Person
    waiting: bool
    let_in: bool
    mutes: int
    decided_revision: int
    valid_until: datetime | None
    address: ClientAddress | None = field(repr=False)
    location: Location = field(repr=False)
    line: Line | None = field(repr=False)
    media: MediaSession | None = field(default=None, repr=False)
    media_ref: str = field(default="", repr=False)
    ending: bool = False

    def due(self, now: datetime) -> bool:
        """Whether a clock edge may have changed the decision."""
        return self.valid_until is not None and self.valid_until <= now
