"""Addresses for demonstrations: drawn from where the table says a place is."""

import random
from ipaddress import ip_address
from pathlib import Path

import pytest

from bailiwick.geo.address import parse_address
from bailiwick.geo.errors import GeoError
from bailiwick.geo.overrides import Overrides
from bailiwick.geo.sampling import draw
from bailiwick.geo.table import Table
from bailiwick.rules.location import Undetermined
from bailiwick.rules.territory import Code
from tests.factories.geo import PLACES, small_table


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return small_table(tmp_path_factory.mktemp("geo") / "t")


@pytest.mark.parametrize("code", ["CN", "HK", "TW", "FR"])
def test_drawn_addresses_are_unanimously_there(code: str, table: Table) -> None:
    drawn = draw(table, Code(code), 20, random.Random(1))
    assert len(set(drawn)) == 20
    assert {table.locate(parse_address(text)).unanimous for text in drawn} == {code}


def test_both_families_can_be_drawn(table: Table) -> None:
    drawn = draw(table, Code("CN"), 20, random.Random(1), versions=(4, 6))
    assert {ip_address(text).version for text in drawn} == {4, 6}


def test_undetermined_addresses_are_drawn_too(table: Table) -> None:
    reasons = {table.locate(parse_address(text)).reason for text in draw(table, None, 50, random.Random(1))}
    assert reasons <= {Undetermined.DISAGREEMENT, Undetermined.NO_VOTE}


def test_the_same_seed_draws_the_same_addresses(table: Table) -> None:
    draws = [draw(table, Code("HK"), 5, random.Random(seed)) for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


def test_drawn_addresses_are_spread_over_the_ranges(tmp_path: Path) -> None:
    prefixes = {"2.0.0.0/8": "FR", **{f"90.{i}.0.0/24": "FR" for i in range(0, 40, 2)}}
    drawn = draw(small_table(tmp_path / "t", prefixes), Code("FR"), 21, random.Random(1))
    assert len({text.rsplit(".", 2)[0] for text in drawn}) == 21


def test_overridden_addresses_are_not_drawn(tmp_path: Path) -> None:
    overrides = Overrides.from_text("1.0.1.0/25 undetermined")
    table = small_table(tmp_path / "t", {"1.0.1.0/24": "CN"}, overrides=overrides)
    assert all(int(text.rsplit(".", 1)[1]) >= 128 for text in draw(table, Code("CN"), 60, random.Random(1)))


def test_a_place_too_small_is_drawn_from_again(tmp_path: Path) -> None:
    table = small_table(tmp_path / "t", {"1.0.1.0/31": "CN"})
    drawn = draw(table, Code("CN"), 5, random.Random(1))
    assert len(drawn) == 5
    assert set(drawn) <= {"1.0.1.0", "1.0.1.1"}


def test_a_place_without_addresses_is_told(table: Table) -> None:
    assert "AQ" not in PLACES.values()
    with pytest.raises(GeoError) as caught:
        draw(table, Code("AQ"), 1, random.Random(1))
    assert caught.value.code == "no_address_there"
    assert draw(table, Code("CN"), 0, random.Random(1)) == []
