"""Overrides: the operator knows better, but only in a participant's favour."""

import random
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.geo.address import parse_address
from bailiwick.geo.overrides import OverrideError, OverrideIndex, Overrides
from bailiwick.geo.table import Table
from bailiwick.rules.location import Undetermined
from tests.factories.geo import small_table


@pytest.fixture
def table_with(tmp_path: Path) -> object:
    def make(text: str) -> Table:
        prefixes = {"1.0.0.0/8": "CN", "2.0.0.0/8": ("AU", "NZ", None), "2400::/12": "CN"}
        return small_table(
            tmp_path / "table.bwt", prefixes, overrides=Overrides.from_text(text), built=0, clock=lambda: 1.0
        )

    return make


def test_p1_an_override_never_makes_a_location_unanimous(table_with) -> None:
    table = table_with("1.2.0.0/16 CN\n2.0.0.0/8 CN\n2400:1::/32 CN\n9.0.0.0/8 CN")
    for text in ("1.2.3.4", "2.3.4.5", "2400:1::7", "9.9.9.9"):
        location = table.locate(parse_address(text))
        assert (location.unanimous, location.majority) == (None, "CN")
        assert location.reason is Undetermined.OVERRIDDEN


@pytest.mark.parametrize("line", ["1.2.0.0/16", "1.2.0.0/16 undetermined", "1.2.0.0/16  # nobody can say"])
def test_an_override_without_a_code_leaves_nothing_to_decide_on(line: str, table_with) -> None:
    location = table_with(line).locate(parse_address("1.2.3.4"))
    assert (location.unanimous, location.majority, location.reason) == (None, None, Undetermined.OVERRIDDEN)


def test_an_overridden_location_still_shows_the_votes(table_with) -> None:
    location = table_with("1.2.0.0/16 HK").locate(parse_address("1.2.3.4"))
    assert [vote.code for vote in location.votes] == ["CN", "CN", "CN"]
    assert location.majority == "HK"


def test_an_override_may_name_a_place_for_a_private_network(table_with) -> None:
    location = table_with("10.0.0.0/8 DE").locate(parse_address("10.1.2.3"))
    assert (location.majority, location.votes, location.reason) == ("DE", (), Undetermined.OVERRIDDEN)


def test_what_no_override_names_is_as_it_was(table_with) -> None:
    table = table_with("1.2.0.0/16 HK")
    assert table.locate(parse_address("1.1.255.255")).unanimous == "CN"
    assert table.locate(parse_address("1.3.0.0")).unanimous == "CN"
    assert table.locate(parse_address("2400::1")).unanimous == "CN"


@pytest.mark.parametrize("seed", range(5))
def test_the_longest_prefix_wins_whatever_the_order_of_lines(seed: int, table_with) -> None:
    lines = ["1.0.0.0/8 TW", "1.2.0.0/16 HK", "1.2.3.0/24 undetermined", "1.2.3.128/25 FR", "1.2.3.200/32 US"]
    random.Random(seed).shuffle(lines)
    table = table_with("\n".join(lines))
    expected = {"1.9.9.9": "TW", "1.2.9.9": "HK", "1.2.3.4": None, "1.2.3.129": "FR", "1.2.3.200": "US"}
    assert {text: table.locate(parse_address(text)).majority for text in expected} == expected


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("1.2.3.0/24 HK extra", "override_line"),
        ("HK", "override_network"),
        ("HK 1.2.3.0/24", "override_network"),
        ("1.2.3.0 HK", "override_network"),
        ("1.2.3.0/33 HK", "override_network"),
        ("1.2.3/24 HK", "override_network"),
        ("1.2.3.0/255.255.255.0 HK", "override_network"),
        ("1.2.3.0/0.0.0.255 HK", "override_network"),
        ("1.2.3.0/-1 HK", "override_network"),
        ("1.2.3.0/²4 HK", "override_network"),
        ("fe80::%1/64 HK", "override_network"),
        ("::ffff:1.2.3.0/120 HK", "override_network"),
        ("place HK", "override_network"),
        ("1.2.3.4/24 HK", "override_host_bits"),
        ("2400::1/32 HK", "override_host_bits"),
        ("1.2.3.0/24 UK", "override_code"),
        ("1.2.3.0/24 hk", "override_code"),
        ("1.2.3.0/24 CN-HK", "override_code"),
        ("1.2.3.0/24 EU", "override_code"),
        ("1.2.3.0/24 none", "override_code"),
        ("1.0.0.0/8 FR", "override_twice"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(line: str, code: str) -> None:
    with pytest.raises(OverrideError) as caught:
        Overrides.from_text(f"# ours\n1.0.0.0/8 HK\n\n{line}\n")
    assert (caught.value.code, caught.value.line) == (code, 4)
    assert "line 4" in str(caught.value)


def test_comments_and_blank_lines_say_nothing() -> None:
    overrides = Overrides.from_text("\n# x\n   \n\t1.2.3.0/24   HK   # campus\r\n")
    assert [(str(line.network), line.code) for line in overrides.lines] == [("1.2.3.0/24", "HK")]


def test_a_missing_file_means_none_and_an_unreadable_one_is_refused(tmp_path: Path) -> None:
    assert Overrides.read(None) == Overrides.read(tmp_path / "none") == Overrides()
    (tmp_path / "bad").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "bad", tmp_path):
        with pytest.raises(OverrideError) as caught:
            Overrides.read(path)
        assert caught.value.code == "override_file"


def test_the_hash_depends_on_what_is_overridden_not_on_how_it_is_written() -> None:
    one = Overrides.from_text("1.0.0.0/8 HK\n2400::/12 undetermined")
    other = Overrides.from_text("# c\n2400:0::/12   undetermined\n1.0.0.0/8 HK # d")
    assert one.hash == other.hash
    assert one.hash != Overrides.from_text("1.0.0.0/8 HK\n2400::/12 HK").hash
    assert Overrides().hash is None


def test_a_tables_hash_changes_with_its_overrides(table_with) -> None:
    plain, overridden = table_with(""), table_with("1.2.0.0/16 HK")
    assert plain.hash == plain.info.file_hash == overridden.info.file_hash
    assert overridden.hash != plain.hash
    assert overridden.locate(parse_address("1.1.1.1")).table == overridden.hash


networks = st.builds(
    lambda number, length: ip_network((number >> (32 - length) << (32 - length), length)),
    st.integers(0, 2**32 - 1),
    st.integers(1, 32),
)


@given(
    st.dictionaries(networks, st.sampled_from(["HK", "FR", None]), max_size=12),
    st.randoms(use_true_random=False),
)
def test_overrides_equal_asking_every_network(lines: dict, rng: random.Random) -> None:
    text = "\n".join(f"{network} {code or 'undetermined'}" for network, code in lines.items())
    index = OverrideIndex(Overrides.from_text(text))
    edges = [int(address) for network in lines for address in (network[0], network[-1])]
    for edge in (*edges, rng.getrandbits(32)):
        for number in {max(edge - 1, 0), edge, min(edge + 1, 2**32 - 1)}:
            address = ip_address(number)
            holding = [network for network in lines if address in network]
            segment = index.find(parse_address(str(address)))
            if not holding:
                assert segment is None
            else:
                assert segment is not None
                assert segment.code == lines[max(holding, key=lambda network: network.prefixlen)]
