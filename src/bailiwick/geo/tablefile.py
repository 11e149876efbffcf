"""The compiled table as a file: `table.bwt`, format 1.

    8 bytes   magic "BWTABLE" and the format's version, one byte
    4 bytes   length H of the header, little-endian (as all numbers here)
    H bytes   header, canonical JSON (sorted keys, no blanks, ASCII):
              {"combinations": [[code or null, one per source], ...], "sources": [{"built": unix seconds,
               "name", "rows_v4", "rows_v6", "sha256"}, ...], "v4": n, "v6": m}
    n x u32   first address of every IPv4 range, ascending, the first 0
    n x u16   its combination
    m x u64   first address of every IPv6 range, upper half
    m x u64   lower half
    m x u16   its combination
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
    """A table's contents; `starts` are ascending from 0, `combinations[0]` is the special one."""

    sources: tuple[SourceRecord, ...]
    combinations: tuple[Votes, ...]
    starts_v4: list[int]
    which_v4: list[int]
    starts_v6: list[int]
    which_v6: list[int]


def write(path: Path, contents: Contents) -> str:
    """Write the file durably (fsync, not yet renamed into place by this function); returns its hash."""
    body = encode(contents)
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
        contents = decode(body)
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise TableError("table_corrupt", "structure") from error
    return contents, found.hexdigest()


def _check_prefix(data: bytes) -> None:
    if len(data) < _PREFIX.size + _DIGEST_SIZE or not data.startswith(MAGIC):
        raise TableError("table_corrupt", "not a location table")
    if data[len(MAGIC)] != VERSION:
        raise TableError("table_version", f"format {data[len(MAGIC)]}, this program reads {VERSION}")


def encode(contents: Contents) -> bytes:
    """The bytes before the checksum."""
    header = json.dumps(
        {
            "combinations": contents.combinations,
            "sources": [asdict(source) for source in contents.sources],
            "v4": len(contents.starts_v4),
            "v6": len(contents.starts_v6),
        },
        sort_keys=True,
        separators=(",", ":"),
    ).encode("ascii")
    mask = 2**64 - 1
    return b"".join(
        (
            _PREFIX.pack(MAGIC, VERSION, len(header)),
            header,
            _pack("I", contents.starts_v4),
            _pack("H", contents.which_v4),
            _pack("Q", [start >> 64 for start in contents.starts_v6]),
            _pack("Q", [start & mask for start in contents.starts_v6]),
            _pack("H", contents.which_v6),
        )
    )


def decode(body: bytes) -> Contents:
    """The reverse of `encode`; ValueError, KeyError, TypeError or struct.error if it is not one."""
    _magic, _version, length = _PREFIX.unpack_from(body)
    header = json.loads(body[_PREFIX.size : _PREFIX.size + length])
    reader = _Reader(body, _PREFIX.size + length)
    n, m = int(header["v4"]), int(header["v6"])
    starts_v4, which_v4 = reader.take("I", n), reader.take("H", n)
    upper, lower = reader.take("Q", m), reader.take("Q", m)
    contents = Contents(
        sources=tuple(SourceRecord(**source) for source in header["sources"]),
        combinations=tuple(tuple(votes) for votes in header["combinations"]),
        starts_v4=starts_v4,
        which_v4=which_v4,
        starts_v6=[high << 64 | low for high, low in zip(upper, lower, strict=True)],
        which_v6=reader.take("H", m),
    )
    reader.finish()
    _check_shape(contents)
    return contents


def _check_shape(contents: Contents) -> None:
    width = len(contents.sources)
    if any(len(votes) != width for votes in contents.combinations):
        raise ValueError("a combination has not one vote per source")
    for starts, which in ((contents.starts_v4, contents.which_v4), (contents.starts_v6, contents.which_v6)):
        if not starts or starts[0] != 0 or any(a >= b for a, b in pairwise(starts)):
            raise ValueError("ranges are not ascending from 0")
        if max(which) >= len(contents.combinations):
            raise ValueError("a range refers to no combination")


def _pack(kind: str, numbers: list[int]) -> bytes:
    packed = array(kind, numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


class _Reader:
    def __init__(self, body: bytes, position: int) -> None:
        self._body = body
        self._position = position

    def take(self, kind: str, count: int) -> list[int]:
        numbers = array(kind)
        end = self._position + count * numbers.itemsize
        chunk = self._body[self._position : end]
        if count < 0 or len(chunk) != count * numbers.itemsize:
            raise ValueError("the file is too short")
        numbers.frombytes(chunk)
        if sys.byteorder == "big":
            numbers.byteswap()
        self._position = end
        return numbers.tolist()

    def finish(self) -> None:
        if self._position != len(self._body):
            raise ValueError("the file is too long")
