"""Bars for the report: what a template draws as SVG. The table beside them has the same numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 1000
"""Units across: the length of the longest bar."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: where it begins, how long it is, what it stands for."""

    start: float
    length: float
    name: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart."""

    label: str
    total: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars one below the other, to one scale. `legend`: name and label of each part."""

    bars: tuple[Bar, ...]
    legend: tuple[tuple[str, str], ...]

    @property
    def width(self) -> int:
        """Units across."""
        return WIDTH


def chart(rows: Sequence[tuple[str, Sequence[int]]], legend: Sequence[tuple[str, str]]) -> Chart:
    """A chart of labelled rows; each has as many numbers as the legend has parts."""
    most = max((sum(counts) for _, counts in rows), default=0) or 1
    bars = [_bar(label, counts, legend, WIDTH / most) for label, counts in rows]
    return Chart(tuple(bars), tuple(legend))


def _bar(label: str, counts: Sequence[int], legend: Sequence[tuple[str, str]], scale: float) -> Bar:
    start, segments = 0.0, []
    for (name, text), count in zip(legend, counts, strict=True):
        if count:
            segments.append(Segment(round(start, 2), round(count * scale, 2), name, text, count))
        start += count * scale
    return Bar(label, sum(counts), tuple(segments))
