"""The compiled table in memory: one look-up from an address to an interned Location."""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from bailiwick.geo import tablefile
from bailiwick.geo.address import ClientAddress
from bailiwick.geo.overrides import Overrides, apply
from bailiwick.geo.tablefile import SPECIAL_COMBINATION, Contents, SourceRecord, Votes
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
class _Ranges:
    """One family with overrides applied: where ranges begin, and which place each one is."""

    starts: list[int]
    places: list[int]


@dataclass(frozen=True, slots=True)
class _Place:
    """A distinct answer: a combination of votes, perhaps overridden."""

    combination: int
    overridden: bool = False
    code: Code | None = None


class Table:
    """An opened table. Look-ups share Location objects: equal answers are the same object.

    A source becomes stale by the clock alone, while the table is in use; the look-up notices.
    """

    def __init__(
        self, contents: Contents, file_hash: str, overrides: Overrides, stale_after_days: float, clock: Clock
    ) -> None:
        self._sources = contents.sources
        self._combinations = contents.combinations
        self._stale_after = stale_after_days * DAY
        self._clock = clock
        self.hash: Final = _joint_hash(file_hash, overrides.hash)
        places: dict[_Place, int] = {_Place(i): i for i in range(len(contents.combinations))}
        self._v4 = _overlay(contents.starts_v4, contents.which_v4, overrides, 4, places)
        self._v6 = _overlay(contents.starts_v6, contents.which_v6, overrides, 6, places)
        self._places = tuple(places)
        self.info: Final = TableInfo(
            hash=self.hash,
            file_hash=file_hash,
            overrides_hash=overrides.hash,
            overrides=len(overrides.lines),
            sources=contents.sources,
            combinations=len(contents.combinations),
            ranges_v4=len(self._v4.starts),
            ranges_v6=len(self._v6.starts),
        )
        self._no_address = undetermined(Undetermined.NO_ADDRESS, table=self.hash)
        self._settle(clock())

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
        if not self._settled_from <= self._clock() < self._settled_until:
            self._settle(self._clock())
        version, number = address.packed
        if version == 4:
            return self._locations_v4[bisect_right(self._v4.starts, number) - 1]
        return self._locations_v6[bisect_right(self._v6.starts, number) - 1]

    def ranges(self, version: int) -> Iterable[tuple[int, int, Location]]:
        """Every range as (first address, last address, location), ascending."""
        family, locations = (self._v4, self._locations_v4) if version == 4 else (self._v6, self._locations_v6)
        ends = [*family.starts[1:], SPACE[version]]
        return (
            (start, end - 1, where) for start, end, where in zip(family.starts, ends, locations, strict=True)
        )

    def stale_sources(self, now: float) -> frozenset[str]:
        """Names of the sources past their limit of age at that time."""
        return frozenset(s.name for s in self._sources if now >= s.built + self._stale_after)

    def _settle(self, now: float) -> None:
        """Make the Location objects for the sources that are stale now, and note until when that holds."""
        edges = sorted({s.built + self._stale_after for s in self._sources})
        at = bisect_right(edges, now)
        stale = self.stale_sources(now)
        made = [self._location(place, stale) for place in self._places]
        self._locations_v4 = [made[place] for place in self._v4.places]
        self._locations_v6 = [made[place] for place in self._v6.places]
        self._settled_from = edges[at - 1] if at else -math.inf
        self._settled_until = edges[at] if at < len(edges) else math.inf

    def _location(self, place: _Place, stale: frozenset[str]) -> Location:
        special = place.combination == SPECIAL_COMBINATION
        votes = () if special else self._votes(self._combinations[place.combination], stale)
        if place.overridden:
            return undetermined(Undetermined.OVERRIDDEN, votes, self.hash, place.code)
        if special:
            return undetermined(Undetermined.SPECIAL, table=self.hash)
        return locate(votes, self.hash)

    def _votes(self, codes: Votes, stale: frozenset[str]) -> tuple[Vote, ...]:
        return tuple(
            Vote(source.name, None if code is None else Code(code), source.name in stale)
            for source, code in zip(self._sources, codes, strict=True)
        )


def _joint_hash(file_hash: str, overrides_hash: str | None) -> str:
    if overrides_hash is None:
        return file_hash
    return sha256(f"{file_hash} {overrides_hash}".encode("ascii")).hexdigest()


def _overlay(
    starts: list[int], which: list[int], overrides: Overrides, version: int, places: dict[_Place, int]
) -> _Ranges:
    """Apply the overrides of one family; new places are added to `places` (place -> its number)."""
    segments = overrides.segments(version)
    if not segments:
        return _Ranges(starts, which)
    ranges = _Ranges([], [])
    for first, index, segment in apply(starts, segments, SPACE[version]):
        place = _Place(which[index]) if segment is None else _Place(which[index], True, segment.code)
        ranges.starts.append(first)
        ranges.places.append(places.setdefault(place, len(places)))
    return ranges
