"""Reading a source's file: MaxMind DB (GeoLite2, DB-IP) or IPFire's text as Tor ships it.

Only this module knows `maxminddb`. Whatever a file says, only ISO 3166-1 codes and XK become votes.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from socket import AF_INET6, inet_pton
from time import strptime
from typing import Any, Final

import maxminddb
import numpy as np

from bailiwick.geo.catalogue import Source
from bailiwick.geo.errors import SourceError
from bailiwick.geo.mmdb_tree import Networks, TreeError, read_tree
from bailiwick.geo.ranges import (
    CODE_INDEX,
    NO_VOTE,
    Ranges,
    first_overlap,
    from_prefixes,
    from_rows,
    in_order,
)
from bailiwick.geo.tablefile import SourceRecord
from bailiwick.rules.territory import Code

_CHECKED_NETWORKS: Final = 500
_GENERATED: Final = re.compile(r"^# Generated: \w{3}, (\d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d) GMT", re.MULTILINE)
_MMDB_MARK: Final = b"\xab\xcd\xefMaxMind.com"


@dataclass(frozen=True, slots=True)
class SourceData:
    """One source, read: its record to keep, and its ranges (in order, disjoint) per family."""

    record: SourceRecord
    v4: Ranges
    v6: Ranges


def code_index(text: object) -> int:
    """The index of a code in CODE_LIST, or NO_VOTE for everything that is not ISO 3166-1 or XK.

    `UK` means GB. EU, AP, AN, SU, ZZ, UN, OS, AB, ?? and lower case are no votes: nothing is guessed, and
    nothing ever becomes CN but `CN`.
    """
    if not isinstance(text, str):
        return NO_VOTE
    return CODE_INDEX.get(Code("GB" if text == "UK" else text), NO_VOTE)


def read_source(source: Source, paths: Sequence[Path]) -> SourceData:
    """Read a source from its file or files (one with both families, or one each), in the given order.

    The record's `sha256` is that of the files one after the other. Raises SourceError: `source_missing`,
    `source_unreadable`, `source_overlap`, `source_undated`, `source_lacks_ipv4`, `source_lacks_ipv6`.
    """
    files = [_bytes(path) for path in paths]
    parts = [
        _read_mmdb(path) if _MMDB_MARK in data[-(2**17) :] else _read_text(data)
        for path, data in zip(paths, files, strict=True)
    ]
    v4, v6 = (_whole([part.family(bits) for part in parts], source, name) for bits, name in _FAMILIES)
    record = SourceRecord(
        name=source.name,
        built=min(part.built for part in parts),
        sha256=sha256(b"".join(files)).hexdigest(),
        rows_v4=len(v4),
        rows_v6=len(v6),
    )
    return SourceData(record, v4, v6)


_FAMILIES: Final = ((32, "ipv4"), (128, "ipv6"))


@dataclass(frozen=True, slots=True)
class _Part:
    """What one file holds."""

    built: int
    v4: Ranges
    v6: Ranges

    def family(self, bits: int) -> Ranges:
        return self.v4 if bits == 32 else self.v6


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError("source_missing", f"{path.name}: {error.strerror}") from error


def _whole(parts: Iterable[Ranges], source: Source, family: str) -> Ranges:
    """The one part that has this family. A source without one of the families would make half the people
    undetermined without an error, so it is refused."""
    filled = [part for part in parts if len(part)]
    if len(filled) != 1:
        raise SourceError(f"source_lacks_{family}" if not filled else "source_overlap", source.name)
    ranges = in_order(filled[0])
    if first_overlap(ranges) is not None:
        raise SourceError("source_overlap", f"{source.name}, {family}")
    return ranges


def _read_mmdb(path: Path) -> _Part:
    try:
        with closing(maxminddb.open_database(path, maxminddb.MODE_AUTO)) as reader:
            about = reader.metadata()
            ipv6 = about.ip_version == 6
            tree = read_tree(path.read_bytes(), about.node_count, about.record_size, ipv6=ipv6)
            v4 = _mmdb_ranges(reader, tree.networks_v4(), 32)
            v6 = _mmdb_ranges(reader, tree.networks_v6(), 128)
            return _Part(int(about.build_epoch), v4, v6)
    except (maxminddb.InvalidDatabaseError, TreeError, ValueError, IndexError) as error:
        raise SourceError("source_unreadable", path.name) from error


def _mmdb_ranges(reader: Any, networks: Networks, bits: int) -> Ranges:
    """Records become codes by asking the reader once per distinct record; then a sample of networks is asked
    again, so that a mistake in our walk cannot go unnoticed."""
    records, firsts, inverse = np.unique(networks.records, return_index=True, return_inverse=True)
    by_record = np.array([_ask(reader, networks, at, bits) for at in firsts.tolist()], np.int16)
    codes = by_record[inverse] if len(records) else np.zeros(0, np.int16)
    step = max(len(codes) // _CHECKED_NETWORKS, 1)
    for at in range(0, len(codes), step):
        if _ask(reader, networks, at, bits) != codes[at]:
            raise TreeError("the walk and the reader disagree")
    return from_prefixes(networks.high, networks.low, networks.lengths, bits, codes)


def _ask(reader: Any, networks: Networks, at: int, bits: int) -> int:
    number = int(networks.high[at]) << 64 | int(networks.low[at])
    return code_index(_record_code(reader.get(IPv4Address(number) if bits == 32 else IPv6Address(number))))


def _record_code(record: object) -> object:
    """Either flat, as the npm packages have it, or nested, as MaxMind and DB-IP publish it. The country of
    registration is not the country of use and does not count."""
    if not isinstance(record, dict):
        return None
    country = record.get("country")
    return country.get("iso_code") if isinstance(country, dict) else record.get("country_code")


def _read_text(data: bytes) -> _Part:
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        raise SourceError("source_unreadable", "neither MaxMind DB nor text") from error
    generated = _GENERATED.search(text)
    if generated is None:
        raise SourceError("source_undated", "no line '# Generated: ...'")
    built = calendar.timegm(strptime(generated[1], "%d %b %Y %H:%M:%S"))
    is_v6 = ":" in next((line for line in text.splitlines() if line and not line.startswith("#")), "")
    rows = from_rows(_text_rows(text, _number_v6 if is_v6 else _number_v4))
    none = from_rows([])
    return _Part(built, none, _unicast(rows)) if is_v6 else _Part(built, rows, none)


def _text_rows(text: str, number: Any) -> Iterator[tuple[int, int, int]]:
    for at, line in enumerate(text.splitlines(), 1):
        if not line or line[0] == "#":
            continue
        try:
            first, last, code = line.split(",")
            row = number(first), number(last), code_index(code)
        except (ValueError, OSError) as error:
            raise SourceError("source_unreadable", f"line {at}") from error
        if row[0] > row[1]:
            raise SourceError("source_unreadable", f"line {at}")
        yield row


def _number_v4(text: str) -> int:
    number = int(text)
    if number >> 32:  # negative numbers, too
        raise ValueError("not an IPv4 address")
    return number


def _number_v6(text: str) -> int:
    return int.from_bytes(inet_pton(AF_INET6, text), "big")


def _unicast(rows: Ranges) -> Ranges:
    """Without what lies outside 2000::/3, where no vote counts and ranges might reach the end of the
    space."""
    inside = (rows.first_high >> np.uint64(61)) == 1
    return Ranges(
        rows.first_high[inside],
        rows.first_low[inside],
        rows.after_high[inside],
        rows.after_low[inside],
        rows.codes[inside],
    )
