"""Who may do what with a meeting through the API and the pages: spelt out, one test a cell.

Staff and superusers are in the table to show that their role opens nothing (P2).
"""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bailiwick.accounts.models import Account
from bailiwick.meetings.models import Block, CoHost, Invitation, Meeting
from tests.apps.conftest import NOW, SignIn

pytestmark = pytest.mark.django_db

RULE = {"mode": "deny", "territories": ["CN"], "undetermined": "admit"}
JSON = "application/json"
Ask = Callable[[Client, Meeting], Any]


def _api(method: str, path: str, content: Any = None) -> Ask:
    def ask(client: Client, meeting: Meeting) -> Any:
        address = f"/api/meetings/{meeting.slug}{path.format(**_ids(meeting))}"
        return getattr(client, method)(address, content, content_type=JSON)

    return ask


def _ids(meeting: Meeting) -> dict[str, Any]:
    return {
        "invitation": Invitation.objects.get(meeting=meeting).pk,
        "block": Block.objects.get(meeting=meeting).pk,
        "nobody": uuid.UUID(int=7),
    }


ACTS: dict[str, tuple[Ask, int]] = {
    "read": (_api("get", ""), 200),
    "change": (_api("patch", "", {"locked": True}), 200),
    "read_rule": (_api("get", "/rule"), 200),
    "set_rule": (_api("put", "/rule", RULE), 200),
    "clear_rule": (_api("delete", "/rule"), 204),
    "try_rule": (_api("post", "/rule/dry-run", RULE), 503),  # permitted; no gate runs in these tests
    "read_people": (_api("get", "/people"), 200),
    "invite": (_api("post", "/invitations", {"emails": ["new@example.com"], "send": False}), 201),
    "exempt": (_api("patch", "/invitations/{invitation}", {"exempt": True}), 204),
    "revoke": (_api("delete", "/invitations/{invitation}"), 204),
    "lift_block": (_api("delete", "/blocks/{block}"), 204),
    "add_co_host": (_api("post", "/co-hosts", {"email": "other@example.org"}), 204),
    "remove_co_host": (_api("delete", "/co-hosts/{nobody}"), 204),
    "reopen": (_api("post", "/reopen"), 200),
    "delete": (_api("delete", ""), 204),
}
HOST_ONLY = {"add_co_host", "remove_co_host", "reopen", "delete"}
STRANGERS = ("other", "staff", "superuser")


@pytest.fixture
def furnished(meeting: Meeting, other: Account) -> Meeting:
    """With an invitation, a block, and ended, so that there is something for each act to do."""
    Invitation.objects.create(meeting=meeting, email="guest@example.com", token_digest="0" * 64)
    Block.objects.create(meeting=meeting, device_digest="d", actor="host", created_at=NOW)
    Meeting.objects.filter(pk=meeting.pk).update(ended_at=NOW)
    return meeting


def test_p2_what_happens_when_the_host_leaves_is_the_hosts_choice(
    furnished: Meeting, host: Account, co_host: Account, sign_in: SignIn
) -> None:
    """A co-host who sets it to "end" would end the meeting by the host's next step out of the door."""
    ask = _api("patch", "", {"on_host_leave": "end", "title": "Other"})
    assert ask(sign_in(co_host), furnished).json()["code"] == "host_only"
    furnished.refresh_from_db()
    assert (furnished.on_host_leave, furnished.title) == ("continue", "Board")
    same = _api("patch", "", {"on_host_leave": "continue", "title": "Other"})
    assert same(sign_in(co_host), furnished).status_code == 200
    assert ask(sign_in(host), furnished).json()["on_host_leave"] == "end"


def test_a_co_host_may_stop_being_one_and_takes_nobody_elses_role(
    furnished: Meeting, host: Account, co_host: Account, sign_in: SignIn
) -> None:
    """Nobody is asked whether they want to be one: what somebody else fills must not stay in their list."""
    ask = sign_in(co_host)
    page = ask.get(f"/meetings/{furnished.slug}/people").content.decode()
    assert "Stop being a co-host" in page
    assert ask.delete(f"/api/meetings/{furnished.slug}/co-hosts/{host.pk}").status_code == 403
    given = {"id": str(CoHost.objects.get().handle)}
    answer = ask.post(f"/meetings/{furnished.slug}/people/co-hosts/remove", given, follow=True)
    assert "You are no longer a co-host" in answer.content.decode()
    assert ask.get(f"/meetings/{furnished.slug}/people").status_code == 403
    assert not CoHost.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_the_host_may(act: str, furnished: Meeting, host: Account, sign_in: SignIn) -> None:
    ask, status = ACTS[act]
    assert ask(sign_in(host), furnished).status_code == status


@pytest.mark.parametrize("act", sorted(ACTS.keys() - HOST_ONLY))
def test_a_co_host_may(act: str, furnished: Meeting, co_host: Account, sign_in: SignIn) -> None:
    ask, status = ACTS[act]
    assert ask(sign_in(co_host), furnished).status_code == status


@pytest.mark.parametrize("act", sorted(HOST_ONLY))
def test_a_co_host_may_not(act: str, furnished: Meeting, co_host: Account, sign_in: SignIn) -> None:
    answer = ACTS[act][0](sign_in(co_host), furnished)
    assert (answer.status_code, answer.json()["code"]) == (403, "host_only")


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("act", ACTS)
def test_no_other_account_may(
    act: str, who: str, furnished: Meeting, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    before = Meeting.objects.values().get()
    answer = ACTS[act][0](sign_in(request.getfixturevalue(who)), furnished)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_meeting")
    assert Meeting.objects.values().get() == before


@pytest.mark.parametrize("act", ACTS)
def test_a_guest_may_not(act: str, furnished: Meeting) -> None:
    answer = ACTS[act][0](Client(), furnished)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("act", ACTS)
def test_the_session_cookie_alone_changes_nothing(
    act: str, furnished: Meeting, host: Account, sign_in: SignIn
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = sign_in(host).cookies
    answer = ACTS[act][0](strict, furnished)
    if act.startswith("read"):
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


PAGES = ("", "edit", "rule", "people", "delete", "calendar.ics")


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("path", PAGES)
def test_no_other_account_sees_a_meetings_pages(
    path: str, who: str, meeting: Meeting, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(who))
    answer = client.get(f"/meetings/{meeting.slug}/{path}")
    assert answer.status_code == 403
    assert meeting.title not in answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_guest_is_asked_to_sign_in_for_a_meetings_pages(path: str, meeting: Meeting) -> None:
    answer = Client().get(f"/meetings/{meeting.slug}/{path}")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/accounts/login/")


@pytest.mark.parametrize(
    "path", ["rule/clear", "reopen", "delete", "people/blocks/lift", "people/invitations/revoke"]
)
@pytest.mark.parametrize("who", STRANGERS)
def test_p2_no_form_of_a_meeting_works_for_staff(
    path: str, who: str, furnished: Meeting, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(who))
    chosen = {"id": str(_ids(furnished)["block"])}
    assert client.post(f"/meetings/{furnished.slug}/{path}", chosen).status_code == 403
    assert Block.objects.count() == Meeting.objects.count() == Invitation.objects.count() == 1


def test_p2_no_address_of_the_pages_or_the_api_ends_a_meeting() -> None:
    """Ending takes a HostAct, which is made inside the meeting only; nothing here imports it."""
    from pathlib import Path

    import bailiwick.meetings.actions
    import bailiwick.web

    for package in (bailiwick.web, bailiwick.meetings.actions):
        for file in Path(str(package.__file__)).parent.rglob("*.py"):
            source = file.read_text(encoding="utf-8")
            assert "host_act" not in source.replace("`host_act`", ""), file.name
            assert "ended_at=now" not in source, file.name
