"""The host's pages and the room's page, as a browser without scripts sees them."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bailiwick.accounts.models import Account
from bailiwick.geo.catalogue import SOURCES
from bailiwick.meetings import queries
from bailiwick.meetings.actions import people, schedule
from bailiwick.meetings.actions import rule as rules
from bailiwick.meetings.models import Block, Meeting
from bailiwick.meetings.recurrence import Frequency, Recurrence
from tests.apps.conftest import NOW, SignIn, rule

pytestmark = pytest.mark.django_db

FORM = {
    "title": "Faculty board",
    "timing": "scheduled",
    "day": "2026-11-24",
    "at": "09:30",
    "duration_minutes": "90",
    "time_zone": "Europe/Berlin",
    "repeats": "weekly",
    "weekdays": ["3"],
    "finish": "count",
    "count": "10",
    "maximum": "50",
    "on_host_leave": "hand_over",
}


@pytest.fixture
def browser(host: Account, sign_in: SignIn) -> Client:
    return sign_in(host)


def codes(answer: Any) -> list[str]:
    return re.findall(r'data-code="([a-z_]+)"', answer.content.decode())


@pytest.mark.parametrize(
    "path",
    ["/", "/rules", "/problems/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"],
)
def test_a_public_page_is_drawn_in_our_frame(path: str, client: Client) -> None:
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<html lang="en" dir="ltr"' in page
    assert page.count("<h1") == 1
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "geolocation=()" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/meetings/", "/meetings/new", "/profile", "/accounts/email/", "/accounts/password/change/",
        "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/webauthn/", "/accounts/reauthenticate/", "/accounts/logout/",
    ],
)  # fmt: skip
def test_a_page_of_an_account_is_drawn_in_our_frame(path: str, host: Account) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": host.email, "password": "a good passphrase"})
    client.post("/accounts/reauthenticate/", {"password": "a good passphrase"})
    answer = client.get(path)
    assert answer.status_code == 200
    assert 'class="site-header"' in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/meetings/", "/meetings/{}/", "/meetings/{}/people", "/profile", "/accounts/email/",
        "/accounts/2fa/", "/accounts/data", "/api/meetings", "/api/meetings/{}/people", "/m/{}",
    ],
)  # fmt: skip
def test_no_browser_keeps_a_page_of_somebody(path: str, meeting: Meeting, browser: Client) -> None:
    answer = browser.get(path.format(meeting.slug))
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]


def test_what_comes_of_the_location_sources_names_them(meeting: Meeting, browser: Client) -> None:
    for path in ("/rules", f"/meetings/{meeting.slug}/rule"):
        page = browser.get(path).content.decode()
        for source in SOURCES:
            assert f'href="{source.link}"' in page
            assert f'href="{source.licence_link}"' in page


@pytest.mark.parametrize("path", ["", "edit", "rule", "people", "delete"])
def test_a_page_of_a_meeting_is_drawn(path: str, meeting: Meeting, host: Account, browser: Client) -> None:
    daily = Recurrence(Frequency.DAILY)
    schedule.edit(meeting.slug, host.pk, {"starts_at": NOW, "recurrence": daily})
    rules.set_rule(meeting.slug, host.pk, rule(), NOW)
    people.invite(meeting.slug, host.pk, ["a@example.com"], exempt=True, now=NOW)
    Block.objects.create(meeting=meeting, device_digest="d", label="Mallory", actor="host", created_at=NOW)
    answer = browser.get(f"/meetings/{meeting.slug}/{path}")
    assert answer.status_code == 200
    assert meeting.title in answer.content.decode()


def test_a_guest_finds_the_room_by_link_or_code(client: Client, meeting: Meeting) -> None:
    for link in (meeting.slug, f"https://meet.example.org/m/{meeting.slug}#i=abc", f" /m/{meeting.slug} "):
        answer = client.get("/", {"link": link})
        assert answer.headers["Location"] == f"/m/{meeting.slug}"
    for link in ("abcd", "https://evil.example/", "//evil.example/abcd-efgh-jkmn"):
        assert codes(client.get("/", {"link": link})) == ["invalid"]


def test_a_meeting_is_scheduled_with_the_form(browser: Client, host: Account) -> None:
    answer = browser.post("/meetings/new", FORM)
    made = Meeting.objects.get()
    assert answer.headers["Location"] == f"/meetings/{made.slug}/"
    assert made.recurrence == "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10"
    assert made.starts_at
    assert made.starts_at.isoformat() == "2026-11-24T08:30:00+00:00"
    page = browser.get(f"/meetings/{made.slug}/").content.decode()
    assert "09:30 – 11:00" in page  # on the meeting's clock, not in UTC
    assert "Every week on Tuesday and Thursday, 10 times" in page
    again = browser.get(f"/meetings/{made.slug}/edit").content.decode()
    assert 'value="09:30"' in again
    assert browser.post(f"/meetings/{made.slug}/edit", {**FORM, "timing": "open"}).status_code == 302
    assert queries.by_slug(made.slug).recurrence == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": ""}, "required"),
        ({"day": ""}, "required"),
        ({"at": "25:00"}, "invalid"),
        ({"time_zone": "Mars/Olympus"}, "invalid_choice"),
        ({"maximum": "301"}, "max_value"),
        ({"finish": "until", "until": ""}, "invalid_recurrence"),
        ({"finish": "until", "until": "2026-11-01"}, "invalid_recurrence"),
        ({"count": "9999"}, "max_value"),
    ],
)
def test_a_wrong_field_is_shown_with_its_code(browser: Client, change: dict[str, str], code: str) -> None:
    answer = browser.post("/meetings/new", {**FORM, **change})
    assert answer.status_code == 422
    assert codes(answer) == [code]
    assert not Meeting.objects.exists()


def test_a_rule_is_set_with_the_form(browser: Client, meeting: Meeting) -> None:
    address = f"/meetings/{meeting.slug}/rule"
    given = {"mode": "allow", "territories": "FR,DE", "undetermined": "waiting_room"}
    assert browser.post(address, given).status_code == 302
    page = browser.get(f"/meetings/{meeting.slug}/").content.decode()
    assert "Only people located in France or Germany can come in" in page
    assert "they wait until a host lets them in" in page
    assert browser.post(f"{address}/clear").status_code == 302
    assert "people can come in from anywhere" in browser.get(f"/meetings/{meeting.slug}/").content.decode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"territories": ""}, "required"),
        ({"territories": "UK"}, "unknown_territory"),
        ({"undetermined": ""}, "required"),
        ({"mode": "both"}, "invalid_choice"),
    ],
)
def test_an_incomplete_rule_is_refused_with_its_code(
    browser: Client, meeting: Meeting, change: dict[str, str], code: str
) -> None:
    given = {"mode": "allow", "territories": "DE", "undetermined": "refuse", **change}
    answer = browser.post(f"/meetings/{meeting.slug}/rule", given)
    assert (answer.status_code, codes(answer)) == (422, [code])


def test_the_eu_is_called_by_its_name() -> None:
    from datetime import date

    from bailiwick.rules.territory import group
    from bailiwick.web.sentences import place

    today = date(2026, 11, 21)
    assert place(sorted(group("EU", today)), today) == "the European Union"
    assert place(["FR", "GF", "DE", "ES", "IT", "AT", "BE"], today).startswith(
        "one of 7 countries and territories (Aus"
    )


def boot(answer: Any) -> dict[str, Any]:
    found = re.search(r'<script id="boot" type="application/json">(.*?)</script>', answer.content.decode())
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_the_room_is_told_what_it_needs_and_no_more(client: Client, meeting: Meeting, host: Account) -> None:
    rules.set_rule(meeting.slug, host.pk, rule("deny", "CN", "admit"), NOW)
    data = boot(client.get(f"/m/{meeting.slug}"))
    assert data.pop("csrf")
    assert data == {
        "slug": meeting.slug,
        "title": "Board",
        "siteName": "Bailiwick",
        "status": "open",
        "startsAt": None,
        "rule": {"mode": "deny", "territories": ["CN"], "undetermined": "admit"},
        "serverRule": False,
        "waitingRoom": False,
        "account": None,
        "runs": False,
        "language": "en",
        "dir": "ltr",
    }


def test_a_title_cannot_break_out_of_the_boot_data(client: Client, host: Account) -> None:
    made = schedule.create(host.pk, {"title": "</script><script>alert(1)</script>"})
    answer = client.get(f"/m/{made.slug}")
    assert "<script>alert" not in answer.content.decode()
    assert boot(answer)["title"] == made.title


def test_the_room_knows_who_runs_the_meeting(
    meeting: Meeting, host: Account, co_host: Account, staff: Account, sign_in: SignIn
) -> None:
    runs = {
        who.display_name: boot(sign_in(who).get(f"/m/{meeting.slug}"))["runs"]
        for who in (host, co_host, staff)
    }
    assert runs == {"Host": True, "CoHost": True, "Staff": False}


def test_a_meeting_to_come_says_when(client: Client, meeting: Meeting, host: Account) -> None:
    starts_at = timezone.now() + timedelta(days=1)
    schedule.edit(meeting.slug, host.pk, {"starts_at": starts_at})
    data = boot(client.get(f"/m/{meeting.slug}"))
    assert data["status"] == "not_started"
    assert data["startsAt"].startswith(starts_at.strftime("%Y-%m-%dT"))


def test_a_browser_gets_a_device_cookie_that_scripts_cannot_read(client: Client, meeting: Meeting) -> None:
    first = client.get(f"/m/{meeting.slug}").cookies["bw_device"]
    assert len(first.value) == 22
    assert (first["httponly"], first["samesite"], first["path"]) == (True, "Lax", "/m/")
    assert first["max-age"] == 180 * 24 * 3600
    assert client.get(f"/m/{meeting.slug}").cookies["bw_device"].value == first.value
    client.cookies["bw_device"] = "x" * 300
    assert len(client.get(f"/m/{meeting.slug}").cookies["bw_device"].value) == 22


def test_an_unknown_room_is_404_and_an_ended_one_410(
    client: Client, meeting: Meeting, browser: Client
) -> None:
    answer = client.get("/m/none-none-none", headers={"Accept-Language": "ar"})
    assert (answer.status_code, answer.headers["Content-Language"]) == (404, "ar")
    assert '<html lang="ar" dir="rtl">' in answer.content.decode()
    Meeting.objects.update(ended_at=NOW)
    answer = client.get(f"/m/{meeting.slug}")
    assert answer.status_code == 410
    assert "Open it again" not in answer.content.decode()
    assert "主持人已为所有人结束会议。" in answer.content.decode()
    answer = browser.get(f"/m/{meeting.slug}")
    assert answer.status_code == 410
    assert "Open it again" in answer.content.decode()
    assert browser.post(f"/meetings/{meeting.slug}/reopen").status_code == 302
    assert client.get(f"/m/{meeting.slug}").status_code == 200


def test_deleting_with_people_inside_says_so(browser: Client, meeting: Meeting) -> None:
    from tests.apps.test_meetings import presence

    presence(meeting)
    answer = browser.post(f"/meetings/{meeting.slug}/delete")
    assert answer.status_code == 409
    assert "People are inside" in answer.content.decode()


def test_an_unknown_page_is_404_in_our_frame(client: Client) -> None:
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert 'class="site-header"' in answer.content.decode()


def test_the_appearance_chosen_is_drawn_by_the_server(client: Client) -> None:
    client.cookies["bw_theme"] = "dark"
    assert 'data-theme="dark"' in client.get("/").content.decode()
    client.cookies["bw_theme"] = '"><script>'
    assert "data-theme" not in client.get("/").content.decode()


def _posted(page: str) -> dict[str, str]:
    """What a browser sends of the settings page when nothing is touched."""
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", page):
        kind, name, value = (_attribute(tag, part) for part in ("type", "name", "value"))
        if name and (kind not in {"checkbox", "radio"} or " checked" in tag):
            fields[name] = value or ("on" if kind == "checkbox" else "")
    return fields | {"time_zone": "UTC", "repeats": "", "finish": "never", "description": ""}


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', tag)
    return found[1] if found else ""


def test_saving_settings_undoes_no_lock_and_no_waiting_room_that_was_made_meanwhile(
    meeting: Meeting, host: Account, sign_in: SignIn
) -> None:
    client = sign_in(host)
    address = f"/meetings/{meeting.slug}/edit"
    opened = _posted(client.get(address).content.decode())
    schedule.edit(meeting.slug, host.pk, {"locked": True, "waiting_room": True})  # in the room, meanwhile
    assert client.post(address, {**opened, "title": "Board, corrected"}).status_code == 302
    saved = queries.by_slug(meeting.slug)
    assert (saved.title, saved.locked, saved.waiting_room) == ("Board, corrected", True, True)


def test_a_lock_is_set_and_taken_away_on_the_page_also_after_a_mistake(
    meeting: Meeting, host: Account, sign_in: SignIn
) -> None:
    client = sign_in(host)
    address = f"/meetings/{meeting.slug}/edit"
    opened = _posted(client.get(address).content.decode())
    assert client.post(address, {**opened, "locked": "on"}).status_code == 302
    assert queries.by_slug(meeting.slug).locked
    opened = _posted(client.get(address).content.decode())
    assert opened.pop("locked") == "on"
    again = client.post(address, {**opened, "title": ""})
    assert again.status_code == 422
    assert client.post(address, {**_posted(again.content.decode()), "title": "Board"}).status_code == 302
    assert not queries.by_slug(meeting.slug).locked
