"""The compiled table in memory: one look-up from an address to an interned Location."""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from bailiwick.geo import tablefile
from bailiwick.geo.address import ClientAddress
from bailiwick.geo.index import V4_BITS, V6_PAGE_MASK, V6_PAGE_SHIFT, index_v4, index_v6
from bailiwick.geo.overrides import OverrideIndex, Overrides, Segment
from bailiwick.geo.tablefile import SPECIAL_COMBINATION, Contents, SourceRecord
from bailiwick.rules.location import Location, Undetermined, Vote, locate, undetermined
from bailiwick.rules.territory import Code

DAY: Final = 86_400.0
STALE_AFTER_DAYS: Final = 400
SPACE: Final = {4: 2**32, 6: 2**128}

Clock = Callable[[], float]  # Unix time in seconds


@dataclass(frozen=True, slots=True)
class TableInfo:
    """What a table was made of. `hash` names what this node answers: the file and the overrides over it."""

    hash: str
    file_hash: str
    overrides_hash: str | None
    overrides: int
    sources: tuple[SourceRecord, ...]
    combinations: int
    ranges_v4: int
    ranges_v6: int


@dataclass(frozen=True, slots=True)
class _Settled:
    """What holds from one clock edge to the next: which sources are stale, and the locations made so far.

    One object, replaced as a whole: a look-up in another thread never mixes two of them.
    """

    start: float
    end: float
    stale: frozenset[str]
    locations: list[Location | None]  # by combination
    overridden: dict[tuple[int, Code | None], Location]


class Table:
    """An opened table. Equal answers are the same Location object, made when first asked for.

    A source becomes stale by the clock alone, while the table is in use; the look-up notices.
    """

    def __init__(
        self, contents: Contents, file_hash: str, overrides: Overrides, stale_after_days: float, clock: Clock
    ) -> None:
        self._contents = contents
        self._starts_v4, self._which_v4 = contents.starts_v4, contents.which_v4
        self._upper_v6, self._lower_v6 = contents.upper_v6, contents.lower_v6
        self._which_v6 = contents.which_v6
        self._slots_v4, self._pages_v6 = index_v4(contents.starts_v4), index_v6(contents.upper_v6)
        self._overrides = OverrideIndex(overrides) if overrides.lines else None
        self._stale_after = stale_after_days * DAY
        self._clock = clock
        self.hash: Final = _joint_hash(file_hash, overrides.hash)
        self.info: Final = _info(self.hash, file_hash, overrides, contents)
        self._no_address = undetermined(Undetermined.NO_ADDRESS, table=self.hash)
        self._settled = self._settle(clock())

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        overrides: Overrides | None = None,
        stale_after_days: float = STALE_AFTER_DAYS,
        clock: Clock = time.time,
    ) -> Self:
        """Read, verify and prepare; raises TableError. Takes a fraction of a second for a full table."""
        contents, file_hash = tablefile.read(path)
        return cls(contents, file_hash, overrides or Overrides(), stale_after_days, clock)

    def locate(self, address: ClientAddress | None) -> Location:
        """The location of an address, by now's clock. None (no usable address) is undetermined."""
        if address is None:
            return self._no_address
        settled = self._settled
        if not settled.start <= self._clock() < settled.end:
            settled = self._current()
        if address.version == 4:  # both families in line: a call would be a tenth of the look-up
            number, slots = address.lower, self._slots_v4
            slot = number >> V4_BITS
            at = bisect_right(self._starts_v4, number, slots[slot], slots[slot + 1])
            which = self._which_v4[at - 1]
        else:
            upper = address.upper
            slots, shift = self._pages_v6[upper >> V6_PAGE_SHIFT]
            slot = (upper & V6_PAGE_MASK) >> shift
            at = bisect_right(self._upper_v6, upper, slots[slot], slots[slot + 1]) - 1
            # Ranges that begin within one upper half follow each other: back past those that begin later.
            while at in self._lower_v6 and self._upper_v6[at] == upper and self._lower_v6[at] > address.lower:
                at -= 1
            which = self._which_v6[at]
        if self._overrides is not None:
            override = self._overrides.find(address)
            if override is not None:
                return self._overridden(settled, which, override)
        return settled.locations[which] or self._make(settled, which)

    def ranges(self, version: int) -> Iterator[tuple[int, int, Location]]:
        """Every range as (first address, last address, location), ascending, overrides left out of
        account."""
        table, settled = self._contents, self._current()
        if version == 4:
            starts, which = list(table.starts_v4), table.which_v4
        else:
            starts = [upper << 64 | table.lower_v6.get(at, 0) for at, upper in enumerate(table.upper_v6)]
            which = table.which_v6
        ends = [*starts[1:], SPACE[version]]
        for start, end, combination in zip(starts, ends, which, strict=True):
            yield start, end - 1, settled.locations[combination] or self._make(settled, combination)

    def stale_sources(self, now: float) -> frozenset[str]:
        """Names of the sources past their limit of age at that time."""
        return frozenset(s.name for s in self.info.sources if now >= s.built + self._stale_after)

    def _current(self) -> _Settled:
        now = self._clock()
        if not self._settled.start <= now < self._settled.end:
            self._settled = self._settle(now)
        return self._settled

    def _settle(self, now: float) -> _Settled:
        """A fresh start between the two clock edges around `now`."""
        edges = sorted({s.built + self._stale_after for s in self.info.sources})
        at = bisect_right(edges, now)
        return _Settled(
            start=edges[at - 1] if at else -math.inf,
            end=edges[at] if at < len(edges) else math.inf,
            stale=self.stale_sources(now),
            locations=[None] * len(self._contents.combinations),
            overridden={},
        )

    def _make(self, settled: _Settled, which: int) -> Location:
        if which == SPECIAL_COMBINATION:
            made = undetermined(Undetermined.SPECIAL, table=self.hash)
        else:
            made = locate(self._votes(settled, which), self.hash)
        settled.locations[which] = made
        return made

    def _overridden(self, settled: _Settled, which: int, override: Segment) -> Location:
        """The votes as they are, never unanimous (P1)."""
        key = which, override.code
        if key not in settled.overridden:
            votes = self._votes(settled, which)
            made = undetermined(Undetermined.OVERRIDDEN, votes, self.hash, override.code)
            settled.overridden[key] = made
        return settled.overridden[key]

    def _votes(self, settled: _Settled, which: int) -> tuple[Vote, ...]:
        if which == SPECIAL_COMBINATION:
            return ()
        return tuple(
            Vote(source.name, None if code is None else Code(code), source.name in settled.stale)
            for source, code in zip(self.info.sources, self._contents.combinations[which], strict=True)
        )


def _info(table_hash: str, file_hash: str, overrides: Overrides, contents: Contents) -> TableInfo:
    return TableInfo(
        hash=table_hash,
        file_hash=file_hash,
        overrides_hash=overrides.hash,
        overrides=len(overrides.lines),
        sources=contents.sources,
        combinations=len(contents.combinations),
        ranges_v4=len(contents.starts_v4),
        ranges_v6=len(contents.upper_v6),
    )


def _joint_hash(file_hash: str, overrides_hash: str | None) -> str:
    if overrides_hash is None:
        return file_hash
    return sha256(f"{file_hash} {overrides_hash}".encode("ascii")).hexdigest()
