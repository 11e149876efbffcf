"""How far a long check has come: one line, rewritten, on a terminal only."""

import sys
import time
from collections.abc import Callable
from typing import Final, Self, TextIO

WIDTH: Final = 24
SECONDS: Final = 0.1


class Progress:
    """Told how many entries are done of how many; silent where nobody watches, or when asked to be."""

    def __init__(self, *, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shown = not quiet and self._stream.isatty()
        self._total = 0
        self._began = self._last = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def begin(self, total: int) -> Callable[[int], None]:
        """Set how many there are; whom to tell of those done."""
        self._total = total
        return self.tell

    def tell(self, done: int) -> None:
        """Show it, if it is time to."""
        now = time.monotonic()
        if self._shown and now - self._last >= SECONDS:
            self._last = now
            self._stream.write(f"\r\x1b[2K{line(done, self._total, now - self._began)}")
            self._stream.flush()


def line(done: int, total: int, seconds: float) -> str:
    """`[######......] 50 %  500 of 1,000 entries  3 s left`."""
    share = done / total if total else 1.0
    filled = int(share * WIDTH)
    left = seconds / share - seconds if share else 0.0
    bar = "#" * filled + "." * (WIDTH - filled)
    return f"[{bar}] {share:4.0%}  {done:,} of {total:,} entries  {left:.0f} s left"
