"""Draws words as strokes of one width with round ends: an alphabet of lines and arcs, no font needed.

A letter stands in a box one unit high, baseline at 0, and is a list of polylines. Letters that are not here
(after their accents have been taken off) are drawn as a space.
"""

import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from math import cos, pi, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Line = tuple[Point, ...]
Mask = NDArray[np.float32]

SPACING: Final = 0.34
BLANK: Final = 0.42
_STEPS_A_QUARTER: Final = 10


def _arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Line:
    """Part of an ellipse around (x, y); angles in quarter turns, anticlockwise from the right."""
    steps = max(4, round(_STEPS_A_QUARTER * abs(end - start)))
    angles = [(start + (end - start) * i / steps) * pi / 2 for i in range(steps + 1)]
    return tuple((x + rx * cos(a), y + ry * sin(a)) for a in angles)


_LETTERS: Final[dict[str, tuple[float, tuple[Line, ...]]]] = {
    "A": (0.8, (((0, 0), (0.4, 1), (0.8, 0)), ((0.14, 0.34), (0.66, 0.34)))),
    "B": (
        0.64,
        (
            ((0, 0), (0, 1), (0.34, 1), *_arc(0.34, 0.76, 0.24, 0.24, 1, -1), (0, 0.52)),
            ((0.34, 0.52), *_arc(0.38, 0.26, 0.26, 0.26, 1, -1), (0, 0)),
        ),
    ),
    "C": (0.8, (_arc(0.48, 0.5, 0.48, 0.5, 0.52, 3.48),)),
    "D": (0.76, (((0, 0), (0, 1), (0.28, 1), *_arc(0.28, 0.5, 0.48, 0.5, 1, -1), (0, 0)),)),
    "E": (0.58, (((0.58, 1), (0, 1), (0, 0), (0.58, 0)), ((0, 0.52), (0.5, 0.52)))),
    "F": (0.56, (((0.56, 1), (0, 1), (0, 0)), ((0, 0.52), (0.48, 0.52)))),
    "G": (0.86, ((*_arc(0.48, 0.5, 0.48, 0.5, 0.52, 3.86), (0.94, 0.44), (0.56, 0.44)),)),
    "H": (0.72, (((0, 0), (0, 1)), ((0.72, 0), (0.72, 1)), ((0, 0.52), (0.72, 0.52)))),
    "I": (0.04, (((0.02, 0), (0.02, 1)),)),
    "J": (0.46, (((0.46, 1), *_arc(0.22, 0.26, 0.24, 0.26, 0, -1.7)),)),
    "K": (0.66, (((0, 0), (0, 1)), ((0.62, 1), (0, 0.4)), ((0.2, 0.6), (0.66, 0)))),
    "L": (0.54, (((0, 1), (0, 0), (0.54, 0)),)),
    "M": (0.9, (((0, 0), (0, 1), (0.45, 0.3), (0.9, 1), (0.9, 0)),)),
    "N": (0.74, (((0, 0), (0, 1), (0.74, 0), (0.74, 1)),)),
    "O": (0.98, (_arc(0.49, 0.5, 0.49, 0.5, 0, 4),)),
    "P": (0.62, (((0, 0), (0, 1), (0.36, 1), *_arc(0.36, 0.73, 0.26, 0.27, 1, -1), (0, 0.46)),)),
    "Q": (0.98, (_arc(0.49, 0.5, 0.49, 0.5, 0, 4), ((0.62, 0.26), (0.94, -0.06)))),
    "R": (
        0.64,
        (
            ((0, 0), (0, 1), (0.36, 1), *_arc(0.36, 0.74, 0.26, 0.26, 1, -1), (0, 0.48)),
            ((0.34, 0.48), (0.64, 0)),
        ),
    ),
    "S": (
        0.6,
        (
            (
                *_arc(0.3, 0.75, 0.28, 0.25, 0.35, 3),
                *_arc(0.3, 0.25, 0.3, 0.25, 1, -1.65),
            ),
        ),
    ),
    "T": (0.72, (((0, 1), (0.72, 1)), ((0.36, 1), (0.36, 0)))),
    "U": (0.7, (((0, 1), *_arc(0.35, 0.34, 0.35, 0.34, -2, 0), (0.7, 1)),)),
    "V": (0.78, (((0, 1), (0.39, 0), (0.78, 1)),)),
    "W": (1.12, (((0, 1), (0.28, 0), (0.56, 0.9), (0.84, 0), (1.12, 1)),)),
    "X": (0.7, (((0, 0), (0.7, 1)), ((0, 1), (0.7, 0)))),
    "Y": (0.74, (((0, 1), (0.37, 0.46), (0.74, 1)), ((0.37, 0.46), (0.37, 0)))),
    "Z": (0.66, (((0, 1), (0.66, 1), (0, 0), (0.66, 0)),)),
    "-": (0.3, (((0, 0.48), (0.3, 0.48)),)),
    "'": (0.04, (((0.02, 1), (0.02, 0.8)),)),
    ".": (0.04, (((0.02, 0), (0.02, 0.01)),)),
    ",": (0.08, (((0.06, 0.02), (0, -0.14)),)),
    "(": (0.2, (_arc(0.36, 0.44, 0.36, 0.62, 1.3, 2.7),)),
    ")": (0.2, (_arc(-0.16, 0.44, 0.36, 0.62, 0.7, -0.7),)),
    "0": (0.66, (_arc(0.33, 0.5, 0.33, 0.5, 0, 4),)),
    "1": (0.24, (((0, 0.8), (0.24, 1), (0.24, 0)),)),
    "2": (0.6, ((*_arc(0.3, 0.72, 0.28, 0.28, 2, -0.4), (0, 0), (0.6, 0)),)),
    "3": (0.58, ((*_arc(0.28, 0.75, 0.26, 0.25, 1.8, -1), *_arc(0.28, 0.26, 0.3, 0.26, 1, -1.8)),)),
    "4": (0.66, (((0.48, 0), (0.48, 1), (0, 0.28), (0.66, 0.28)),)),
    "5": (0.58, (((0.52, 1), (0.1, 1), (0.06, 0.56), *_arc(0.26, 0.32, 0.32, 0.32, 1.3, -1.7)),)),
    "6": (0.62, (((0.5, 1), (0.06, 0.46), *_arc(0.31, 0.31, 0.31, 0.31, 1.8, 5.8)),)),
    "7": (0.58, (((0, 1), (0.58, 1), (0.18, 0)),)),
    "8": (0.6, (_arc(0.3, 0.76, 0.24, 0.24, -1, 3), _arc(0.3, 0.26, 0.3, 0.26, 1, 5))),
    "9": (0.62, (((0.12, 0), (0.56, 0.54), *_arc(0.31, 0.69, 0.31, 0.31, -0.2, 3.8)),)),
}
_SPELT: Final = str.maketrans(
    {"ß": "SS", "Æ": "AE", "æ": "AE", "Ø": "O", "ø": "O", "Ł": "L", "ł": "L", "ı": "I"}
)


def plain(text: str) -> str:
    """The text in the letters there are: capitals, without accents."""
    bare = unicodedata.normalize("NFD", text.translate(_SPELT)).replace("’", "'")
    return "".join(c for c in bare if not unicodedata.combining(c)).upper()


def strokes(text: str) -> tuple[float, list[Line]]:
    """The width of the text in units of its height, and its lines."""
    at, lines = 0.0, []
    for letter in plain(text):
        width, drawn = _LETTERS.get(letter, (BLANK - SPACING, ()))
        lines += [tuple((at + x, y) for x, y in line) for line in drawn]
        at += width + SPACING
    return max(0.0, at - SPACING), lines


def _distances(shape: tuple[int, int], lines: Iterable[Line], reach: float) -> Mask:
    """For each pixel the distance to the nearest line, as far as `reach` pixels; rows grow downwards."""
    nearest = np.full(shape, reach, dtype=np.float32)
    for line in lines:
        for (ax, ay), (bx, by) in pairwise(line):
            left, right = int(min(ax, bx) - reach), int(max(ax, bx) + reach) + 2
            top, bottom = int(min(ay, by) - reach), int(max(ay, by) + reach) + 2
            rows = slice(max(0, top), max(0, min(shape[0], bottom)))
            columns = slice(max(0, left), max(0, min(shape[1], right)))
            y, x = np.mgrid[rows, columns].astype(np.float32)
            dx, dy = bx - ax, by - ay
            length = dx * dx + dy * dy
            along = np.clip(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) if length else np.float32(0)
            distance = np.hypot(x - ax - along * dx, y - ay - along * dy)
            np.minimum(nearest[rows, columns], distance, out=nearest[rows, columns])
    return nearest


def mask(text: str, shape: tuple[int, int], *, centre: Point, height: float, widest: float) -> Mask:
    """How much of each pixel the text covers, 0 to 1. `shape`: rows, columns.

    `height` of a capital in pixels; less where the text would be wider than `widest` pixels.
    """
    width, lines = strokes(text)
    if not lines:
        return np.zeros(shape, dtype=np.float32)
    scale = min(height, widest / width) if width else height
    x0, y0 = centre[0] - width * scale / 2, centre[1] + scale / 2
    placed = [tuple((x0 + x * scale, y0 - y * scale) for x, y in line) for line in lines]
    half = max(0.8, scale * 0.058)
    covered: Mask = np.clip(half + 0.5 - _distances(shape, placed, half + 2), 0, 1)
    return covered
