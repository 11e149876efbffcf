"""The table of real sources, if one was built here (`bailiwick geo build`): what the fact page measured
holds."""

import csv
import time
from ipaddress import ip_network
from pathlib import Path

import pytest

from bailiwick.geo.address import parse_address
from bailiwick.geo.errors import TableError
from bailiwick.geo.sanity import CANARIES, NOWHERE
from bailiwick.geo.table import SPACE, Table
from bailiwick.rules.location import Undetermined

ROOT = Path(__file__).parents[2]
PATH = ROOT / "var" / "geo" / "table.bwt"
TRUTH = ROOT.parent / "shared" / "data" / "geofeeds-sample.csv"


@pytest.fixture(scope="module")
def table() -> Table:
    try:
        opened = Table.open(PATH, stale_after_days=36_500)
    except TableError as error:
        pytest.skip(f"no table of real sources: {error.code}")
    if len(opened.info.sources) < 3:
        pytest.skip("the table here is not of all three sources")
    return opened


def test_the_canaries_are_where_they_belong(table: Table) -> None:
    found = {text: table.locate(parse_address(text)).unanimous for text in CANARIES}
    assert found == CANARIES
    assert {table.locate(parse_address(text)).reason for text in NOWHERE} == {Undetermined.SPECIAL}


def test_anycast_has_no_unanimous_place_or_that_of_its_registration(table: Table) -> None:
    assert table.locate(parse_address("1.1.1.1")).unanimous is None
    assert table.locate(parse_address("9.9.9.9")).unanimous is None
    assert table.locate(parse_address("8.8.8.8")).unanimous in {None, "US"}


def test_a_mapped_address_is_located_like_its_ipv4_address(table: Table) -> None:
    assert table.locate(parse_address("::ffff:166.111.4.100")).unanimous == "CN"


def test_most_of_ipv4_is_unanimous(table: Table) -> None:
    unanimous = sum(last - first + 1 for first, last, where in table.ranges(4) if where.unanimous)
    answered = sum(
        last - first + 1 for first, last, where in table.ranges(4) if any(v.code for v in where.votes)
    )
    assert answered > 0.8 * SPACE[4] * 7 / 8
    assert 0.85 < unanimous / answered < 0.99


def test_it_opens_within_half_a_second_of_computing(table: Table) -> None:
    begin = time.process_time()
    Table.open(PATH)
    assert time.process_time() - begin < 0.5 * 2  # twice: test machines are slow and busy


def test_unanimous_claims_agree_with_what_operators_publish(table: Table) -> None:
    if not TRUTH.exists():
        pytest.skip("no published geofeeds beside the repository (shared/data)")
    with TRUTH.open(newline="") as file:
        stated = [(ip_network(row["prefix"]), row["country"]) for row in csv.DictReader(file)]
    claims = [(table.locate(parse_address(str(network[0]))).unanimous, truth) for network, truth in stated]
    wrong = [claim for claim, truth in claims if claim is not None and claim != truth]
    assert len(wrong) < 0.01 * len(claims)
    assert not {"CN", "HK", "MO", "TW"} & set(wrong)
