"""The half-yearly report: computed from the log, published once, told in bands, as page and files."""

import csv
import json
from argparse import Namespace
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.config import report_command
from bailiwick.ledger import queries
from bailiwick.ledger.entries import PeriodTotals
from bailiwick.orders.register_queries import effects_by_state
from bailiwick.register.book import open_book
from bailiwick.register.charts import WIDTH, chart
from bailiwick.register.report import (
    Period,
    Report,
    ReportRefused,
    affected_band,
    band,
    compute,
    publish,
)
from bailiwick.register.report_files import DSA_COLUMNS, as_csv
from tests.ledger.kit import NOW
from tests.orders import kit as orders
from tests.register.conftest import Clock
from tests.register.kit import Story, at, get, name, page

H2 = Period.parse("2026-H2")
OVER = datetime.fromisoformat("2027-01-02T00:00:00+00:00")
DAY = timedelta(days=1)


@pytest.fixture
def told(story: Story) -> Story:
    """Half a year of two states."""
    story.demand(1)
    story.restrict(10, 1, begins=NOW + 2 * DAY, document=story.decision())
    story.demand(2)
    story.refuse(2, "incomplete", day=NOW + 4 * DAY)
    story.demand(3, state="FR", kind="court", authority=None)
    story.restrict(
        11, 3, begins=NOW + DAY, state="FR", kind="court", territories=["FR"], reasons=["other_law"]
    )
    story.demand(4, state="FR", kind="court", authority=None)
    story.demand(5, day=NOW - 200 * DAY)
    story.tell(type="appeal.filed", day="2026-12-01", appeal=name(50), restriction=name(11))
    fields = {"appeal": name(50), "restriction": name(11), "outcome": "restriction_withdrawn"}
    story.tell(type="restriction.withdrawn", at=at(NOW + 3 * DAY), restriction=name(11), reason="appeal")
    story.tell(type="appeal.decided", day="2026-12-03", **fields)
    story.tell(type="suspension.refused", day=NOW.date().isoformat())
    story.tell(type="account.suspended", at=at(NOW), account="0" * 64, ground="spam")
    story.publish()
    return story


def report(effects: dict[str, int] | None = None) -> Report:
    return compute(open_book(), H2, effects or {})


def test_it_counts_what_came_of_the_demands_of_the_period(told: Story) -> None:
    found = report()
    rows = {(row.state, row.kind): row for row in found.rows}
    china, france = rows["CN", "ministry"], rows["FR", "court"]
    assert (china.received, china.refused, china.incomplete, china.granted_in_part) == (2, 1, 1, 1)
    assert (france.received, france.granted, france.open, france.restrictions) == (2, 1, 1, 1)
    assert (china.median_days, france.median_days) == (3.0, 1.0)
    assert found.refusals == {"incomplete": 1}
    assert found.appeals == {"restriction_withdrawn": 1}
    assert (found.suspensions.suspended, found.suspensions.by_ground) == (1, {"spam": 1})
    assert (found.suspensions.reinstated, found.suspensions.refused_as_demand) == (0, 1)


@pytest.mark.parametrize(("reason", "granted"), [("appeal", 1), ("authority_request", 0), ("error_found", 0)])
def test_an_appeal_closed_by_a_withdrawal_had_success_only_if_it_was_withdrawn_for_it(
    story: Story, reason: str, granted: int
) -> None:
    story.demand(1)
    story.restrict(10, 1)
    story.tell(type="restriction.withdrawn", at=at(NOW + DAY), restriction=name(10), reason=reason)
    closed = {"appeal": name(50), "restriction": name(10), "outcome": "restriction_withdrawn"}
    story.tell(type="appeal.decided", day="2026-12-03", **closed)
    story.publish()
    assert [each.appeals_granted for each in report().states] == [granted]
    assert report().appeals == {"restriction_withdrawn": 1}


def test_p9_how_often_somebody_was_kept_out_is_told_in_bands_that_hide_whether_anybody_was(
    told: Story,
) -> None:
    none, few, many = report({"FR": 0}), report({"FR": 9}), report({"FR": 10})
    assert none == few
    assert few != many
    for found in (none, few, many):
        assert not {"9", "10"} & set(json.dumps(found.model_dump(mode="json")).replace('"', " ").split())


@given(st.integers(0, 10**6))
def test_every_number_is_in_its_band(count: int) -> None:
    for told_as in (band(count), affected_band(count)):
        low, _, high = told_as.partition("-")
        assert int(low) <= count
        assert not high or count <= int(high)
        assert told_as != "0" or count == 0


def test_it_is_published_once_the_period_is_over_and_never_again(told: Story) -> None:
    found = report({"CN": 40})
    with pytest.raises(ReportRefused, match="not over"):
        publish(found, OVER - 2 * DAY)
    publish(found, OVER)
    with pytest.raises(ReportRefused, match="not replaced"):
        publish(found, OVER)
    told.publish()
    (entry,) = [entry for _, entry in queries.entries_of("period.totals")]
    assert isinstance(entry, PeriodTotals)
    bands = {each.state: each for each in entry.totals}
    assert (bands["CN"].demands, bands["CN"].refused, bands["CN"].affected) == ("1-9", "1-9", "10-99")
    assert (bands["FR"].appeals, bands["FR"].appeals_granted, bands["FR"].affected) == ("1-9", "1-9", "0-9")


def test_what_is_recorded_after_its_report_was_out_counts_in_the_next_one_and_once(told: Story) -> None:
    """Whoever records late, or dates back, keeps no demand out of the reports."""
    publish(report(), OVER)
    told.demand(60, day=NOW, state="US")
    told.demand(61, day=NOW - 400 * DAY, state="IT")  # of a half year of which no report is out
    told.publish()
    following = [Period.parse(text) for text in ("2027-H1", "2027-H2")]
    found = compute(open_book(), following[0], {})
    assert [(row.state, row.received) for row in found.rows] == [("US", 1)]
    publish(found, OVER + 200 * DAY)
    told.publish()
    assert compute(open_book(), following[1], {}).rows == ()


@pytest.fixture
def published(told: Story, clock: Clock) -> Story:
    publish(report({"CN": 40}), OVER)
    told.publish()
    clock.now = OVER
    return told


def test_the_page_has_charts_and_the_tables_behind_them(published: Story) -> None:
    shown = page("/register/reports/2026-H2")
    for text in ("Mainland China, refused: 1", "France, granted: 1", "10-99", "0-9", "was withdrawn",
                 "Terms of service, apart", "incomplete"):  # fmt: skip
        assert text in shown, text
    assert "<svg" in shown
    listing = page("/register/reports")
    assert "/register/reports/2026-H2" in listing
    assert "2026-H2, under review: 1" in listing


def lines(path: str) -> list[dict[str, str]]:
    answer = get(path)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(answer.content.decode())))


def test_the_files_say_the_same(published: Story) -> None:
    document = json.loads(get("/register/reports/2026-H2.json").content)
    assert Report.model_validate_json(json.dumps(document)) == report({"CN": 40}).model_copy(
        update={"entries": document["entries"]}
    )
    found = {line["state"]: line for line in lines("/register/reports/2026-H2.csv")}
    assert found["CN"]["received"] == "2"
    assert found["CN"]["affected_state_band"] == "10-99"


def test_a_state_that_demanded_nothing_in_the_period_is_in_the_file_for_what_was_in_force(
    story: Story,
) -> None:
    story.demand(1, day=NOW - 200 * DAY)
    story.restrict(10, 1)
    story.publish()
    found = report()
    assert (found.rows, [each.state for each in found.states]) == ((), ["CN"])
    [line] = csv.DictReader(StringIO(as_csv(found).decode()))
    assert (line["state"], line["received"], line["affected_state_band"]) == ("CN", "0", "0-9")
    assert None not in line.values()


def test_half_a_year_in_which_nothing_happened_has_a_report_too(story: Story, clock: Clock) -> None:
    story.publish()
    publish(report(), OVER)
    story.publish()
    clock.now = OVER
    assert "2026-H2" in page("/register/reports")
    assert "2026-H2" in page("/register/reports/2026-H2")
    for kind in (".csv", "-dsa.csv"):
        assert len(get(f"/register/reports/2026-H2{kind}").content.decode().splitlines()) == 1


def test_the_dsa_file_has_the_templates_columns_and_member_states_only(published: Story) -> None:
    found = lines("/register/reports/2026-H2-dsa.csv")
    assert list(found[0]) == list(DSA_COLUMNS)
    assert {line["Scope"] for line in found} == {"France"}
    granted = next(line for line in found if line["Description of the sub-category “Other”"] == "other law")
    assert granted["Number of orders to act against illegal content received"] == "1"
    assert granted["Median time to give effect to the order to act against illegal content"] == "1.0"
    assert granted["Number of orders to provide information"] == "0"


def test_a_report_whose_document_was_taken_down_says_so(published: Story) -> None:
    from bailiwick.ledger.models import Document

    Document.objects.all().delete()
    assert "no longer published" in page("/register/reports/2026-H2")
    assert get("/register/reports/2026-H2.csv").status_code == 404


def test_effects_are_summed_by_state_for_restrictions_that_ran_out_in_the_period(db: None) -> None:
    def ended(state: str, ends: datetime, effects: int, **fields: Any) -> None:
        row = orders.propose(orders.new_meeting(), state, begins=ends - 5 * DAY, lasts=5 * DAY)
        row.effects, row.outbox_id = effects, fields.get("outbox")
        row.save()

    ended("CN", H2.since, 3, outbox=1)
    ended("CN", H2.before - timedelta(seconds=1), 4, outbox=2)
    ended("CN", H2.before, 100, outbox=3)
    ended("FR", H2.since, 5, outbox=4)
    ended("FR", H2.since, 100)
    assert effects_by_state(H2.since, H2.before) == {"CN": 7, "FR": 5}


def test_p9_once_a_report_is_out_only_the_band_is_left_of_how_often_somebody_was_kept_out(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended(day: str, outbox: int) -> None:
        ends = datetime.fromisoformat(f"{day}T00:00:00+00:00")
        row = orders.propose(orders.new_meeting(), "CN", begins=ends - 5 * DAY, lasts=5 * DAY)
        row.effects, row.outbox_id = 7, outbox
        row.save()

    def kept() -> list[int]:
        rows = orders.Restriction.objects.order_by("expires_at")
        return list(rows.values_list("effects", flat=True))

    for number, day in enumerate(("2024-01-01", "2024-06-30", "2024-07-01")):
        ended(day, number + 1000)
    story.publish()
    assert report_command.run(Namespace(period="2024-H1", publish=False)) == 0
    assert kept() == [7, 7, 7]
    assert report_command.run(Namespace(period="2024-H1", publish=True)) == 0
    assert kept() == [0, 0, 7]
    assert Report.model_validate_json(capsys.readouterr().out.split("\n}\n")[0] + "\n}").period == "2024-H1"


@pytest.mark.parametrize(
    "text", ["2026", "2026-H3", "26-H1", "2026-H12", "\u0662\u0660\u0662\u0666-H1", "2026-H"]
)
def test_a_period_is_half_a_year(text: str) -> None:
    with pytest.raises(ValueError, match="2026-H2"):
        Period.parse(text)


@given(st.dates(min_value=date(2000, 1, 1)))
def test_every_day_is_in_one_period(day: date) -> None:
    found = Period.of(day)
    assert found.has(day)
    assert Period.parse(str(found)) == found
    assert found.before.date() - found.last == DAY
    assert found.since.date() == found.first


def test_bars_are_to_one_scale_and_touch() -> None:
    made = chart([("a", [1, 2]), ("b", [0, 6])], [("x", "X"), ("y", "Y")])
    first, second = made.bars
    assert second.segments[0].length == WIDTH
    assert first.segments[1].start == pytest.approx(first.segments[0].length, abs=0.02)
    assert first.total == 3
    assert chart([], []).bars == ()
