"""The compiled table as a file: `table.bwt`, format 1.

    8 bytes   magic "BWTABLE" and the format's version, one byte
    4 bytes   length H of the header, little-endian (as all numbers here)
    H bytes   header, canonical JSON (sorted keys, no blanks, ASCII):
              {"combinations": [[code or null, one per source], ...], "sources": [{"built": unix seconds,
               "name", "rows_v4", "rows_v6", "sha256"}, ...], "v4": n, "v6": m, "v6_lower": k}
    n x u32   first address of every IPv4 range, ascending, the first 0
    n x u16   its combination
    m x u64   first address of every IPv6 range, upper half, ascending, the first 0
    m x u16   its combination
    k x u32   which IPv6 ranges begin with a lower half other than 0 (few do), ascending
    k x u64   that lower half
    32 bytes  SHA-256 of all bytes before

A range ends where the next one begins, the last at the end of the address space; so every address is in
exactly one range. Combination 0 is reserved: special-purpose space, which nobody votes on. Nothing in the
file depends on when or where it was compiled: equal sources give equal bytes, so two nodes can compare
hashes.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from array import array
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from bailiwick.geo.errors import TableError

MAGIC = b"BWTABLE"
VERSION = 1
SPECIAL_COMBINATION = 0
_PREFIX = struct.Struct("<7sBI")
_DIGEST_SIZE = 32
_LOWER = 2**64 - 1


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What is kept of a source after its file is destroyed. `built` is Unix time; rows as the file had
    them."""

    name: str
    built: int
    sha256: str
    rows_v4: int
    rows_v6: int


Votes = tuple[str | None, ...]  # one per source, in the order of the sources


@dataclass(frozen=True, slots=True)
class Contents:
    """A table's contents. Ranges of both families ascend from 0; `combinations[0]` is the special one.

    `upper_v6` holds the upper halves of the first addresses; `lower_v6` the lower halves other than 0, by
    the number of their range.
    """

    sources: tuple[SourceRecord, ...]
    combinations: tuple[Votes, ...]
    starts_v4: array[int]  # u32
    which_v4: array[int]  # u16, index into combinations
    upper_v6: array[int]  # u64
    which_v6: array[int]  # u16
    lower_v6: dict[int, int]


def contents(
    sources: Iterable[SourceRecord],
    combinations: Iterable[Votes],
    v4: Iterable[tuple[int, int]],
    v6: Iterable[tuple[int, int]],
) -> Contents:
    """From ranges as (first address, combination). ValueError if they do not ascend from 0, or a range or a
    combination does not fit."""
    starts_v4, which_v4 = _unzipped(v4)
    starts_v6, which_v6 = _unzipped(v6)
    made = Contents(
        tuple(sources),
        tuple(combinations),
        array("I", starts_v4),
        array("H", which_v4),
        array("Q", [start >> 64 for start in starts_v6]),
        array("H", which_v6),
        {at: start & _LOWER for at, start in enumerate(starts_v6) if start & _LOWER},
    )
    for starts in (starts_v4, starts_v6):
        if not starts or starts[0] != 0 or any(a >= b for a, b in pairwise(starts)):
            raise ValueError("ranges do not ascend from 0")
    _check_shape(made)
    return made


def _unzipped(ranges: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    pairs = list(ranges)
    return [start for start, _ in pairs], [which for _, which in pairs]


def write(path: Path, table: Contents) -> str:
    """Write the file durably (fsync, not yet renamed into place by this function); returns its hash."""
    body = encode(table)
    digest = sha256(body)
    with path.open("wb") as file:
        file.write(body)
        file.write(digest.digest())
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def read(path: Path) -> tuple[Contents, str]:
    """Read and verify; returns the contents and the hash.

    TableError: `table_missing`, `table_version` or `table_corrupt`.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TableError("table_missing", error.strerror or "") from error
    _check_prefix(data)
    body, digest = data[:-_DIGEST_SIZE], data[-_DIGEST_SIZE:]
    found = sha256(body)
    if found.digest() != digest:
        raise TableError("table_corrupt", "checksum")
    try:
        table = decode(body)
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise TableError("table_corrupt", "structure") from error
    return table, found.hexdigest()


def _check_prefix(data: bytes) -> None:
    if len(data) < _PREFIX.size + _DIGEST_SIZE or not data.startswith(MAGIC):
        raise TableError("table_corrupt", "not a location table")
    if data[len(MAGIC)] != VERSION:
        raise TableError("table_version", f"format {data[len(MAGIC)]}, this program reads {VERSION}")


def encode(table: Contents) -> bytes:
    """The bytes before the checksum."""
    header = json.dumps(
        {
            "combinations": table.combinations,
            "sources": [asdict(source) for source in table.sources],
            "v4": len(table.starts_v4),
            "v6": len(table.upper_v6),
            "v6_lower": len(table.lower_v6),
        },
        sort_keys=True,
        separators=(",", ":"),
    ).encode("ascii")
    columns = (
        table.starts_v4,
        table.which_v4,
        table.upper_v6,
        table.which_v6,
        array("I", table.lower_v6.keys()),
        array("Q", table.lower_v6.values()),
    )
    return b"".join((_PREFIX.pack(MAGIC, VERSION, len(header)), header, *map(_little_endian, columns)))


def decode(body: bytes) -> Contents:
    """The reverse of `encode`; ValueError, KeyError, TypeError or struct.error if it is not one."""
    _magic, _version, length = _PREFIX.unpack_from(body)
    header = json.loads(body[_PREFIX.size : _PREFIX.size + length])
    n, m, k = int(header["v4"]), int(header["v6"]), int(header["v6_lower"])
    reader = _Reader(body, _PREFIX.size + length)
    table = Contents(
        sources=tuple(SourceRecord(**source) for source in header["sources"]),
        combinations=tuple(map(tuple, header["combinations"])),
        starts_v4=reader.take("I", n),
        which_v4=reader.take("H", n),
        upper_v6=reader.take("Q", m),
        which_v6=reader.take("H", m),
        lower_v6=dict(zip(reader.take("I", k), reader.take("Q", k), strict=True)),
    )
    reader.finish()
    _check_shape(table)
    return table


def _check_shape(table: Contents) -> None:
    """That every look-up finds something. The order of the ranges is the checksum's business."""
    width = len(table.sources)
    if any(len(votes) != width for votes in table.combinations):
        raise ValueError("a combination has not one vote per source")
    if not table.starts_v4 or table.starts_v4[0] or not table.upper_v6 or table.upper_v6[0]:
        raise ValueError("the ranges do not begin at 0")
    if any(max(which) >= len(table.combinations) for which in (table.which_v4, table.which_v6)):
        raise ValueError("a range refers to no combination")


def _little_endian(column: array[int]) -> bytes:
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column.tobytes()


class _Reader:
    def __init__(self, body: bytes, position: int) -> None:
        self._body = body
        self._position = position

    def take(self, kind: str, count: int) -> array[int]:
        numbers: array[int] = array(kind)
        end = self._position + count * numbers.itemsize
        chunk = self._body[self._position : end]
        if count < 0 or len(chunk) != count * numbers.itemsize:
            raise ValueError("the file is too short")
        numbers.frombytes(chunk)
        if sys.byteorder == "big":
            numbers.byteswap()
        self._position = end
        return numbers

    def finish(self) -> None:
        if self._position != len(self._body):
            raise ValueError("the file is too long")
