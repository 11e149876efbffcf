"""Who called, when proxies stand between: only the socket's peer cannot be forged.

A forwarding header is believed as far as it was written by our own proxies: each hop from the right while it
lies inside the configured networks, and no further. Without configured networks no header is read. Exactly
one header is read, the configured one: a proxy that writes X-Forwarded-For passes on whatever `Forwarded` its
client invented.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, Self

from bailiwick.geo.address import ClientAddress, read_address
from bailiwick.geo.errors import ConfigurationError
from bailiwick.geo.special import INSIDE_V4, INSIDE_V6, bounds

Headers = Iterable[tuple[bytes, bytes]]
_Network = IPv4Network | IPv6Network

MOST_HOPS: Final = 32  # trusted proxies in a row; more is a loop or an attack
LONGEST_HOP: Final = 256


class ForwardingHeader(StrEnum):
    """The header our proxies write."""

    X_FORWARDED_FOR = "x-forwarded-for"
    FORWARDED = "forwarded"  # RFC 7239


class _NetworkSet:
    """Membership by bisection over disjoint, merged intervals."""

    def __init__(self, networks: Iterable[_Network]) -> None:
        merged: list[tuple[int, int, int]] = []
        for version, first, last in sorted((n.version, *bounds(n)) for n in networks):
            if merged and merged[-1][0] == version and first <= merged[-1][2] + 1:
                merged[-1] = (version, merged[-1][1], max(last, merged[-1][2]))
            else:
                merged.append((version, first, last))
        self._firsts = [(version, first) for version, first, _ in merged]
        self._lasts = [(version, last) for version, _, last in merged]

    def __contains__(self, address: ClientAddress) -> bool:
        at = bisect_right(self._firsts, address.packed) - 1
        return at >= 0 and address.packed <= self._lasts[at] and address.packed[0] == self._firsts[at][0]

    def __bool__(self) -> bool:
        return bool(self._firsts)


_INSIDE: Final = _NetworkSet((*INSIDE_V4, *INSIDE_V6))


@dataclass(frozen=True, slots=True)
class TrustedNetworks:
    """Where our own proxies are, and which header they write. Empty: no proxy, headers are ignored."""

    networks: tuple[_Network, ...] = ()
    header: ForwardingHeader = ForwardingHeader.X_FORWARDED_FOR
    _set: _NetworkSet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_set", _NetworkSet(self.networks))

    @classmethod
    def from_text(cls, text: str, header: str = ForwardingHeader.X_FORWARDED_FOR) -> Self:
        """From "127.0.0.0/8, ::1/128"; empty text for none. ConfigurationError: `trusted_network` (not a
        CIDR, or with host bits), `trusted_everyone` (/0: anybody could then say who they are),
        `forwarding_header`."""
        words = text.replace(",", " ").split()
        try:
            return cls(tuple(_network(word) for word in words), ForwardingHeader(header.lower()))
        except ValueError:
            raise ConfigurationError("forwarding_header", f"{header!r} is not a header we read") from None

    def __contains__(self, address: ClientAddress) -> bool:
        return address in self._set

    def __bool__(self) -> bool:
        return bool(self._set)


def _network(word: str) -> _Network:
    try:
        network = ip_network(word)
    except ValueError:
        raise ConfigurationError("trusted_network", f"{word!r} is not a network") from None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        raise ConfigurationError("trusted_network", f"{word!r}: write it as IPv4")
    if network.prefixlen == 0:
        raise ConfigurationError("trusted_everyone", f"{word!r} trusts everybody")
    return network


def client_address(peer: str | None, headers: Headers, trusted: TrustedNetworks) -> ClientAddress | None:
    """The participant's address, given the socket's peer and the request's headers (ASGI form).

    None if it cannot be told: no peer, a malformed hop, a trusted proxy that does not say who called, or a
    chain that ends inside somebody's network (private, carrier-grade NAT, loopback). That is a
    misconfigured proxy: undetermined, reason NO_ADDRESS, and worth an alarm. A peer that is not a trusted
    proxy is the client, whatever it is and whatever headers it sends.
    """
    address = None if peer is None else read_address(peer.partition("%")[0])  # fe80::1%eth0
    if address is None or address not in trusted:
        return address
    hops = _hops(headers, trusted.header)
    for _ in range(MOST_HOPS):
        text = next(hops, None)
        address = None if text is None else read_address(text)
        if address is None:
            return None
        if address not in trusted:
            return None if address in _INSIDE else address
    return None


def _hops(headers: Headers, header: ForwardingHeader) -> Iterator[str]:
    """The hops from the nearest to the farthest, as address texts ("" for one that names none)."""
    name = header.encode("ascii")
    lines = [value.decode("latin-1") for key, value in headers if key.lower() == name]
    for line in reversed(lines):
        for element in _elements_from_right(line):
            yield _node(element) if header is ForwardingHeader.X_FORWARDED_FOR else _forwarded_for(element)


def _elements_from_right(line: str) -> Iterator[str]:
    """Comma-separated elements, the last first, without splitting more than is asked for."""
    end = len(line)
    while end >= 0:
        start = line.rfind(",", 0, end) + 1
        yield line[start:end].strip(" \t")
        end = start - 1


def _forwarded_for(element: str) -> str:
    """The address in the `for` parameter of one RFC 7239 element; "" if there is not exactly one.

    Quoted commas and semicolons only occur in extensions nobody writes; such an element names no address.
    """
    found = [
        value.strip(" \t")
        for name, _, value in (pair.partition("=") for pair in element.split(";"))
        if name.strip(" \t").lower() == "for"
    ]
    if len(found) != 1:
        return ""
    value = found[0]
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    elif ":" in value or "[" in value:
        return ""  # RFC 7239 section 4: an IPv6 address or a port has to be quoted
    return _node(value)


def _node(text: str) -> str:
    """An address text without port and brackets: `1.2.3.4`, `1.2.3.4:80`, `::1`, `[::1]`, `[::1]:80`.

    "" for everything else, obfuscated (`_x`) and `unknown` nodes included.
    """
    if len(text) > LONGEST_HOP:
        return ""
    if text.startswith("["):
        address, bracket, port = text[1:].partition("]")
        ok = bracket and ":" in address and (not port or (port[0] == ":" and _is_port(port[1:])))
        return address if ok else ""
    if text.count(":") == 1:
        address, _, port = text.partition(":")
        return address if _is_port(port) else ""
    return text


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65_535
