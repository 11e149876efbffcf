"""The WebSocket's messages, version 1: one model a message, written down in docs/reference/protocol.md.

Subprotocol `bailiwick.v1`. Every message is one JSON object with a `type`. A request may carry an `id`
(1..2^31-1), which its answer (`published`, `offer`, `done` or `error`) repeats. The client's TypeScript
types are made from these models (`python -m bailiwick.live.typescript`).
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bailiwick.media import sdp as descriptions
from bailiwick.media.sdp import MAX_LENGTH, MAX_SECTIONS, MAX_TRACKS

VERSION: Final = 1
SUBPROTOCOL: Final = "bailiwick.v1"
MAXIMUM_BYTES: Final = 262_144
HEARTBEAT_SECONDS: Final = 10
MAX_SOUNDS: Final = descriptions.MAX_SOUNDS
MAX_PICTURES: Final = descriptions.MAX_PICTURES

Id = Annotated[int, Field(ge=1, lt=2**31)]
Token = Annotated[str, Field(min_length=16, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]
ParticipantId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Mid = Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[A-Za-z0-9_.-]+$")]
Sdp = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]
Kind = Literal["microphone", "camera", "screen", "screen_audio"]
About = Literal["harassment", "threats", "sexual", "hate", "disruption", "impersonation", "other"]
Role = Literal["host", "co_host", "caretaker", "participant"]


class Message(BaseModel):
    """Strict: an unknown field or a wrong type is an error, not a guess."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Request(Message):
    """A message from the client that may ask to be answered."""

    id: Id | None = None


# ---------------------------------------------------------------- from the client


class Hello(Request):
    """First message after a join: uses up the grant."""

    type: Literal["hello"]
    grant: Token


class Resume(Request):
    """First message after a lost connection: takes the presence over. The token is good once. `mutes`: the
    last count that was told; null where the page does not know it any more."""

    type: Literal["resume"]
    token: Token
    mutes: Annotated[int, Field(ge=0, le=2**31)] | None = None


class TrackInfo(Message):
    """What the media line `mid` of the client's offer carries."""

    mid: Mid
    kind: Kind


class Publish(Request):
    """The whole of what the client sends, as an SDP offer; sent again whenever that changes."""

    type: Literal["publish"]
    sdp: Sdp
    tracks: Annotated[list[TrackInfo], Field(max_length=MAX_TRACKS)]


class WantedStream(Message):
    """One stream somebody publishes, by their id and its media line."""

    participant: ParticipantId
    mid: Mid


class Subscribe(Request):
    """The whole set of streams the client wants now; the server offers the difference.

    `fresh`: the receiving connection failed or the network changed; offer to a new one.
    """

    type: Literal["subscribe"]
    streams: Annotated[list[WantedStream], Field(max_length=MAX_SECTIONS)]
    fresh: bool = False


class Answer(Request):
    """The client's SDP answer to `offer`, with that offer's revision."""

    type: Literal["answer"]
    revision: Annotated[int, Field(ge=0)]
    sdp: Sdp


class WantedLayer(Message):
    """Which simulcast layer of the subscription's media line is wanted; `null`: none for now."""

    mid: Mid
    substream: Annotated[int, Field(ge=0, le=2)] | None


class Layers(Request):
    """Layers by what is visible."""

    type: Literal["layers"]
    layers: Annotated[list[WantedLayer], Field(max_length=MAX_SECTIONS)]


class SetState(Request):
    """What others see of me. A field left out stays as it is."""

    type: Literal["set_state"]
    microphone: bool | None = None
    camera: bool | None = None
    hand: bool | None = None


class Chat(Request):
    """Text to everybody inside; kept nowhere."""

    type: Literal["chat"]
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class Report(Request):
    """Tell the host and the staff how somebody inside behaves. Who told is not kept; `words` may be empty."""

    type: Literal["report"]
    participant: ParticipantId
    about: About
    words: Annotated[str, Field(max_length=500)] = ""


class Leave(Request):
    """Goes. The host may hand over to a participant, or end the meeting."""

    type: Literal["leave"]
    end: bool = False
    hand_over: ParticipantId | None = None


class Ping(Request):
    """Every `heartbeat_seconds`; a client silent for three of them is taken for gone."""

    type: Literal["ping"]


class Mute(Request):
    """Host, co-host, caretaker: mute somebody's microphone, or everybody's (`participant` null)."""

    type: Literal["mute"]
    participant: ParticipantId | None


class LowerHand(Request):
    """Host, co-host, caretaker: lower somebody's hand."""

    type: Literal["lower_hand"]
    participant: ParticipantId


class LetIn(Request):
    """Host, co-host, caretaker: let somebody in from the waiting room (`null`: all)."""

    type: Literal["let_in"]
    participant: ParticipantId | None


class TurnAway(Request):
    """Host, co-host: not let in."""

    type: Literal["turn_away"]
    participant: ParticipantId


class Remove(Request):
    """Host, co-host: remove (may come back through the waiting room) or remove and block.

    Of a block: `scope`, this time or every time; `days`, else until it is lifted; `reason`, noted for whoever
    runs the meeting. A notice `removal_not_lasting` says that there is nothing to know them by.
    """

    type: Literal["remove"]
    participant: ParticipantId
    block: bool = False
    scope: Literal["meeting", "series"] = "series"
    days: Annotated[int, Field(ge=1, le=365)] | None = None
    reason: About | None = None


class Lock(Request):
    """Host, co-host: nobody else comes in; nobody inside goes."""

    type: Literal["lock"]
    locked: bool


class SetCoHost(Request):
    """Host: make somebody co-host of this meeting, or no longer."""

    type: Literal["set_co_host"]
    participant: ParticipantId
    co_host: bool


FromClient = Annotated[
    Hello
    | Resume
    | Publish
    | Subscribe
    | Answer
    | Layers
    | SetState
    | Chat
    | Report
    | Leave
    | Ping
    | Mute
    | LowerHand
    | LetIn
    | TurnAway
    | Remove
    | Lock
    | SetCoHost,
    Field(discriminator="type"),
]

# ---------------------------------------------------------------- from the server


class Stream(Message):
    """A media line somebody publishes."""

    mid: Mid
    kind: Kind


class Participant(Message):
    """Somebody in the roster. `hand`: when it was raised, milliseconds since 1970. `away`: the connection has
    been lost for so long that the media is gone; they may come back."""

    id: ParticipantId
    name: str
    role: Role
    away: bool
    microphone: bool
    camera: bool
    hand: int | None
    streams: list[Stream]


class Waiter(Message):
    """Somebody in the waiting room."""

    id: ParticipantId
    name: str


class RuleSummary(Message):
    """The access rule in force, told to everyone in the meeting."""

    mode: Literal["allow", "deny"]
    territories: list[str]
    undetermined: Literal["admit", "waiting_room", "refuse"]


class MeetingInfo(Message):
    """What everyone inside knows of the meeting. For the host and co-hosts only: `refused`, how many a
    rule kept out; `withheld`, whether a restriction ever took effect, and neither on whom nor where."""

    title: str
    slug: str
    locked: bool
    waiting_room: bool
    rule: RuleSummary | None
    started_at: int
    on_host_leave: Literal["continue", "hand_over", "end"]
    refused: int | None
    withheld: bool | None


class IceServer(Message):
    """RTCIceServer."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class Waiting(Message):
    """In the waiting room: nobody has let you in yet. `cause`: the meeting's, or the country rule's."""

    type: Literal["waiting"]
    you: ParticipantId
    cause: Literal["waiting_room", "rule"]
    title: str
    resume: Token


class Welcome(Message):
    """Inside. The whole state; what follows are changes to it. `resume` replaces any earlier token. `mutes`:
    how often a host has muted you."""

    type: Literal["welcome"]
    you: ParticipantId
    resume: Token
    heartbeat_seconds: int
    mutes: int
    meeting: MeetingInfo
    participants: list[Participant]
    waiting: list[Waiter]
    ice_servers: list[IceServer]


class Roster(Message):
    """Changes since the last state: whole participants that came or changed, ids of those who went."""

    type: Literal["roster"]
    changed: list[Participant]
    gone: list[ParticipantId]


class MeetingChanged(Message):
    """The meeting's own state, whole."""

    type: Literal["meeting"]
    meeting: MeetingInfo


class WaitingRoom(Message):
    """For those who may let in: the whole waiting room."""

    type: Literal["waiting_room"]
    waiting: list[Waiter]


class Published(Message):
    """The SDP answer to `publish`."""

    type: Literal["published"]
    id: Id | None
    sdp: str


class OfferedStream(Message):
    """Which published stream the media line `mid` of the offer carries."""

    mid: Mid
    participant: ParticipantId
    source_mid: Mid


class Offer(Message):
    """An SDP offer for the subscribing connection. Answer it with the same revision.

    `fresh`: answer with a new RTCPeerConnection and drop the one there was, if any.
    """

    type: Literal["offer"]
    revision: int
    sdp: str
    streams: list[OfferedStream]
    fresh: bool


class MediaReset(Message):
    """The media server restarted, or your session in it was lost: publish and subscribe anew."""

    type: Literal["media_reset"]


class ChatMessage(Message):
    """Somebody wrote. `at`: milliseconds since 1970."""

    type: Literal["chat"]
    participant: ParticipantId
    name: str
    text: str
    at: int


class Muted(Message):
    """A host muted your microphone; unmute yourself when you want to speak. `mutes`: how often by now. Comes
    before `welcome` if it happened while the connection was lost."""

    type: Literal["muted"]
    mutes: int


class Notice(Message):
    """Told to all inside, to those who run the meeting, or to one, e.g. `rule_changed`, `locked`."""

    type: Literal["notice"]
    code: str
    text: str


class Removed(Message):
    """You are out. `problem` is the same object as the 403 or 451 body; the close code follows it."""

    type: Literal["removed"]
    problem: dict[str, Any]


class Ended(Message):
    """The host ended the meeting (close 4410), or you left (close 1000)."""

    type: Literal["ended"]
    code: Literal["ended_by_host", "left"]


class Done(Message):
    """A request with an id that needs no other answer has been carried out."""

    type: Literal["done"]
    id: Id


class Pong(Message):
    """Answer to `ping`."""

    type: Literal["pong"]


class Error(Message):
    """A request failed; the connection goes on unless a close follows. Codes: docs/reference/errors.md."""

    type: Literal["error"]
    code: str
    detail: str
    id: Id | None


FromServer = Annotated[
    Waiting
    | Welcome
    | Roster
    | MeetingChanged
    | WaitingRoom
    | Published
    | Offer
    | MediaReset
    | ChatMessage
    | Muted
    | Notice
    | Removed
    | Ended
    | Done
    | Pong
    | Error,
    Field(discriminator="type"),
]

FROM_CLIENT: Final[TypeAdapter[FromClient]] = TypeAdapter(FromClient)
FROM_SERVER: Final[TypeAdapter[FromServer]] = TypeAdapter(FromServer)


class Close:
    """Close codes beyond RFC 6455's own."""

    BAD_MESSAGE: Final = 4400
    BAD_GRANT: Final = 4401
    REFUSED: Final = 4403
    ENDED: Final = 4410
    SUPERSEDED: Final = 4409
    RATE_LIMITED: Final = 4429
    WITHHELD: Final = 4451
    GOING_AWAY: Final = 4503
