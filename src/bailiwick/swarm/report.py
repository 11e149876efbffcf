"""What a swarm tells at the end: plain values, JSON as they stand.

Times are seconds since the swarm began (`started_at` is that moment on the wall clock). No address is in it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class WindowReport:
    """One stream in a named window: packets received and lost, the longest pause in milliseconds."""

    received: int
    lost: int
    gap_ms: float


@dataclass(frozen=True, slots=True)
class StreamReport:
    """What came of one stream of another participant. `name` is as the roster had it."""

    participant: str
    name: str
    mid: str
    received: int
    lost: int
    largest_gap_ms: float
    first_at: float | None
    last_at: float | None
    windows: Mapping[str, WindowReport] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParticipantReport:
    """One synthetic participant.

    `outcome`: `inside`, `waiting`, `door` (still asking), or why they are out: `refused` at the door,
    `removed`, `ended_by_host`, `superseded`, `left`, `failed`. `code`, `setter`: of the problem. `out_at`:
    when they were last told; `times_out`: how often. `last_packet_at`: the last packet of anybody's media
    they received. `connected`: whether their connection to the server stood at the end.
    """

    name: str
    origin: str
    sends: str
    participant: str | None
    outcome: str
    code: str | None
    setter: str | None
    asked_at: float | None
    inside_at: float | None
    out_at: float | None
    times_out: int
    last_packet_at: float | None
    connected: bool
    sent: int
    resumes: int
    resets: int
    errors: Mapping[str, int]
    streams: tuple[StreamReport, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All of a swarm. `seconds`: how long it ran."""

    url: str
    started_at: str
    seconds: float
    participants: tuple[ParticipantReport, ...]

    def as_json(self) -> dict[str, Any]:
        """The report and a summary of it."""
        return {**asdict(self), "summary": self.summary()}

    def summary(self) -> dict[str, Any]:
        """How many had which outcome; packets received and lost in all, and the largest pause."""
        streams = [stream for person in self.participants for stream in person.streams]
        return {
            "participants": len(self.participants),
            "outcomes": dict(Counter(person.outcome for person in self.participants)),
            "by_origin": _by_origin(self.participants),
            "received": sum(stream.received for stream in streams),
            "lost": sum(stream.lost for stream in streams),
            "largest_gap_ms": max((stream.largest_gap_ms for stream in streams), default=0.0),
        }


def _by_origin(participants: Iterable[ParticipantReport]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for person in participants:
        counts.setdefault(person.origin, Counter())[person.outcome] += 1
    return {origin: dict(counter) for origin, counter in counts.items()}


def _stream(data: Mapping[str, Any]) -> StreamReport:
    windows = {name: WindowReport(**window) for name, window in data["windows"].items()}
    return StreamReport(**{**data, "windows": windows})


def participant_from_json(data: Mapping[str, Any]) -> ParticipantReport:
    """The inverse of `dataclasses.asdict`, for reports that come from worker processes."""
    return ParticipantReport(**{**data, "streams": tuple(_stream(stream) for stream in data["streams"])})
