"""What the operator is told about the location data."""

import json
from pathlib import Path

import pytest

from bailiwick.geo.layout import Layout
from bailiwick.geo.status import attributions, status
from bailiwick.geo.table import DAY
from tests.factories.geo import small_table

NOW = 1_000 * DAY


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def told(layout: Layout, **options) -> dict:
    return status(layout.data, clock=lambda: NOW, **options)


def test_without_a_table_the_fault_is_an_alarm(layout: Layout) -> None:
    assert told(layout) == {
        "table": None,
        "fault": "table_missing",
        "alarms": ["table_missing"],
        "sources": [],
    }


def test_a_fresh_table_raises_no_alarm(layout: Layout) -> None:
    table = small_table(layout.table, built=NOW - 60 * DAY, clock=lambda: NOW)
    found = told(layout)
    assert (found["table"], found["fault"], found["alarms"]) == (table.hash, None, [])
    assert [source["name"] for source in found["sources"]] == ["mm", "dbip", "ipfire"]
    assert found["ranges"] == {"v4": table.info.ranges_v4, "v6": table.info.ranges_v6}
    assert json.loads(json.dumps(found)) == found


def test_a_source_of_more_than_sixty_days_is_an_alarm_and_of_more_than_the_limit_is_stale(
    layout: Layout,
) -> None:
    small_table(layout.table, built=[NOW - 61 * DAY, NOW - 400 * DAY, NOW], clock=lambda: NOW)
    found = told(layout)
    assert found["alarms"] == ["source_old:mm", "source_old:dbip", "source_stale:dbip"]
    assert [(s["old"], s["stale"]) for s in found["sources"]] == [(True, False), (True, True), (False, False)]
    assert [s["age_days"] for s in found["sources"]] == [61, 400, 0]


def test_the_limits_are_settings(layout: Layout) -> None:
    small_table(layout.table, built=NOW - 20 * DAY, clock=lambda: NOW)
    assert "source_stale:mm" in told(layout, stale_after_days=20)["alarms"]
    assert told(layout, alarm_after_days=19)["alarms"][0] == "source_old:mm"


def test_fewer_than_two_sources_is_an_alarm(layout: Layout) -> None:
    small_table(layout.table, {"1.0.0.0/8": "CN"}, sources=["mm"], built=NOW, clock=lambda: NOW)
    assert told(layout)["alarms"] == ["too_few_sources"]


def test_a_bad_override_is_a_fault_and_a_good_one_is_counted(layout: Layout) -> None:
    small_table(layout.table, built=NOW, clock=lambda: NOW)
    layout.overrides.write_text("1.0.0.0/8 HK\n2.0.0.0/8 undetermined\n")
    assert told(layout)["overrides"] == 2
    layout.overrides.write_text("1.0.0.0/8 HK FR\n")
    assert told(layout)["fault"] == "override_line"


def test_a_note_about_another_table_is_not_told(layout: Layout) -> None:
    small_table(layout.table, built=NOW, clock=lambda: NOW)
    for note in ("{", "[]", '{"table": "other", "compiled": 1, "figures": {}}'):
        layout.note.write_text(note)
        assert "figures" not in told(layout)


def test_every_source_in_use_is_attributed_as_its_licence_asks(layout: Layout) -> None:
    owed = attributions(small_table(layout.table).info.sources)
    assert [attribution.link for attribution in owed] == [
        "https://www.maxmind.com/",
        "https://db-ip.com",
        "https://location.ipfire.org/",
    ]
    assert "GeoLite2 Data created by MaxMind" in owed[0].text
    assert attributions(small_table(layout.table, sources=["dbip"], prefixes={}).info.sources) == owed[1:2]
