"""One look-up: where an address is, by which votes, and why not."""

import random
import threading
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.geo.address import parse_address
from bailiwick.geo.special import SPECIAL_V4, SPECIAL_V6
from bailiwick.geo.table import DAY, SPACE, Table
from bailiwick.rules.location import Location, Undetermined
from tests.factories.geo import small_table

EVERYWHERE = {"0.0.0.0/0": "CN", "::/0": "CN"}


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """A table whose sources claim every address there is for CN."""
    return small_table(tmp_path_factory.mktemp("geo") / "t", EVERYWHERE)


def where(table: Table, text: str) -> Location:
    return table.locate(parse_address(text))


def test_a_location_carries_votes_consensus_and_the_tables_hash(tmp_path: Path) -> None:
    table = small_table(tmp_path / "t")
    location = where(table, "60.242.1.1")
    assert [(vote.source, vote.code) for vote in location.votes] == [
        ("mm", "AU"),
        ("dbip", "NZ"),
        ("ipfire", "AU"),
    ]
    assert (location.unanimous, location.majority) == (None, "AU")
    assert location.reason is Undetermined.DISAGREEMENT
    assert location.table == table.hash == table.info.hash


def test_equal_answers_are_the_same_object(tmp_path: Path) -> None:
    table = small_table(tmp_path / "t")
    assert where(table, "1.0.1.1") is where(table, "1.0.1.254") is where(table, "2001:da8::5")


def test_hong_kong_macau_and_taiwan_are_never_cn(tmp_path: Path) -> None:
    table = small_table(
        tmp_path / "t", {"1.0.0.0/24": "HK", "1.0.1.0/24": "MO", "1.0.2.0/24": "TW", "1.0.3.0/24": "CN"}
    )
    assert [where(table, f"1.0.{i}.9").unanimous for i in range(4)] == ["HK", "MO", "TW", "CN"]


def test_a_mapped_ipv4_address_is_located_as_the_ipv4_address(tmp_path: Path) -> None:
    table = small_table(tmp_path / "t")
    assert where(table, "::ffff:1.0.1.7") is where(table, "1.0.1.7")
    assert where(table, "::ffff:1.0.1.7").unanimous == "CN"


def test_no_address_is_undetermined(everywhere: Table) -> None:
    assert everywhere.locate(None).reason is Undetermined.NO_ADDRESS
    assert everywhere.locate(None).table == everywhere.hash


@pytest.mark.parametrize("network", [*SPECIAL_V4, *SPECIAL_V6], ids=str)
def test_special_purpose_space_is_undetermined_whatever_the_sources_say(network, everywhere: Table) -> None:
    for address in (network[0], network[network.num_addresses // 2], network[-1]):
        location = where(everywhere, str(address))
        if location.reason is not Undetermined.SPECIAL:
            assert address.version == 6
            assert address.ipv4_mapped is not None  # held as IPv4, which need not be special
        else:
            assert (location.unanimous, location.majority, location.votes) == (None, None, ())


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.1",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.1.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.31.196.1",
        "192.52.193.1",
        "192.88.99.1",
        "192.168.1.1",
        "192.175.48.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::8.8.8.8",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "100:0:0:1::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:1::1",
        "2001:2::1",
        "2001:3::1",
        "2001:4:112::1",
        "2001:10::1",
        "2001:20::1",
        "2001:30::1",
        "2001:db8::1",
        "2002:808:808::1",
        "2620:4f:8000::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_every_row_of_the_special_purpose_registries_is_undetermined(text: str, everywhere: Table) -> None:
    assert where(everywhere, text).reason is Undetermined.SPECIAL


@given(st.one_of(st.integers(0, 2**32 - 1).map(ip_address), st.integers(0, 2**128 - 1).map(ip_address)))
def test_no_address_python_knows_to_be_not_global_is_located(everywhere: Table, address) -> None:
    location = where(everywhere, str(address))
    mapped = getattr(address, "ipv4_mapped", None) or address
    assert location.unanimous is None or mapped.is_global


@pytest.mark.parametrize(
    "text", ["1.0.0.0", "223.255.255.255", "2001:200::", "3ffe::1", "2620:4f:8001::", "2c0f::1"]
)
def test_ordinary_space_beside_it_is_located(text: str, everywhere: Table) -> None:
    assert where(everywhere, text).unanimous == "CN"


def test_one_source_alone_is_too_few(tmp_path: Path) -> None:
    location = where(small_table(tmp_path / "t", {"1.0.0.0/8": "CN"}, sources=["mm"]), "1.2.3.4")
    assert location.reason is Undetermined.TOO_FEW_SOURCES
    assert location.unanimous is None


def test_two_sources_have_to_agree(tmp_path: Path) -> None:
    prefixes = {"1.0.0.0/8": "CN", "2.0.0.0/8": ("CN", "HK"), "3.0.0.0/8": ("CN", None)}
    table = small_table(tmp_path / "t", prefixes, sources=["dbip", "ipfire"])
    assert [where(table, f"{i}.1.1.1").unanimous for i in (1, 2, 3)] == ["CN", None, None]


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_a_source_grows_stale_while_the_table_is_in_use(tmp_path: Path) -> None:
    clock = Clock(1_000.0)
    built = [0.0, 10 * DAY, 20 * DAY]
    table = small_table(tmp_path / "t", {"1.0.0.0/8": "CN"}, built=built, stale_after_days=100, clock=clock)
    assert where(table, "1.2.3.4").unanimous == "CN"
    clock.now = 100 * DAY - 0.001
    assert where(table, "1.2.3.4").unanimous == "CN"
    clock.now = 100 * DAY
    location = where(table, "1.2.3.4")
    assert (location.unanimous, location.majority, location.reason) == (None, "CN", Undetermined.STALE)
    assert [vote.stale for vote in location.votes] == [True, False, False]
    clock.now = 110 * DAY
    assert where(table, "1.2.3.4").majority is None
    assert table.stale_sources(clock.now) == {"mm", "dbip"}
    clock.now = 5_000 * DAY
    assert [vote.stale for vote in where(table, "1.2.3.4").votes] == [True, True, True]


def test_a_clock_set_back_makes_a_source_fresh_again(tmp_path: Path) -> None:
    clock = Clock(500 * DAY)
    table = small_table(tmp_path / "t", {"1.0.0.0/8": "CN"}, built=0, clock=clock)
    assert where(table, "1.2.3.4").reason is Undetermined.STALE
    clock.now = 399 * DAY
    assert where(table, "1.2.3.4").unanimous == "CN"


def test_a_source_stale_when_the_table_is_opened_counts_as_disagreeing(tmp_path: Path) -> None:
    table = small_table(tmp_path / "t", {"1.0.0.0/8": "CN"}, built=0, clock=lambda: 400 * DAY)
    assert where(table, "1.2.3.4").reason is Undetermined.STALE
    assert where(table, "1.2.3.4").reason.data_fault


def test_ranges_cover_all_space_without_gap_or_overlap(tmp_path: Path) -> None:
    table = small_table(tmp_path / "t")
    for version in (4, 6):
        ranges = list(table.ranges(version))
        assert ranges[0][0] == 0
        assert ranges[-1][1] == SPACE[version] - 1
        assert all(a[1] + 1 == b[0] for a, b in pairwise(ranges))


prefix_v4 = st.builds(
    lambda number, length: str(ip_network((number >> (32 - length) << (32 - length), length))),
    st.integers(2**24, 2**31),
    st.integers(1, 32),
)
prefix_v6 = st.builds(
    lambda number, length: str(ip_network((number >> (128 - length) << (128 - length), length))),
    st.integers(2**125, 2**126 - 1) | st.integers(0, 2**66).map(lambda low: 0x24 << 120 | low),
    st.integers(3, 128),
)
codes = st.sampled_from(["CN", "HK", "TW", "US", None])


def _around(prefixes: dict, rng: random.Random) -> list:
    """Where answers change: the ends of each network and what lies beside them; and anywhere."""
    networks = [ip_network(prefix) for prefix in prefixes]
    found = [network[at] for network in networks for at in (0, -1)]
    found += [address - 1 for address in found if int(address)]
    found += [address + 1 for address in found if int(address) + 1 < SPACE[address.version]]
    return [*found, IPv4Address(rng.getrandbits(32)), IPv6Address(2**125 + rng.getrandbits(125))]


@given(st.dictionaries(prefix_v4 | prefix_v6, st.tuples(codes, codes, codes), max_size=15), st.randoms())
def test_every_address_gets_the_votes_of_its_longest_prefix(tmp_path_factory, prefixes: dict, rng) -> None:
    table = small_table(tmp_path_factory.getbasetemp() / "any.bwt", prefixes)
    special = [*SPECIAL_V4, *SPECIAL_V6]
    for address in _around(prefixes, rng):
        location = where(table, str(address))
        holding = [network for network in map(ip_network, prefixes) if address in network]
        longest = max(holding, key=lambda network: network.prefixlen, default=None)
        expected = (None, None, None) if longest is None else prefixes[str(longest)]
        if any(address in network for network in special):
            assert location.reason in {
                Undetermined.SPECIAL,
                *({None} if address in ip_network("::ffff:0:0/96") else ()),
            }
        else:
            assert tuple(vote.code for vote in location.votes) == expected


def test_look_ups_from_many_threads_agree(tmp_path: Path) -> None:
    clock = Clock(0.0)
    table = small_table(tmp_path / "t", {"1.0.0.0/8": "CN"}, built=0, clock=clock)
    seen: list[Location] = []

    def ask() -> None:
        seen.extend(where(table, "1.2.3.4") for _ in range(2_000))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    clock.now = 1_000 * DAY
    for thread in threads:
        thread.join()
    assert {location.reason for location in seen} <= {None, Undetermined.STALE}
