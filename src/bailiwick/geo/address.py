"""A participant's network address, as something that can be looked up but not shown (P9)."""

from __future__ import annotations

from socket import AF_INET, AF_INET6, inet_pton
from struct import Struct
from typing import Final, NoReturn, Self

from bailiwick.geo.errors import AddressError

_MAPPED: Final = 0xFFFF  # ::ffff:0:0/96, RFC 4291 section 2.5.5.2
_halves = Struct(">QQ").unpack
_number = int.from_bytes
_new = object.__new__
_V4, _V6 = int(AF_INET), int(AF_INET6)


class ClientAddress:
    """An IP address that no text, log line, exception or pickle can carry.

    IPv4: `version` 4, `upper` 0, `lower` the address. IPv6: `version` 6 and the two 64-bit halves. An
    IPv4-mapped IPv6 address is always held as IPv4: no source answers for the mapped form, so leaving it
    would make everybody behind a dual-stack socket undetermined without a sign.
    """

    __slots__ = ("lower", "upper", "version")

    def __init__(self, version: int, upper: int, lower: int) -> None:
        self.version = version
        self.upper = upper
        self.lower = lower

    @property
    def packed(self) -> tuple[int, int]:
        """(version, the address as one number)."""
        return self.version, self.upper << 64 | self.lower

    def __repr__(self) -> str:
        return "<address>"

    def __format__(self, spec: str) -> str:
        return format("<address>", spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClientAddress) and self.packed == other.packed

    def __hash__(self) -> int:
        return hash(self.packed)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        msg = "an address cannot be copied or pickled"
        raise TypeError(msg)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


def parse_address(text: str) -> ClientAddress:
    """Read one IPv4 or IPv6 address in its usual text form.

    Zone ids, ports, brackets, white space, octal or short IPv4 forms are not addresses here. Raises
    AddressError (`bad_address`), which does not repeat the text.
    """
    address = _new(ClientAddress)  # filled in here: calling __init__ would be a tenth of a whole look-up
    try:
        if ":" not in text:
            address.version, address.upper = 4, 0
            address.lower = _number(inet_pton(_V4, text))
            return address
        upper, lower = _halves(inet_pton(_V6, text))
    except (OSError, ValueError):
        pass  # raised below, without the system's error as context
    else:
        if upper == 0 and lower >> 32 == _MAPPED:
            return ClientAddress(4, 0, lower & 0xFFFFFFFF)
        address.version, address.upper, address.lower = 6, upper, lower
        return address
    del text  # keep it out of tracebacks that show local variables
    raise AddressError("bad_address")


def read_address(text: str) -> ClientAddress | None:
    """As `parse_address`, but None for what is not an address."""
    try:
        return parse_address(text)
    except AddressError:
        return None
