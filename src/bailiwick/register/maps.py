"""The world map of the register: drawn once (client/src/picker/draw-register.mjs), used by code."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parent / "static" / "register" / "world.svg"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map with these codes coloured. `rings`: where a territory is too small to be seen without."""

    codes: tuple[str, ...]
    rings: tuple[tuple[str, str], ...]


@cache
def _shapes() -> tuple[frozenset[str], dict[str, tuple[str, str]]]:
    """Codes that are drawn, and the places of those that are dots."""
    text = _FILE.read_text(encoding="ascii")
    dots = re.findall(r'<circle id="([A-Z]{2})" cx="(\d+)" cy="(\d+)"', text)
    drawn = frozenset(re.findall(r'<(?:path|circle) id="([A-Z]{2})" (?!d="")', text))
    return drawn, {code: (x, y) for code, x, y in dots}


def drawing(codes: Iterable[str]) -> Drawing:
    """The map of these; the few codes that the map has no shape for stand in the list beside it only."""
    drawn, dots = _shapes()
    shown = tuple(sorted(drawn & set(codes)))
    return Drawing(shown, tuple(dots[code] for code in shown if code in dots))
