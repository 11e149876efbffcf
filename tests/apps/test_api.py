"""The JSON API: what it says, how errors look, how many queries it takes."""

from typing import Any

import pytest
from django.test import Client

from bailiwick.accounts.models import Account
from bailiwick.meetings.actions import rule as rules
from bailiwick.meetings.models import Meeting
from bailiwick.web.problems import PROBLEMS
from tests.apps.conftest import NOW, SignIn, rule

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def api(host: Account, sign_in: SignIn) -> Client:
    return sign_in(host)


def test_a_meeting_is_made_read_and_changed(api: Client) -> None:
    made = api.post("/api/meetings", {"title": "Board", "waiting_room": True}, content_type=JSON)
    assert made.status_code == 201
    slug = made.json()["slug"]
    given = {
        "starts_at": "2026-11-23T09:00:00+01:00",
        "time_zone": "Europe/Berlin",
        "recurrence": {"frequency": "weekly", "weekdays": [0, 2], "count": 4},
    }
    changed = api.patch(f"/api/meetings/{slug}", given, content_type=JSON).json()
    assert changed["recurrence"] == {"frequency": "weekly", "weekdays": [0, 2], "until": None, "count": 4}
    assert changed["waiting_room"] is True
    once = api.patch(f"/api/meetings/{slug}", {"recurrence": None}, content_type=JSON).json()
    assert once["recurrence"] is None
    assert once["starts_at"] is not None
    assert (
        api.patch(f"/api/meetings/{slug}", {"starts_at": None}, content_type=JSON).json()["starts_at"] is None
    )
    assert [m["slug"] for m in api.get("/api/meetings").json()["meetings"]] == [slug]


def test_a_weekly_meeting_moved_to_another_day_takes_place_on_that_day_alone(api: Client) -> None:
    given = {
        "title": "Board",
        "time_zone": "Europe/Berlin",
        "starts_at": "2026-11-24T00:30:00+01:00",
        "recurrence": {"frequency": "weekly", "weekdays": [1]},
    }
    slug = api.post("/api/meetings", given, "application/json").json()["slug"]
    change = {"starts_at": "2026-11-26T00:30:00+01:00"}
    assert api.patch(f"/api/meetings/{slug}", change, "application/json").json()["recurrence"][
        "weekdays"
    ] == [3]
    change = {"time_zone": "America/New_York"}
    assert api.patch(f"/api/meetings/{slug}", change, "application/json").json()["recurrence"][
        "weekdays"
    ] == [2]


def test_a_rule_says_what_it_does(api: Client, meeting: Meeting) -> None:
    given = {"mode": "allow", "territories": ["FR", "DE", "FR"], "undetermined": "waiting_room"}
    answer = api.put(f"/api/meetings/{meeting.slug}/rule", given, content_type=JSON).json()["rule"]
    assert answer["territories"] == ["DE", "FR"]
    assert answer["sentence"].startswith(
        "Only people located in France or Germany can come in; everybody else"
    )
    assert api.get(f"/api/meetings/{meeting.slug}/rule").json()["rule"] == answer
    assert api.delete(f"/api/meetings/{meeting.slug}/rule").status_code == 204
    assert api.get(f"/api/meetings/{meeting.slug}/rule").json() == {"rule": None}


GOOD = {"mode": "deny", "territories": ["CN"], "undetermined": "admit"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({**GOOD, "territories": ["uk"]}, "unknown_territory"),
        ({**GOOD, "territories": ["UK"]}, "unknown_territory"),
        ({**GOOD, "territories": ["CN-HK"]}, "unknown_territory"),
        ({**GOOD, "mode": "allow", "territories": []}, "no_territory"),
        ({**GOOD, "undetermined": None}, "invalid"),
        ({"mode": "deny", "territories": ["CN"]}, "invalid"),
        ({**GOOD, "mode": "maybe"}, "invalid"),
        ({**GOOD, "meeting": "another"}, "invalid"),
        ({**GOOD, "territories": ["CN"] * 261}, "invalid"),
        ('"a text"', "invalid"),
    ],
)
def test_a_wrong_rule_is_a_coded_problem(api: Client, meeting: Meeting, given: Any, code: str) -> None:
    answer = api.put(f"/api/meetings/{meeting.slug}/rule", given, content_type=JSON)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["type"] == f"/problems/{code}"


def test_what_is_no_json_is_a_bad_request(api: Client, meeting: Meeting) -> None:
    answer = api.put(f"/api/meetings/{meeting.slug}/rule", "{", content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    ("given", "field"),
    [({"maximum": 1}, "maximum"), ({"time_zone": "Mars"}, "time_zone"), ({"title": "  "}, "title")],
)
def test_a_value_that_cannot_be_used_is_named(api: Client, meeting: Meeting, given: Any, field: str) -> None:
    answer = api.patch(f"/api/meetings/{meeting.slug}", given, content_type=JSON)
    assert answer.status_code == 422
    assert answer.json()["field"] == field


def test_an_unknown_meeting_is_a_problem(api: Client) -> None:
    answer = api.get("/api/meetings/none-none-none")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_meeting")


def test_a_dry_run_goes_to_the_gate_and_its_refusals_are_problems(
    api: Client, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bailiwick import gate

    address = f"/api/meetings/{meeting.slug}/rule/dry-run"
    answers: list[Any] = [gate.DryRun("10-24", "1-4", "0"), gate.TooFewPresent(), gate.TooManyDryRuns()]

    def answer(meeting_id: object, tried: object) -> Any:
        assert (meeting_id, tried) == (meeting.pk, rule("deny", "CN", "admit"))
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(gate, "dry_run", answer)
    bands = api.post(address, GOOD, content_type=JSON)
    assert bands.json() == {"stay": "10-24", "go": "1-4", "undetermined": "0"}
    few = api.post(address, GOOD, content_type=JSON)
    assert (few.status_code, few.json()["code"]) == (409, "too_few_present")
    many = api.post(address, GOOD, content_type=JSON)
    assert (many.status_code, many.json()["code"], many.headers["Retry-After"]) == (
        429,
        "too_many_dry_runs",
        "60",
    )


def test_territories_are_all_there_with_neutral_names(client: Client) -> None:
    answer = client.get("/api/territories")
    assert "max-age" in answer.headers["Cache-Control"]
    data = answer.json()
    names = {row["code"]: row["name"] for row in data["territories"]}
    assert len(names) == 250
    assert {names["CN"], names["HK"], names["TW"]} == {"Mainland China", "Hong Kong", "Taiwan"}
    assert {row["continent"] for row in data["territories"]} == data["continents"].keys()
    assert set(data["groups"]["EU"]) < set(data["groups"]["EEA"]) < names.keys()


def test_the_api_describes_itself_without_loading_from_elsewhere(client: Client) -> None:
    schema = client.get("/api/openapi.json").json()
    assert "/api/meetings/{slug}/rule" in schema["paths"]
    page = client.get("/api/docs").content.decode()
    assert "https://" not in page
    assert "//cdn" not in page


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/api/meetings", 3),  # session, account, meetings
        ("/api/meetings/{slug}", 3),
        ("/api/meetings/{slug}/rule", 3),
        ("/api/meetings/{slug}/people", 6),
        ("/api/territories", 0),
        ("/meetings/", 4),  # and whether they are staff: the menu leads to the desk
        ("/meetings/{slug}/", 5),
        ("/meetings/{slug}/people", 7),
        ("/m/{slug}", 4),  # session, account, meeting, server-wide rule
    ],
)
def test_reading_takes_so_many_queries_however_many_rows(
    path: str, queries: int, api: Client, meeting: Meeting, host: Account, django_assert_num_queries: Any
) -> None:
    from bailiwick.meetings.actions import people, schedule

    for number in range(5):
        made = schedule.create(host.pk, {"title": f"{number}"})
        rules.set_rule(made.slug, host.pk, rule(), NOW)
    people.invite(
        meeting.slug, host.pk, ["a@example.com", "b@example.com", "c@example.com"], exempt=False, now=NOW
    )
    with django_assert_num_queries(queries):
        assert api.get(path.format(slug=meeting.slug)).status_code == 200


def test_a_guest_at_the_rooms_page_costs_two_queries(
    meeting: Meeting, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        assert Client().get(f"/m/{meeting.slug}").status_code == 200


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_has_a_page(code: str, client: Client) -> None:
    from html import escape

    answer = client.get(f"/problems/{code}")
    assert answer.status_code == 200
    assert escape(str(PROBLEMS[code].title)) in answer.content.decode()


def test_every_code_of_the_domains_errors_is_a_problem() -> None:
    from bailiwick.meetings.errors import MeetingError
    from bailiwick.rules.territory import UnknownTerritory

    def below(kind: type[MeetingError]) -> set[str]:
        return {kind.code}.union(*(below(child) for child in kind.__subclasses__()))

    assert below(MeetingError) - {"meeting_error"} <= PROBLEMS.keys()
    assert UnknownTerritory.code in PROBLEMS


@pytest.mark.parametrize(
    "starts_at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "1999-12-31T23:59:59Z"]
)
def test_a_time_at_the_end_of_all_calendars_is_refused_and_breaks_nobodys_list(
    starts_at: str, meeting: Meeting, host: Account, co_host: Account, sign_in: SignIn
) -> None:
    given = {"starts_at": starts_at, "time_zone": "Asia/Tokyo"}
    answer = sign_in(host).patch(f"/api/meetings/{meeting.slug}", given, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_time")
    for who in (host, co_host):
        assert sign_in(who).get("/meetings/").status_code == 200
