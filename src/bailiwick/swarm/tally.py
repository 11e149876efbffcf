"""What arrived: packets received and lost by RTP sequence number (RFC 3550, A.1), and the pauses between
them.

A pause is the time between two packets of one stream, as the receiving process saw them. Times are seconds of
the monotonic clock, which all processes of one machine share.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """One stream between two cuts. `gap`: the longest pause in seconds, the one still running included."""

    received: int
    lost: int
    gap: float


class Tally:
    """Counts one stream. `packet` is called for every packet there is, so it does next to nothing."""

    __slots__ = ("_cut", "_expected", "_highest", "_late", "_window_gap", "first", "gap", "last", "received")

    def __init__(self) -> None:
        self.received = 0
        self.gap = 0.0
        self.first = 0.0
        self.last = 0.0
        self._window_gap = 0.0
        self._highest = -1
        self._expected = 0
        self._late = 0
        self._cut = (0, 0)

    def packet(self, sequence: int, at: float) -> None:
        """One packet: its 16-bit sequence number, and when it came."""
        if self._highest < 0:
            self._highest, self.first, self.last = sequence, at, at
            self.received = self._expected = 1
            return
        step = (sequence - self._highest) & 0xFFFF
        if step == 0:
            return
        if step < 0x8000:
            self._highest = sequence
            self._expected += step
        else:
            self._late += 1
        self.received += 1
        pause = at - self.last
        self._window_gap = max(self._window_gap, pause)
        self.last = at

    @property
    def lost(self) -> int:
        """Expected and not come. A late packet is not lost."""
        return max(0, self._expected - self.received)

    @property
    def largest_gap(self) -> float:
        """The longest pause between two packets so far, in seconds."""
        return max(self.gap, self._window_gap)

    def cut(self, at: float) -> Window:
        """What came since the last cut; begins a new window."""
        expected, received = self._cut
        self._cut = (self._expected, self.received)
        running = at - self.last if self.received else 0.0
        window = Window(
            received=self.received - received,
            lost=max(0, self._expected - expected - (self.received - received)),
            gap=max(self._window_gap, running),
        )
        self.gap = max(self.gap, self._window_gap)
        self._window_gap = 0.0
        return window
