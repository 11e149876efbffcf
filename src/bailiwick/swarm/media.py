"""One participant's media: what they send, what they receive, and the count of it by sender."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from .loops import Loop
from .pacer import Pacer, SendTrack
from .report import StreamReport, WindowReport
from .rtc import Publisher, Subscriber
from .session import Stream
from .tally import Tally

FAILURES: Final = (ConnectionError, TimeoutError)


@dataclass(slots=True)
class _Heard:
    """One stream of somebody's, for as long as it stood on one media line."""

    stream: Stream
    tally: Tally
    windows: dict[str, WindowReport] = field(default_factory=dict)


class Media:
    """Both connections of one participant. `failed`: told which of them did not come about.

    Connections that were replaced or dropped stay counted. After `cut_off` nothing new is begun, but what
    there is goes on: packets that still come to somebody removed, or from them, must be seen.
    """

    def __init__(self, pacer: Pacer, loops: Sequence[Loop], failed: Callable[[str], None]) -> None:
        self._pacer = pacer
        self._loops = loops
        self._failed = failed
        self._publisher: Publisher | None = None
        self._subscriber: Subscriber | None = None
        self._lines: dict[str, _Heard] = {}
        self._heard: list[_Heard] = []
        self._sent = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def kinds(self) -> dict[str, str]:
        """What each media line sent carries, in the words of the protocol."""
        words = {"audio": "microphone", "video": "camera"}
        return {str(mid): words[loop.kind] for mid, loop in enumerate(self._loops)}

    @property
    def last_packet(self) -> float | None:
        """When the last packet of anybody came (monotonic clock)."""
        return max((heard.tally.last for heard in self._heard if heard.tally.received), default=None)

    @property
    def received(self) -> int:
        """Packets so far, of everybody."""
        return sum(heard.tally.received for heard in self._heard)

    @property
    def lost(self) -> int:
        """The same, lost."""
        return sum(heard.tally.lost for heard in self._heard)

    @property
    def sent(self) -> int:
        """Packets sent so far, on all connections."""
        return self._sent + self._sent_now()

    def hears(self) -> tuple[int, int]:
        """How many streams are subscribed to now, and how many of them have brought anything."""
        return len(self._lines), sum(heard.tally.received > 0 for heard in self._lines.values())

    async def offer(self) -> str:
        """An offer for a new connection that sends everything; what there was is closed."""
        await self._close_publisher()
        tracks = [SendTrack.single(str(mid), loop) for mid, loop in enumerate(self._loops)]
        self._publisher = Publisher(self._pacer, tracks)
        return await self._publisher.offer()

    def take_answer(self, sdp: str) -> None:
        """Connect in the background."""
        if self._publisher is not None:
            self._start(self._connect(self._publisher.accept(sdp), "publisher"))

    async def answer(self, sdp: str, streams: Mapping[str, Stream], *, fresh: bool) -> str:
        """Answer an offer. `streams`: what its media lines carry from now on."""
        if fresh or self._subscriber is None:
            await self._close_subscriber()
            self._subscriber = Subscriber()
            first = True
        else:
            first = False
        text = await self._subscriber.answer(sdp)
        self._map(self._subscriber, streams)
        if first:
            self._start(self._connect(self._subscriber.connected(), "subscriber"))
        return text

    def mute(self) -> None:
        """Send no more sound."""
        if self._publisher is not None:
            for mid, kind in self.kinds.items():
                if kind == "microphone":
                    self._publisher.pause(mid)

    async def close(self) -> None:
        """End both connections; the counts stay."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._close_publisher()
        await self._close_subscriber()

    def cut(self, window: str, at: float) -> None:
        """End the window that runs under this name, in all streams."""
        for heard in self._heard:
            cut = heard.tally.cut(at)
            heard.windows[window] = WindowReport(cut.received, cut.lost, _milliseconds(cut.gap))

    def report(self, origin: float, names: Mapping[str, str]) -> tuple[StreamReport, ...]:
        """All streams that brought anything or should have; times from `origin` on."""
        return tuple(
            StreamReport(
                participant=heard.stream[0],
                name=names.get(heard.stream[0], ""),
                mid=heard.stream[1],
                received=heard.tally.received,
                lost=heard.tally.lost,
                largest_gap_ms=_milliseconds(heard.tally.largest_gap),
                first_at=heard.tally.first - origin if heard.tally.received else None,
                last_at=heard.tally.last - origin if heard.tally.received else None,
                windows=heard.windows,
            )
            for heard in self._heard
        )

    def _map(self, subscriber: Subscriber, streams: Mapping[str, Stream]) -> None:
        for mid in set(self._lines) - set(streams):
            del self._lines[mid]
        for mid, stream in streams.items():
            if mid not in self._lines or self._lines[mid].stream != stream:
                self._lines[mid] = _Heard(stream, subscriber.begin(mid))
                self._heard.append(self._lines[mid])

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, connecting: Coroutine[None, None, None], leg: str) -> None:
        try:
            await connecting
        except FAILURES:
            self._failed(leg)

    def _sent_now(self) -> int:
        return 0 if self._publisher is None else self._publisher.packets_sent

    async def _close_publisher(self) -> None:
        if self._publisher is not None:
            publisher, self._sent, self._publisher = self._publisher, self.sent, None
            await publisher.close()

    async def _close_subscriber(self) -> None:
        self._lines.clear()
        if self._subscriber is not None:
            subscriber, self._subscriber = self._subscriber, None
            await subscriber.close()


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)
