"""Addresses: what is one, and that none can be shown (P9)."""

import copy
import io
import json
import logging
import pickle
import traceback
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.geo.address import ClientAddress, parse_address, read_address
from bailiwick.geo.errors import AddressError

CANARIES = ("203.0.113.77", "2001:db8:77:88::99", "::ffff:198.51.100.77")
NOT_ADDRESSES = (
    "",
    " ",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "010.8.8.8",
    "0x1.2.3.4",
    "16909060",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.4\n",
    "1.2.3.4:80",
    "1.2.3.4/32",
    "[::1]",
    "[::1]:80",
    "::1%eth0",
    "fe80::1%1",
    ":::",
    "1::2::3",
    "12345::",
    "::ffff:1.2.3",
    "unknown",
    "١.٢.٣.٤",
    "1.2.3.4\0",
    "\ud800",
    "x" * 10_000,
)


@pytest.mark.parametrize("text", NOT_ADDRESSES)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert read_address(text) is None
    with pytest.raises(AddressError) as caught:
        parse_address(text)
    assert caught.value.code == "bad_address"
    assert str(caught.value) == "bad_address"
    assert caught.value.__context__ is None


@given(st.ip_addresses(v=4))
def test_every_ipv4_address_is_read(address: object) -> None:
    assert parse_address(str(address)).packed == (4, int(address))  # type: ignore[call-overload]


@given(st.integers(0, 2**128 - 1))
def test_every_ipv6_address_is_read_and_the_mapped_ones_as_ipv4(number: int) -> None:
    from ipaddress import IPv6Address

    address = IPv6Address(number)
    mapped = address.ipv4_mapped
    expected = (6, number) if mapped is None else (4, int(mapped))
    assert parse_address(str(address)).packed == expected
    assert parse_address(address.exploded.upper()).packed == expected


@pytest.mark.parametrize("text", ["::ffff:1.2.3.4", "::FFFF:102:304", "0:0:0:0:0:ffff:1.2.3.4"])
def test_an_ipv4_mapped_address_is_the_ipv4_address(text: str) -> None:
    assert parse_address(text) == parse_address("1.2.3.4")
    assert parse_address(text).packed == (4, 0x01020304)


def test_the_obsolete_ipv4_compatible_form_is_not_unmapped() -> None:
    assert parse_address("::1.2.3.4").packed == (6, 0x01020304)


def test_equal_addresses_are_equal_and_hash_alike() -> None:
    a, b = parse_address("1.2.3.4"), parse_address("1.2.3.4")
    assert a == b
    assert hash(a) == hash(b)
    assert a != parse_address("1.2.3.5")
    assert parse_address("::1.2.3.4") != a
    assert a != "1.2.3.4"


def _forms(text: str) -> list[str]:
    """The ways an address could be found in a text: written, as a number, as packed bytes."""
    version, number = parse_address(text).packed
    raw = number.to_bytes(4 if version == 4 else 16, "big")
    halves = [str(number >> 64), str(number & (2**64 - 1))] if version == 6 else []
    return [
        text,
        text.removeprefix("::ffff:"),
        str(number),
        hex(number)[2:],
        raw.hex(),
        repr(raw)[2:-1],
        *halves,
    ]


def _raised(address: ClientAddress) -> str:
    """A traceback with local variables, as crash reporters take it."""
    try:
        {}[address]
    except KeyError as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    return ""


def _logged(address: ClientAddress) -> str:
    stream = io.StringIO()
    record = logging.LogRecord("canary", logging.ERROR, "", 0, "from %s %r", (address, address), None)
    logging.StreamHandler(stream).emit(record)
    return stream.getvalue()


SHOWN: dict[str, Callable[[ClientAddress], str]] = {
    "repr": repr,
    "str": str,
    "format": lambda address: f"{address} {address!r} {address:>30}",
    "percent": lambda address: "%s %r" % (address, address),  # noqa: UP031 - that is what is tested
    "in a container": lambda address: repr({"a": [address], address: 1}),
    "traceback": _raised,
    "log line": _logged,
    "json default": lambda address: json.dumps(address, default=str),
}


@pytest.mark.parametrize("way", SHOWN)
@pytest.mark.parametrize("canary", CANARIES)
def test_p9_an_address_shows_in_no_text(canary: str, way: str) -> None:
    shown = SHOWN[way](parse_address(canary))
    assert not [form for form in _forms(canary) if form in shown]
    assert "<address>" in shown


@pytest.mark.parametrize("canary", CANARIES)
def test_p9_an_address_can_be_neither_pickled_nor_dumped(canary: str) -> None:
    address = parse_address(canary)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="cannot be copied or pickled"):
            pickle.dumps(address, protocol)
    with pytest.raises(TypeError):
        json.dumps(address)
    with pytest.raises(TypeError):
        vars(address)


def test_p9_copying_makes_no_second_one() -> None:
    address = parse_address("203.0.113.77")
    assert copy.copy(address) is address
    assert copy.deepcopy([address])[0] is address


def test_p9_a_failed_parse_leaves_the_text_in_no_frame_of_ours() -> None:
    try:
        parse_address("203.0.113.77:443")
    except AddressError as error:
        inner = traceback.TracebackException.from_exception(error, capture_locals=True).stack[1:]
        shown = "".join(str(frame.locals) for frame in inner) + str(error)
    assert "203.0.113" not in shown
