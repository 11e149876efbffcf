"""The operator's overrides: networks whose place the operator knows better, or knows to be unknowable.

One line per network, `#` starts a comment:

    198.18.7.0/24            # undetermined: our VPN for travellers
    2001:db8:5::/48  HK      # the campus

The longest prefix wins; the order of lines says nothing. An override never makes a location unanimous, so
it can only take people out of a restriction's reach, never into it (P1). A bad line is refused with its
number, and the server does not start: a skipped line would silently put people elsewhere.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final, Self

from bailiwick.geo.address import ClientAddress
from bailiwick.geo.errors import ConfigurationError
from bailiwick.geo.special import bounds
from bailiwick.rules.territory import Code, UnknownTerritory, parse_code

NO_CODE: Final = "undetermined"
MOST_LINES: Final = 100_000

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Override:
    """One line: within the network nothing is unanimous, and the majority is `code` (None: undetermined)."""

    network: Network
    code: Code | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of addresses, both ends included, and the one override that applies to it."""

    first: int
    last: int
    code: Code | None


class OverrideError(ConfigurationError):
    """A line that cannot be used: `override_line`, `override_network`, `override_host_bits`, `override_code`,
    `override_twice`, `override_too_many`, or `override_file` (line 0) for the file itself."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(code, f"line {line}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Overrides:
    """All of them, one per network."""

    lines: tuple[Override, ...] = ()

    @classmethod
    def read(cls, path: Path | None) -> Self:
        """From a file; none at all if there is no path or no file. Raises OverrideError."""
        if path is None or not path.exists():
            return cls()
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise OverrideError("override_file", 0) from error
        return cls.from_text(text)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Raises OverrideError for the first bad line."""
        found: dict[Network, Code | None] = {}
        for number, line in enumerate(text.splitlines(), 1):
            override = _parse_line(line, number)
            if override is None:
                continue
            if override.network in found:
                raise OverrideError("override_twice", number)
            if len(found) >= MOST_LINES:
                raise OverrideError("override_too_many", number)
            found[override.network] = override.code
        return cls(tuple(Override(network, code) for network, code in found.items()))

    @property
    def hash(self) -> str | None:
        """SHA-256 of the overrides, the same whatever their order and comments; None if there are none."""
        if not self.lines:
            return None
        canonical = sorted(f"{line.network} {line.code or NO_CODE}\n" for line in self.lines)
        return sha256("".join(canonical).encode("ascii")).hexdigest()

    def segments(self, version: int) -> list[Segment]:
        """Disjoint and ascending, the longest prefix having won each address of IPv4 (4) or IPv6 (6)."""
        mine = [line for line in self.lines if line.network.version == version]
        return _flatten(sorted(mine, key=lambda line: line.network.prefixlen))


def _parse_line(line: str, number: int) -> Override | None:
    words = line.partition("#")[0].split()
    if not words:
        return None
    if len(words) > 2:
        raise OverrideError("override_line", number)
    network = _parse_network(words[0], number)
    return Override(network, _parse_code(words[1], number) if len(words) == 2 else None)


def _parse_network(text: str, number: int) -> Network:
    first, slash, length = text.partition("/")
    if not slash or not length.isdecimal() or not length.isascii() or "%" in first:
        raise OverrideError("override_network", number)
    try:
        address, network = ip_address(first), ip_network(text, strict=False)
    except ValueError:
        raise OverrideError("override_network", number) from None
    if network.network_address != address:
        raise OverrideError("override_host_bits", number)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        raise OverrideError(
            "override_network", number
        )  # would never match: mapped addresses are held as IPv4
    return network


def _parse_code(text: str, number: int) -> Code | None:
    if text == NO_CODE:
        return None
    try:
        return parse_code(text)
    except UnknownTerritory:
        raise OverrideError("override_code", number) from None


def _flatten(widest_first: Iterable[Override]) -> list[Segment]:
    """Paint each network over the wider ones. Networks nest or are disjoint, so one segment is split at
    most."""
    firsts: list[int] = []
    segments: list[Segment] = []
    for line in widest_first:
        first, last = bounds(line.network)
        at = max(bisect_right(firsts, first) - 1, 0)
        until = bisect_left(firsts, last + 1)
        pieces = list(_split(segments[at:until], Segment(first, last, line.code)))
        segments[at:until] = pieces
        firsts[at:until] = [piece.first for piece in pieces]
    return segments


def _split(under: list[Segment], over: Segment) -> Iterator[Segment]:
    """`over` and what is left of the segment it lies in, or next to, in ascending order."""
    before = [s for s in under if s.first < over.first]
    after = [s for s in under if s.last > over.last]
    for segment in before:
        yield Segment(segment.first, min(segment.last, over.first - 1), segment.code)
    yield over
    for segment in after:
        yield Segment(max(segment.first, over.last + 1), segment.last, segment.code)


class OverrideIndex:
    """Finds the segment an address lies in."""

    def __init__(self, overrides: Overrides) -> None:
        self._segments = {version: overrides.segments(version) for version in (4, 6)}
        self._firsts = {v: [s.first for s in segments] for v, segments in self._segments.items()}

    def find(self, address: ClientAddress) -> Segment | None:
        """The override that applies to an address, if any."""
        version, number = address.packed
        at = bisect_right(self._firsts[version], number) - 1
        if at < 0 or self._segments[version][at].last < number:
            return None
        return self._segments[version][at]
