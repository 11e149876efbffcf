"""Sending encoded media on time: one task for all tracks of a process."""

import asyncio
import heapq
import itertools
import random
import struct
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from bailiwick.swarm.loops import Loop
from bailiwick.swarm.sdp import LEVEL_EXTENSION, MID_EXTENSION, OPUS, RID_EXTENSION, VP8

LATE = 0.25
"""Seconds behind time from which frames are left out rather than sent in a burst."""

Send = Callable[[bytes], Awaitable[None]]


def _ssrc() -> int:
    return random.randrange(1, 2**32)


@dataclass(frozen=True)
class SendTrack:
    """A track to publish. ``layers``: one loop, or a simulcast: RTP stream id to loop, *largest first*."""

    mid: str
    layers: Mapping[str, Loop]
    _ssrcs: tuple[int, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ssrcs", tuple(_ssrc() for _ in self.layers))

    @classmethod
    def single(cls, mid: str, loop: Loop) -> Self:
        return cls(mid, {"": loop})

    @property
    def media(self) -> str:
        """``audio`` or ``video``."""
        return next(iter(self.layers.values())).kind

    @property
    def rids(self) -> tuple[str, ...]:
        return tuple(self.layers) if len(self.layers) > 1 else ()

    @property
    def ssrcs(self) -> tuple[int, ...]:
        return self._ssrcs

    def outgoing(self, send: Send) -> list["Outgoing"]:
        pairs = zip(self.layers.items(), self._ssrcs, strict=True)
        return [Outgoing(loop, ssrc, self.mid, rid, send) for (rid, loop), ssrc in pairs]


class Outgoing:
    """One RTP stream: a loop played round and round."""

    def __init__(self, loop: Loop, ssrc: int, mid: str, rid: str, send: Send) -> None:
        self.ssrc = ssrc
        self.interval = loop.interval
        self.sent = 0
        self._loop = loop
        self._send = send
        self._type = OPUS if loop.kind == "audio" else VP8
        self._extension = _extension(
            {MID_EXTENSION: mid.encode(), RID_EXTENSION: rid.encode()} if rid else {}
        )
        self._sequence = random.randrange(2**15)
        self._timestamp = random.randrange(2**31)
        self._place = 0

    def rewind(self) -> None:
        """Go back to the loop's beginning, its key frame."""
        self._place = 0

    async def send_frame(self) -> None:
        """Send what is due now. ConnectionError once the connection has ended."""
        frame = self._loop.frames[self._place]
        self._place = (self._place + 1) % len(self._loop.frames)
        self._timestamp = (self._timestamp + self._loop.ticks) & 0xFFFFFFFF
        extension = self._extension or _extension({LEVEL_EXTENSION: bytes([-frame.level & 0x7F])})
        last = len(frame.payloads) - 1
        for index, payload in enumerate(frame.payloads):
            await self._send(self._header(marker=index == last) + extension + payload)
            self.sent += 1

    def _header(self, *, marker: bool) -> bytes:
        self._sequence = (self._sequence + 1) & 0xFFFF
        kind = self._type | (0x80 if marker and self._loop.kind == "video" else 0)
        return struct.pack("!BBHII", 0x90, kind, self._sequence, self._timestamp, self.ssrc)


def _extension(elements: Mapping[int, bytes]) -> bytes:
    """One-byte header extensions (RFC 8285, 4.2)."""
    body = b"".join(bytes([number << 4 | len(value) - 1]) + value for number, value in elements.items())
    body += bytes(-len(body) % 4)
    return struct.pack("!HH", 0xBEDE, len(body) // 4) + body if body else b""


class Pacer:
    """``async with Pacer() as pacer``: sends each stream's frames when they are due.

    The streams' first frames are spread at random over one interval, so that many bots do not send at one
    moment.
    """

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Outgoing]] = []
        self._active: set[Outgoing] = set()
        self._numbers = itertools.count()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def add(self, streams: Iterable[Outgoing]) -> None:
        now = time.monotonic()
        for stream in set(streams) - self._active:
            self._active.add(stream)
            heapq.heappush(self._due, (now + random.random() * stream.interval, next(self._numbers), stream))
        self._wake.set()

    def discard(self, streams: Iterable[Outgoing]) -> None:
        self._active.difference_update(streams)
        self._due = [entry for entry in self._due if entry[2] in self._active]
        heapq.heapify(self._due)

    async def _run(self) -> None:
        while True:
            if not self._due:
                self._wake.clear()
                await self._wake.wait()
                continue
            due, number, stream = self._due[0]
            now = time.monotonic()
            if due > now:
                await asyncio.sleep(due - now)
                continue
            following = due + stream.interval if now - due < LATE else now + stream.interval
            heapq.heapreplace(self._due, (following, number, stream))
            await self._send(stream)

    async def _send(self, stream: Outgoing) -> None:
        try:
            await stream.send_frame()
        except ConnectionError:
            # The other side has ended the connection: nothing more to send on it.
            self.discard([stream])
