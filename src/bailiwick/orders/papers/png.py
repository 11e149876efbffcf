"""Pixels as a PNG of our own making: three chunks, so nothing but the picture can be in it."""

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
"""No text in UTF-8 begins so."""
_UP: Final = 2
_GREY, _COLOUR = 0, 2


def encode(width: int, height: int, pixels: bytes) -> bytes:
    """The PNG (RFC 2083) of `width * height * 3` bytes, red, green and blue; grey where all of it is."""
    rows = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, 3)
    kind = _GREY if _is_grey(rows) else _COLOUR
    lines = (rows[:, :, 0] if kind == _GREY else rows).reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    body = zlib.compress(_filtered(lines), 6)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _is_grey(rows: NDArray[np.uint8]) -> bool:
    first = rows[:, :, :1]
    return bool((rows == first).all())


def _filtered(lines: NDArray[np.uint8]) -> bytes:
    """Each line as its difference to the one above, modulo 256 (RFC 2083, 6.4)."""
    made = np.empty((lines.shape[0], lines.shape[1] + 1), dtype=np.uint8)
    made[:, 0] = _UP
    made[0, 1:] = lines[0]
    made[1:, 1:] = lines[1:] - lines[:-1]
    return made.tobytes()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
