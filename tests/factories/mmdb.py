"""Writing MaxMind DB files: for tests that need a source's file, and benchmarks that need the bare look-up.

MaxMind DB file format 2.0. Only what sources use: an IPv4 or IPv6 tree and records that are maps of texts.
"""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

Range = tuple[int, int, Any]  # first address, last address, record
_SEPARATOR = b"\0" * 16
_KINDS = {"node_count": 6, "build_epoch": 9}  # uint32, uint64; the other numbers are uint16


def write_mmdb(
    path: Path,
    v4: Iterable[Range] = (),
    v6: Iterable[Range] = (),
    *,
    ip_version: int = 6,
    record_size: int = 24,
    built: int = 1_780_000_000,
) -> None:
    """Write ranges (ascending, disjoint) with their records; in an IPv6 tree the IPv4 ones lie below
    ::/96."""
    if ip_version == 4:
        tree, records = _tree(list(v4), 32)
    else:
        tree, records = _tree([*v4, *v6], 128)
    data, offsets = _data_section(records)
    nodes = [
        tuple(
            len(tree) if side is None else side if side >= 0 else len(tree) + 16 + offsets[-side - 1]
            for side in node
        )
        for node in tree
    ]
    metadata: dict[str, Any] = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": built,
        "database_type": "country",
        "description": {"en": "test"},
        "ip_version": ip_version,
        "languages": [],
        "node_count": len(tree),
        "record_size": record_size,
    }
    typed = _control(7, len(metadata)) + b"".join(
        _encode(key) + (_number(value, _KINDS[key]) if key in _KINDS else _encode(value))
        for key, value in metadata.items()
    )
    packed = b"".join(_node(left, right, record_size) for left, right in nodes)
    path.write_bytes(packed + _SEPARATOR + data + b"\xab\xcd\xefMaxMind.com" + typed)


def country_ranges(prefixes: Mapping[str, str], version: int) -> list[Range]:
    """Ranges with records as the npm packages have them, from disjoint prefixes and their codes."""
    networks = [(_network(prefix), code) for prefix, code in prefixes.items()]
    return sorted(
        (int(network[0]), int(network[-1]), {"country_code": code})
        for network, code in networks
        if network.version == version
    )


def _network(prefix: str) -> IPv4Network | IPv6Network:
    return IPv6Network(prefix) if ":" in prefix else IPv4Network(prefix)


def _tree(ranges: Sequence[Range], bits: int) -> tuple[list[list[int | None]], list[Any]]:
    """Nodes as [left, right]: a node's number, None for nothing, or -(record's number + 1)."""
    firsts = [first for first, _, _ in ranges]
    lasts = [last for _, last, _ in ranges]
    records: list[Any] = []
    numbers: dict[str, int] = {}
    nodes: list[list[int | None]] = []

    def record_number(record: Any) -> int:
        if repr(record) not in numbers:
            numbers[repr(record)] = len(records)
            records.append(record)
        return -(numbers[repr(record)] + 1)

    def grow(start: int, depth: int) -> int | None:
        end = start + (1 << (bits - depth))
        at = bisect_left(lasts, start)
        until = bisect_right(firsts, end - 1)
        if at >= until:
            return None
        if depth and until - at == 1 and firsts[at] <= start and lasts[at] >= end - 1:
            return record_number(ranges[at][2])
        number = len(nodes)
        nodes.append([None, None])
        nodes[number][0] = grow(start, depth + 1)
        nodes[number][1] = grow((start + end) // 2, depth + 1)
        return number

    if grow(0, 0) is None:
        nodes.append([None, None])
    return nodes, records


def _data_section(records: Sequence[Any]) -> tuple[bytes, list[int]]:
    data, offsets = b"", []
    for record in records:
        offsets.append(len(data))
        data += _encode(record)
    return data, offsets


def _node(left: int, right: int, record_size: int) -> bytes:
    if record_size == 24:
        return left.to_bytes(3, "big") + right.to_bytes(3, "big")
    if record_size == 28:
        middle = (left >> 24) << 4 | right >> 24
        return (left & 0xFFFFFF).to_bytes(3, "big") + bytes([middle]) + (right & 0xFFFFFF).to_bytes(3, "big")
    return struct.pack(">II", left, right)


def _encode(value: Any) -> bytes:
    match value:
        case str():
            raw = value.encode()
            return _control(2, len(raw)) + raw
        case dict():
            return _control(7, len(value)) + b"".join(_encode(k) + _encode(v) for k, v in value.items())
        case list():
            return _control(11, len(value)) + b"".join(map(_encode, value))
        case int():
            return _number(value, 5)
    raise TypeError(type(value))


def _number(value: int, kind: int) -> bytes:
    raw = value.to_bytes(8, "big").lstrip(b"\0")
    return _control(kind, len(raw)) + raw


def _control(kind: int, size: int) -> bytes:
    extended = b"" if kind < 8 else bytes([kind - 7])
    first = (kind if kind < 8 else 0) << 5
    if size < 29:
        return bytes([first | size]) + extended
    return bytes([first | 29]) + extended + bytes([size - 29])
