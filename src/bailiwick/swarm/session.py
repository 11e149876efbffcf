"""One participant's side of the protocol (docs/reference/protocol.md) without any input or output.

What comes in (a socket opened, a message, a close) goes to a method; what is to be done comes back as
actions.
Subscriptions are level-triggered: after every change of the roster the whole wanted set is worked out again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

Message = Mapping[str, Any]
Stream = tuple[str, str]
"""Whose stream, and their media line."""

RESUME_DELAYS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 10.0)
AGAIN_SECONDS: Final = 1.0


class Stage(StrEnum):
    """Where the participant stands."""

    DOOR = "door"
    WAITING = "waiting"
    INSIDE = "inside"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Out:
    """Why the participant is out for good: `how` in words of the protocol, `code` of the problem if any."""

    how: str
    code: str | None = None
    setter: str | None = None


# ---------------------------------------------------------------- actions


@dataclass(frozen=True, slots=True)
class Send:
    message: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Publish:
    """Make an offer of everything to be sent on a new connection, and send it under this id."""

    id: int


@dataclass(frozen=True, slots=True)
class TakeAnswer:
    """The server's answer to the offer that `publish` sent."""

    sdp: str


@dataclass(frozen=True, slots=True)
class AnswerOffer:
    """Answer the server's offer under this id. `streams`: what each of its media lines carries."""

    id: int
    sdp: str
    revision: int
    streams: Mapping[str, Stream]
    fresh: bool


@dataclass(frozen=True, slots=True)
class DropMedia:
    """Both connections are dead: close them."""


@dataclass(frozen=True, slots=True)
class Mute:
    """Send no more sound."""


@dataclass(frozen=True, slots=True)
class Again:
    """Call `again` after so many seconds: something failed that may work then."""

    delay: float


Action = Send | Publish | TakeAnswer | AnswerOffer | DropMedia | Mute | Again | Out


@dataclass(frozen=True, slots=True)
class Retry:
    """The connection is gone: after `delay` seconds resume, or go to the door if there is no token."""

    delay: float


@dataclass(slots=True)
class Session:
    """The state of one participant. `subscribe`: how many others to receive; None: all."""

    microphone: bool
    camera: bool
    subscribe: int | None = None
    stage: Stage = Stage.DOOR
    me: str | None = None
    grant: str | None = None
    token: str | None = None
    heartbeat: float = 10.0
    resumes: int = 0
    resets: int = 0
    failures: int = 0
    names: dict[str, str] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    _roster: dict[str, tuple[Stream, ...]] = field(default_factory=dict)
    _chosen: list[str] = field(default_factory=list)
    _declared: frozenset[Stream] | None = None
    _offered: bool = False
    _full: bool = False
    _fresh: bool = False
    _id: int = 0
    _publish_id: int = 0

    def opened(self) -> Send:
        """A socket is open: the first message on it."""
        if self.token is not None:
            return Send({"type": "resume", "token": self.token})
        grant, self.grant = self.grant, None
        return Send({"type": "hello", "grant": grant})

    def received(self, message: Message) -> Sequence[Action]:
        """A message of the server; of a kind this version does not know: nothing to do."""
        match message:
            case {"type": "welcome"}:
                return self._welcome(message)
            case {"type": "waiting", "resume": token}:
                self.stage, self.token = Stage.WAITING, token
                return ()
            case {"type": "roster", "changed": changed, "gone": gone}:
                return self._changed(changed, gone)
            case {"type": "published", "sdp": sdp}:
                return (TakeAnswer(sdp),)
            case {"type": "offer"}:
                return (self._offer(message),)
            case {"type": "media_reset"}:
                return self._reset()
            case {"type": "muted"}:
                return (Mute(),)
            case {"type": "removed", "problem": {"code": "full"}} if self.token is None:
                # somebody else came in between the door and here: the door may be asked again
                self._full = True
                return ()
            case {"type": "removed", "problem": problem}:
                return (self._out("removed", problem.get("code"), problem.get("setter")),)
            case {"type": "ended", "code": code}:
                return (self._out(code),)
            case {"type": "error", "code": code}:
                return self._error(code, message.get("id"))
            case _:
                return ()

    def closed(self, code: int) -> Retry | Out:
        """The socket is closed, with this code (1006: without one)."""
        if self.stage is Stage.OUT:
            return Out("left")
        match code:
            case 4403 if self._full:
                self._full = False
                return self._again(self._lost())
            case 4401:
                self.token = self.grant = None
                return self._again(self._lost())
            case 4400:
                return self._out("bad_message")
            case 4403:
                return self._out("removed", "refused")
            case 4451:
                return self._out("removed", "withheld")
            case 4409:
                return self._out("superseded")
            case 4410:
                return self._out("ended_by_host")
            case 1000:
                return self._out("left")
            case _:
                return self._again(self.token is None)

    def _again(self, door: bool) -> Retry:
        if door:
            self.stage = Stage.DOOR
        delay = RESUME_DELAYS[min(self.failures, len(RESUME_DELAYS) - 1)]
        self.failures += 1
        return Retry(delay)

    def _lost(self) -> bool:
        """The presence is gone: nothing of it is worth anything any more."""
        self._offered, self._declared = False, None
        self._roster.clear()
        self._chosen.clear()
        return True

    def _out(self, how: str, code: str | None = None, setter: str | None = None) -> Out:
        self.stage = Stage.OUT
        return Out(how, code, setter)

    def _welcome(self, message: Message) -> Sequence[Action]:
        resumed = self.stage is Stage.INSIDE and self.me == message["you"]
        self.resumes += resumed
        self.stage, self.failures = Stage.INSIDE, 0
        self.me, self.token = message["you"], message["resume"]
        self.heartbeat = float(message["heartbeat_seconds"])
        self._roster = {}
        self._enter(message["participants"])
        self._declared = None
        if resumed:
            return self.again()
        self._offered = False
        state = {"type": "set_state", "microphone": self.microphone, "camera": self.camera}
        return (DropMedia(), *self.again(), Send(state))

    def again(self) -> Sequence[Action]:
        """Whatever is not as it should be: publish, subscribe."""
        if self.stage is not Stage.INSIDE:
            return ()
        publish: Sequence[Action] = ()
        if (self.microphone or self.camera) and not self._offered:
            self._offered, self._publish_id = True, self._next()
            publish = (Publish(self._publish_id),)
        return (*publish, *self._subscribe())

    def publishing_failed(self) -> Again:
        """The connection to the media server did not come about."""
        self._offered = False
        return Again(AGAIN_SECONDS)

    def receiving_failed(self) -> Again:
        """The same, of the connection that receives: ask for an offer to a new one."""
        self._declared, self._fresh = None, True
        return Again(AGAIN_SECONDS)

    def _next(self) -> int:
        self._id += 1
        return self._id

    def _enter(self, participants: Sequence[Message]) -> None:
        for person in participants:
            self.names[person["id"]] = person["name"]
            self._roster[person["id"]] = tuple((person["id"], s["mid"]) for s in person["streams"])

    def _changed(self, changed: Sequence[Message], gone: Sequence[str]) -> Sequence[Action]:
        self._enter(changed)
        for participant in gone:
            self._roster.pop(participant, None)
        return self._subscribe() if self.stage is Stage.INSIDE else ()

    def _wanted(self) -> frozenset[Stream]:
        """Whoever was chosen stays chosen; vacancies go to the next in the order of ids after one's own, so
        that each is received by about as many others."""
        there = sorted(p for p, streams in self._roster.items() if streams and p != self.me)
        if self.subscribe is None:
            chosen = there
        else:
            me = self.me or ""
            ring = [p for p in there if p > me] + [p for p in there if p < me]
            kept = [p for p in self._chosen if p in there]
            chosen = (kept + [p for p in ring if p not in kept])[: self.subscribe]
        self._chosen = chosen
        return frozenset(stream for p in chosen for stream in self._roster[p])

    def _subscribe(self) -> Sequence[Action]:
        wanted = self._wanted()
        if wanted == self._declared or (self._declared is None and not wanted):
            return ()
        self._declared = wanted
        streams = [{"participant": participant, "mid": mid} for participant, mid in sorted(wanted)]
        fresh, self._fresh = self._fresh, False
        return (Send({"type": "subscribe", "id": self._next(), "streams": streams, "fresh": fresh}),)

    def _offer(self, message: Message) -> AnswerOffer:
        streams = {s["mid"]: (s["participant"], s["source_mid"]) for s in message["streams"]}
        fresh = bool(message.get("fresh", False))
        return AnswerOffer(self._next(), message["sdp"], message["revision"], streams, fresh)

    def _reset(self) -> Sequence[Action]:
        self.resets += 1
        self._declared, self._offered = None, False
        return (DropMedia(), *self.again())

    def _error(self, code: str, request: int | None) -> Sequence[Action]:
        """A publish that failed is made again, and so is everything about subscriptions."""
        self.errors[code] += 1
        if request == self._publish_id:
            self._offered = False
        else:
            self._declared = None
        return (Again(AGAIN_SECONDS),)
