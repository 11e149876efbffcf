"""The table a process uses: whatever is wrong with it, everybody is undetermined and nothing is raised."""

from pathlib import Path

import pytest

from bailiwick.geo.address import parse_address
from bailiwick.geo.locator import Locator
from bailiwick.geo.table import DAY
from bailiwick.rules.location import Undetermined
from tests.factories.geo import small_table

IN_CN = parse_address("1.0.1.7")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "geo" / "table.bwt"


def test_a_table_answers(path: Path) -> None:
    table = small_table(path)
    locator = Locator(path)
    assert locator.locate(IN_CN).unanimous == "CN"
    assert locator.table_hash == table.hash
    assert locator.fault is None
    assert locator.info == table.info


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (None, "table_missing"),
        (b"", "table_corrupt"),
        (b"rubbish" * 100, "table_corrupt"),
        (b"BWTABLE\x09" + bytes(100), "table_version"),
    ],
    ids=["missing", "empty", "corrupt", "other version"],
)
def test_without_a_sound_table_everybody_is_undetermined(
    path: Path, broken: bytes | None, fault: str
) -> None:
    if broken is not None:
        path.parent.mkdir(parents=True)
        path.write_bytes(broken)
    locator = Locator(path)
    for address in (IN_CN, None):
        assert locator.locate(address).reason is Undetermined.NO_TABLE
    assert (locator.fault, locator.table_hash, locator.info) == (fault, None, None)


def test_a_folder_in_the_tables_place_is_a_missing_table(path: Path) -> None:
    path.mkdir(parents=True)
    assert Locator(path).fault == "table_missing"


def test_no_address_is_undetermined_but_no_fault_of_the_table(path: Path) -> None:
    small_table(path)
    assert Locator(path).locate(None).reason is Undetermined.NO_ADDRESS


def test_another_table_than_the_active_one_locates_nobody(path: Path) -> None:
    table = small_table(path)
    locator = Locator(path)
    locator.require("f" * 64)
    assert locator.locate(IN_CN).reason is Undetermined.NOT_ACTIVE
    assert locator.fault == "table_not_active"
    assert locator.table_hash == table.hash
    locator.require(table.hash)
    assert locator.locate(IN_CN).unanimous == "CN"
    locator.require("f" * 64)
    locator.require(None)
    assert locator.locate(IN_CN).unanimous == "CN"


def test_what_is_required_outlives_a_reload(path: Path) -> None:
    old = small_table(path)
    locator = Locator(path)
    locator.require(old.hash)
    small_table(path, {"1.0.1.0/24": "HK"})
    assert locator.reload()
    assert locator.locate(IN_CN).reason is Undetermined.NOT_ACTIVE


def test_reload_takes_up_a_replaced_table_and_says_so(path: Path) -> None:
    small_table(path)
    locator = Locator(path)
    assert not locator.reload()
    table = small_table(path, {"1.0.1.0/24": "HK"})
    assert locator.reload()
    assert not locator.reload()
    assert locator.locate(IN_CN).unanimous == "HK"
    assert locator.table_hash == table.hash


def test_a_table_written_again_with_the_same_contents_changes_nothing(path: Path) -> None:
    small_table(path, built=1.0, clock=lambda: 2.0)
    locator = Locator(path, clock=lambda: 2.0)
    small_table(path, built=1.0, clock=lambda: 2.0)
    assert not locator.reload()


def test_losing_the_table_is_noticed_at_the_next_reload_and_so_is_its_return(path: Path) -> None:
    small_table(path)
    locator = Locator(path)
    kept = path.read_bytes()
    path.unlink()
    assert locator.locate(IN_CN).unanimous == "CN"
    assert locator.reload()
    assert locator.locate(IN_CN).reason is Undetermined.NO_TABLE
    assert locator.locate(IN_CN).reason.data_fault
    path.write_bytes(kept)
    assert locator.reload()
    assert locator.locate(IN_CN).unanimous == "CN"


def test_overrides_are_taken_up_at_reload_and_change_the_hash(path: Path) -> None:
    small_table(path)
    overrides = path.parent / "overrides.txt"
    locator = Locator(path, overrides=overrides)
    plain = locator.table_hash
    overrides.write_text("1.0.1.0/28 undetermined\n")
    assert locator.reload()
    assert locator.locate(IN_CN).reason is Undetermined.OVERRIDDEN
    assert locator.table_hash != plain


def test_bad_overrides_leave_everybody_undetermined_rather_than_partly_overridden(path: Path) -> None:
    small_table(path)
    overrides = path.parent / "overrides.txt"
    overrides.write_text("1.0.1.0/28 undetermined\n2.0.0.0/99 HK\n")
    locator = Locator(path, overrides=overrides)
    assert locator.fault == "override_network"
    assert locator.locate(IN_CN).reason is Undetermined.NO_TABLE


def test_a_source_grows_stale_by_the_clock_alone(path: Path) -> None:
    now = [10 * DAY]
    small_table(path, built=0, clock=lambda: now[0])
    locator = Locator(path, stale_after_days=60, clock=lambda: now[0])
    assert locator.locate(IN_CN).unanimous == "CN"
    now[0] = 60 * DAY
    assert locator.locate(IN_CN).reason is Undetermined.STALE
    assert locator.fault is None
