"""One WebSocket as the gate's `Line`: a bounded queue of messages out, state of the roster last sent."""

import asyncio
from typing import Final, Literal

import structlog

from bailiwick.gate.ending import Ending, EndReason
from bailiwick.gate.line import Chat
from bailiwick.gate.views import RoomView
from bailiwick.media.port import MediaSession

from . import frames, problems
from .metrics import ENDINGS, counted
from .protocol import (
    HEARTBEAT_SECONDS,
    ChatMessage,
    Close,
    Ended,
    IceServer,
    MediaReset,
    MeetingChanged,
    Message,
    Muted,
    Notice,
    Removed,
    Waiting,
    WaitingRoom,
    Welcome,
)

log = structlog.get_logger()
_MOST_QUEUED: Final = 2000

NOTICES: Final = {
    "rule_changed": "The host changed from which countries people can join.",
    "rule_lifted": "The host lifted the country rule.",
    "locked": "The host locked the meeting.",
    "unlocked": "The host unlocked the meeting.",
    "withheld": "A legal restriction kept somebody out. It is not said whom or where; the meeting goes on.",
    "reported": "Somebody here reported a person to you and to the staff. It is on the meeting's page.",
    "removal_not_lasting": "There is nothing to know them by: they can come again as somebody new.",
    "eject_unfinished": "Removing somebody did not go through at once; the server is finishing it.",
}


class Connection:
    """Speaks to one participant. Implements `gate.line.Line`: nothing here blocks or raises."""

    def __init__(self, me: str, ice_servers: list[IceServer]) -> None:
        self.me = me
        self.resume = ""
        self.session: MediaSession | None = None
        self.session_there = asyncio.Event()
        self.view: RoomView | None = None
        self.welcomed = False
        self._waiting = False
        self._ice_servers = ice_servers
        self._queue: asyncio.Queue[Message | int] = asyncio.Queue(_MOST_QUEUED)
        self._closing = False
        self._reset_due = False
        self._mutes = 0

    # ------------------------------------------------------------ towards the client

    def send(self, message: Message) -> None:
        """Queue a message. A client that reads too slowly is closed and may resume."""
        if self._closing:
            return
        if self._queue.full():
            self.close(Close.GOING_AWAY)
            return
        self._queue.put_nowait(message)

    def close(self, code: int) -> None:
        """Close after what is queued; where the queue is full, at once."""
        if self._closing:
            return
        self._closing = True
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
        self._queue.put_nowait(code)

    async def next(self) -> Message | int:
        """The next message to send, or the code to close with."""
        return await self._queue.get()

    # ------------------------------------------------------------ the gate's Line

    def begin(self, resume: str, *, waiting: bool, mutes: int = 0) -> None:
        """The presence is taken: `resume` is its next token, `mutes` how often it has been muted."""
        self.resume = resume
        self._mutes = mutes
        self._waiting = waiting

    def wait(self, title: str, *, by_rule: bool) -> None:
        """Say that they are in the waiting room, and whether a country rule sent them there."""
        cause: Literal["rule", "waiting_room"] = "rule" if by_rule else "waiting_room"
        self.send(Waiting(type="waiting", you=self.me, cause=cause, title=title, resume=self.resume))

    def room(self, view: RoomView) -> None:
        """Welcome first, then differences. In the waiting room nothing of the room is told."""
        before, self.view = self.view, view
        if self._waiting:
            return
        if not self.welcomed:
            if self.me in view.participants:
                self._welcome(view)
            return
        if before is not None:
            self._differences(before, view)

    def _welcome(self, view: RoomView) -> None:
        self.welcomed = True
        self.send(
            Welcome(
                type="welcome",
                you=self.me,
                resume=self.resume,
                heartbeat_seconds=HEARTBEAT_SECONDS,
                mutes=self._mutes,
                meeting=frames.meeting(view, self.me),
                participants=frames.participants(view.participants.values()),
                waiting=frames.waiters(view) if frames.may_let_in(view, self.me) else [],
                ice_servers=self._ice_servers,
            )
        )
        if self._reset_due:
            self.send(MediaReset(type="media_reset"))

    def _differences(self, before: RoomView, view: RoomView) -> None:
        changes = frames.roster(before, view)
        if changes is not None:
            self.send(changes)
        info = frames.meeting(view, self.me)
        if info != frames.meeting(before, self.me):
            self.send(MeetingChanged(type="meeting", meeting=info))
        self._waiting_room(before, view)
        self._announce(before, view)

    def _waiting_room(self, before: RoomView, view: RoomView) -> None:
        shown = frames.waiters(view) if frames.may_let_in(view, self.me) else []
        if shown != (frames.waiters(before) if frames.may_let_in(before, self.me) else []):
            self.send(WaitingRoom(type="waiting_room", waiting=shown))

    def _announce(self, before: RoomView, view: RoomView) -> None:
        """Rule changes are announced to all inside, so that nobody tries people out with them."""
        if view.rule != before.rule:
            self.notice("rule_lifted" if view.rule is None else "rule_changed")
        if view.meeting.locked != before.meeting.locked:
            self.notice("locked" if view.meeting.locked else "unlocked")
        if view.meeting.withheld > before.meeting.withheld and frames.runs(view, self.me):
            self.notice("withheld")  # P4: the host learns that it happened; nobody else notices anything
        if view.meeting.reported > before.meeting.reported and frames.runs(view, self.me):
            self.notice("reported")

    def let_in(self) -> None:
        """The next view is the welcome."""
        self._waiting = False

    def media(self, session: MediaSession | None) -> None:
        """A session to signal with; None: what the client built up is void."""
        if session is None:
            self.session = None
            self.session_there.clear()
            # nobody signals before the welcome
            self._reset_due = not self.welcomed
            if self.welcomed:
                self.send(MediaReset(type="media_reset"))
        else:
            self.session = session
            self.session_there.set()

    def muted(self, mutes: int) -> None:
        self._mutes = mutes
        self.send(Muted(type="muted", mutes=mutes))

    def chat(self, chat: Chat) -> None:
        if self.welcomed:
            self.send(
                ChatMessage(type="chat", participant=chat.sender, name=chat.name, text=chat.text, at=chat.at)
            )

    def notice(self, code: str) -> None:
        if self.welcomed:
            self.send(Notice(type="notice", code=code, text=NOTICES[code]))

    def ended(self, ending: Ending) -> None:
        """Why, then the close code that says the same."""
        ENDINGS.labels(counted(ending.reason.value)).inc()
        if ending.reason is EndReason.LEFT:
            self.send(Ended(type="ended", code="left"))
            self.close(1000)
        elif ending.reason is EndReason.ENDED:
            self.send(Ended(type="ended", code="ended_by_host"))
            self.close(Close.ENDED)
        else:
            problem = problems.of_ending(ending)
            self.send(Removed(type="removed", problem=problem.document()))
            self.close(problem.close)

    def superseded(self) -> None:
        self.close(Close.SUPERSEDED)

    def going_away(self) -> None:
        self.close(Close.GOING_AWAY)
