"""Who called, behind proxies: only the peer cannot be forged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.geo.address import parse_address
from bailiwick.geo.client_address import ForwardingHeader, TrustedNetworks, client_address
from bailiwick.geo.errors import ConfigurationError

NOBODY = TrustedNetworks()
PROXIES = TrustedNetworks.from_text("127.0.0.0/8, ::1/128, 10.0.0.0/24")
RFC_7239 = TrustedNetworks.from_text("127.0.0.0/8 ::1/128", header="Forwarded")
CLIENT = "1.2.3.4"


def xff(*lines: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"example.org"), *((b"x-forwarded-for", line.encode("latin-1")) for line in lines)]


def forwarded(*lines: str) -> list[tuple[bytes, bytes]]:
    return [(b"forwarded", line.encode("latin-1")) for line in lines]


def found(peer: str | None, headers: list[tuple[bytes, bytes]], trusted: TrustedNetworks) -> object:
    address = client_address(peer, headers, trusted)
    return None if address is None else address.packed


def same(text: str) -> object:
    return parse_address(text).packed


def test_without_trusted_networks_the_peer_is_the_client_whatever_it_says() -> None:
    assert found("5.6.7.8", xff(CLIENT), NOBODY) == same("5.6.7.8")
    assert found("127.0.0.1", xff(CLIENT), NOBODY) == same("127.0.0.1")


def test_a_spoofed_header_of_an_untrusted_peer_is_ignored() -> None:
    assert found("5.6.7.8", xff(CLIENT), PROXIES) == same("5.6.7.8")
    assert found("5.6.7.8", forwarded(f"for={CLIENT}"), RFC_7239) == same("5.6.7.8")


def test_what_a_client_wrote_left_of_what_our_proxy_wrote_is_ignored() -> None:
    assert found("127.0.0.1", xff(f"9.9.9.9, 8.8.8.8, {CLIENT}"), PROXIES) == same(CLIENT)
    assert found("127.0.0.1", xff("9.9.9.9", f"8.8.8.8, {CLIENT}"), PROXIES) == same(CLIENT)
    assert found("127.0.0.1", xff(f'garbage", ::::, {CLIENT}'), PROXIES) == same(CLIENT)


def test_the_header_not_configured_is_not_read() -> None:
    both = xff(CLIENT) + forwarded("for=9.9.9.9")
    assert found("127.0.0.1", both, PROXIES) == same(CLIENT)
    assert found("127.0.0.1", both, RFC_7239) == same("9.9.9.9")


def test_trusted_hops_are_walked_from_the_right() -> None:
    assert found("127.0.0.1", xff(f"9.9.9.9, {CLIENT}, 10.0.0.7", "10.0.0.8"), PROXIES) == same(CLIENT)


def test_a_mapped_peer_or_hop_is_taken_for_its_ipv4_address() -> None:
    assert found("::ffff:127.0.0.1", xff(f"::ffff:{CLIENT}"), PROXIES) == same(CLIENT)


def test_the_header_name_is_case_insensitive() -> None:
    assert found("127.0.0.1", [(b"X-Forwarded-For", CLIENT.encode())], PROXIES) == same(CLIENT)


@pytest.mark.parametrize("text", [f"{CLIENT}:4711", "[2001:7fb::1]", "[2001:7fb::1]:4711", "2001:7fb::1"])
def test_a_hop_may_carry_a_port_or_brackets(text: str) -> None:
    bare = CLIENT if text.startswith("1") else "2001:7fb::1"
    assert found("127.0.0.1", xff(text), PROXIES) == same(bare)


@pytest.mark.parametrize(
    "line",
    [
        "",
        ",",
        f"{CLIENT},",
        f"{CLIENT}, ",
        "unknown",
        "_hidden",
        "1.2.3",
        "1.2.3.4:port",
        "1.2.3.4:70000",
        "1.2.3.4:",
        "[1.2.3.4]",
        "[::1",
        "::1]",
        "fe80::1%eth0",
        '"1.2.3.4"',
        "1.2.3.4 5.6.7.8",
        "\xff\xfe",
        "1" * 5000,
    ],
)
def test_a_malformed_hop_is_undetermined(line: str) -> None:
    assert found("127.0.0.1", xff(line), PROXIES) is None


@pytest.mark.parametrize(
    "inside",
    [
        "10.1.2.3",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "169.254.1.1",
        "0.0.0.1",
        "fd00::1",
        "fe80::1",
        "::",
    ],
)
def test_a_chain_that_ends_inside_somebodys_network_is_undetermined(inside: str) -> None:
    assert found("127.0.0.1", xff(inside), PROXIES) is None


def test_a_trusted_proxy_that_names_nobody_is_undetermined() -> None:
    assert found("127.0.0.1", xff(), PROXIES) is None
    assert found("127.0.0.1", xff("10.0.0.7, 10.0.0.8"), PROXIES) is None


def test_an_endless_chain_of_trusted_hops_is_undetermined() -> None:
    assert found("127.0.0.1", xff(CLIENT + ", 10.0.0.7" * 1000), PROXIES) is None


@pytest.mark.parametrize("peer", [None, "", "unix:", "/run/web.sock"])
def test_a_peer_without_an_address_is_undetermined(peer: str | None) -> None:
    assert found(peer, xff(CLIENT), PROXIES) is None


def test_a_link_local_peer_is_read_without_its_zone() -> None:
    assert found("fe80::1%eth0", [], PROXIES) == same("fe80::1")


@pytest.mark.parametrize(
    ("line", "client"),
    [
        (f"for={CLIENT}", CLIENT),
        (f"For={CLIENT};proto=https;by=127.0.0.1", CLIENT),
        (f'proto=https; for="{CLIENT}:47"', CLIENT),
        ('for="[2001:7fb::1]"', "2001:7fb::1"),
        ('for="[2001:7fb::1]:4711"', "2001:7fb::1"),
        (f"for=9.9.9.9, for={CLIENT}", CLIENT),
        (f'for="evil, for={CLIENT}', CLIENT),
        ("for=[2001:7fb::1]", None),
        ("for=1.2.3.4:80", None),
        ("for=unknown", None),
        ("for=_gazonk", None),
        ('for="_gazonk:80"', None),
        ("for=", None),
        ('for="', None),
        ("proto=https", None),
        (f"for={CLIENT};for=9.9.9.9", None),
        (f"{CLIENT}", None),
        ("for=10.0.0.1", None),
    ],
)
def test_rfc_7239_forwarded(line: str, client: str | None) -> None:
    assert found("127.0.0.1", forwarded(line), RFC_7239) == (None if client is None else same(client))


def test_rfc_7239_lines_are_joined() -> None:
    assert found("127.0.0.1", forwarded("for=9.9.9.9", f'for={CLIENT}, for="[::1]"'), RFC_7239) == same(
        CLIENT
    )


@given(
    st.lists(st.binary(max_size=60), max_size=4), st.sampled_from(["127.0.0.1", "::1", "10.0.0.1", "8.8.8.8"])
)
def test_no_header_can_make_it_raise(lines: list[bytes], peer: str) -> None:
    headers = [(name, line) for line in lines for name in (b"x-forwarded-for", b"forwarded")]
    for trusted in (NOBODY, PROXIES, RFC_7239):
        address = client_address(peer, headers, trusted)
        assert address is None or address.version in {4, 6}


@given(st.lists(st.sampled_from([CLIENT, "9.9.9.9", "10.0.0.7", "junk", "", "10.9.9.9"]), max_size=6))
def test_what_stands_left_of_the_client_changes_nothing(left: list[str]) -> None:
    assert found("127.0.0.1", xff(", ".join([*left, CLIENT, "10.0.0.7"])), PROXIES) == same(CLIENT)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("10.0.0.1/8", "trusted_network"),
        ("proxy", "trusted_network"),
        ("10.0.0.0/33", "trusted_network"),
        ("::ffff:10.0.0.0/104", "trusted_network"),
        ("0.0.0.0/0", "trusted_everyone"),
        ("::/0", "trusted_everyone"),
    ],
)
def test_a_bad_trusted_network_stops_the_server(text: str, code: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        TrustedNetworks.from_text(f"127.0.0.0/8, {text}")
    assert caught.value.code == code


def test_an_unknown_forwarding_header_stops_the_server() -> None:
    with pytest.raises(ConfigurationError) as caught:
        TrustedNetworks.from_text("127.0.0.0/8", header="X-Real-IP")
    assert caught.value.code == "forwarding_header"


def test_empty_text_trusts_nobody() -> None:
    assert not TrustedNetworks.from_text(" ")
    assert PROXIES.header is ForwardingHeader.X_FORWARDED_FOR


def test_p9_the_trusted_networks_show_no_participant() -> None:
    client_address("203.0.113.7", xff("203.0.113.8"), PROXIES)
    assert "203.0.113" not in repr(PROXIES)


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(8, 32)), max_size=8), st.integers(0, 2**32 - 1))
def test_membership_equals_asking_every_network(parts: list[tuple[int, int]], number: int) -> None:
    from ipaddress import IPv4Address, ip_network

    networks = [ip_network(f"{first}.0.0.0/{length}", strict=False) for first, length in parts]
    address = IPv4Address(number % 2**27 * 32)
    trusted = TrustedNetworks.from_text(" ".join(map(str, networks)))
    assert (parse_address(str(address)) in trusted) == any(address in network for network in networks)
    assert parse_address("::1") not in trusted
