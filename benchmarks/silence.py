"""What an eject did, read from a swarm's report: when the last packet came, what those who stayed felt."""

import math
import sqlite3
import time
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Final

from bailiwick.swarm import Report, StreamReport

QUIET: Final = "quiet"
EJECT: Final = "eject"
LEAST: Final = 10
"""Packets a stream must have brought in a window to say something about pauses in it."""
POLL_SECONDS: Final = 0.0005


@dataclass(frozen=True, slots=True)
class Silence:
    """`last_ms`: from the beginning of the eject to the last packet of somebody ejected, received by them or
    by anybody who stayed; negative: none came after it. `lost`: between those who stay, in the eject's
    window. Pauses in milliseconds, the longest of all streams between those who stay."""

    last_ms: float
    lost: int
    quiet_gap_ms: float
    eject_gap_ms: float

    @property
    def stall_ms(self) -> float:
        """How much longer than in the quiet window."""
        return self.eject_gap_ms - self.quiet_gap_ms


def silence(report: Report, ejected: Set[str], began: float) -> Silence:
    """`ejected`: their participant ids; `began`: seconds of the swarm's own clock."""
    last = [
        stream.last_at
        for person in report.participants
        for stream in person.streams
        if stream.last_at is not None and (person.participant in ejected or stream.participant in ejected)
    ]
    staying = [
        stream
        for person in report.participants
        if person.participant not in ejected
        for stream in person.streams
        if stream.participant not in ejected
    ]
    return Silence(
        last_ms=(max(last) - began) * 1000 if last else math.nan,
        lost=sum(stream.windows[EJECT].lost for stream in staying if EJECT in stream.windows),
        quiet_gap_ms=_gap(staying, QUIET),
        eject_gap_ms=_gap(staying, EJECT),
    )


def _gap(streams: list[StreamReport], window: str) -> float:
    """Of streams that flowed in both windows."""
    flowing = [
        stream.windows
        for stream in streams
        if all(name in stream.windows and stream.windows[name].received >= LEAST for name in (QUIET, EJECT))
    ]
    return max((windows[window].gap_ms for windows in flowing), default=math.nan)


class CommitWatch:
    """When a meeting's revision changed in the database, to a millisecond: `at`, on the monotonic clock."""

    def __init__(self, database: Path, slug: str) -> None:
        self.at: float | None = None
        self._database = database
        self._slug = slug
        self._stop = Event()
        self._ready = Event()

    @contextmanager
    def watching(self) -> Iterator["CommitWatch"]:
        thread = Thread(target=self._watch, daemon=True)
        thread.start()
        self._ready.wait(5)
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()

    def _watch(self) -> None:
        connection = sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)
        before = self._revision(connection)
        self._ready.set()
        while not self._stop.is_set():
            if self._revision(connection) != before:
                self.at = time.monotonic()
                break
            time.sleep(POLL_SECONDS)
        connection.close()

    def _revision(self, connection: sqlite3.Connection) -> int:
        query = "SELECT revision FROM meetings_meeting WHERE slug = ?"
        row: tuple[int] = connection.execute(query, (self._slug,)).fetchone()
        return row[0]
