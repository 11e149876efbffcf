"""Who may do what at the desk: every role, every address, every transition. The table is written apart from
the code; an address that is missing in it fails the test."""

from collections.abc import Iterator
from typing import Final

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bailiwick.accounts.models import Account, Audit, RoleGrant, Suspension
from bailiwick.accounts.roles import Role
from bailiwick.meetings.models import ServerRule
from bailiwick.notices.models import Alarm
from tests.desk.conftest import AtDesk

pytestmark = pytest.mark.django_db

ALL: Final = frozenset(Role)
OPERATING: Final = ALL - {Role.AUDITOR}
ADMIN: Final = frozenset({Role.ADMINISTRATOR})
ADMIN_READ: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
DEMANDS_READ: Final = frozenset({Role.INTAKE, Role.REVIEWER, Role.APPROVER, Role.APPEALS, Role.AUDITOR})

CASES_READ: Final = frozenset({Role.REVIEWER, Role.APPROVER, Role.APPEALS, Role.AUDITOR})

PAGES: Final[dict[str, frozenset[Role]]] = {
    "desk": ALL,
    "desk_demands": DEMANDS_READ,
    "desk_server_rule": ALL,
    "desk_alarms": ALL,
    "desk_abuse": frozenset({Role.INTAKE, Role.REVIEWER, Role.AUDITOR}),
    "desk_suspensions": CASES_READ,
    "desk_suspension": CASES_READ,
    "desk_roles": ADMIN_READ,
    "desk_audit": ADMIN_READ,
}
ACTS: Final[dict[str, frozenset[Role]]] = {
    "desk_propose_server_rule": ADMIN,
    "desk_approve_server_rule": ADMIN,
    "desk_withdraw_server_rule": ADMIN,
    "desk_see_alarm": OPERATING,
    "desk_assign_alarm": OPERATING,
    "desk_acknowledge_alarm": OPERATING,
    "desk_handle_report": frozenset({Role.INTAKE, Role.REVIEWER}),
    "desk_propose_suspension": frozenset({Role.REVIEWER}),
    "desk_approve_suspension": frozenset({Role.APPROVER}),
    "desk_discard_suspension": frozenset({Role.REVIEWER, Role.APPROVER}),
    "desk_reinstate": CASES_READ - {Role.AUDITOR},
    "desk_decide_suspension": frozenset({Role.APPEALS}),
    "desk_propose_role": ADMIN,
    "desk_confirm_role": ADMIN,
    "desk_discard_role": ADMIN,
    "desk_propose_removal": ADMIN,
    "desk_confirm_removal": ADMIN,
    "desk_discard_removal": ADMIN,
}
WITHOUT_ROLE: Final = ("nobody", "root")
IDENTIFIED: Final = {"number": "00000000-0000-0000-0000-000000000007"}


def patterns() -> Iterator[URLPattern]:
    """Every address below /desk/ but those of demands, which have a matrix of their own."""
    for found in get_resolver("bailiwick.desk.urls").url_patterns:
        if isinstance(found, URLPattern):
            yield found
        elif isinstance(found, URLResolver) and str(found.pattern) == "demands/":
            yield from (each for each in found.url_patterns if each.name == "desk_demands")


def address(name: str) -> str:
    found = next(each for each in patterns() if each.name == name)
    return reverse(name, kwargs={key: IDENTIFIED[key] for key in found.pattern.converters})


def kept() -> object:
    """All that a form of the desk could change."""
    tables = (Account, Audit, RoleGrant, Suspension, ServerRule, Alarm)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_every_address_of_the_desk_is_in_the_table() -> None:
    assert {each.name for each in patterns()} == PAGES.keys() | ACTS.keys()


@pytest.mark.parametrize("name", sorted(PAGES.keys() | ACTS.keys()))
def test_the_guard_of_each_address_lets_in_the_roles_of_the_table(name: str) -> None:
    found = next(each for each in patterns() if each.name == name)
    assert found.callback.roles == {**PAGES, **ACTS}[name]  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_for_its_roles_and_no_other(
    name: str, role: str, members: dict[str, Account], at_desk: AtDesk
) -> None:
    answer = at_desk(members[role]).get(address(name))
    if role in PAGES[name]:
        assert answer.status_code in {200, 404}  # 404: it is permitted, and there is no such row
    else:
        assert answer.status_code == 403
        assert "Your role does not open that" in answer.content.decode()


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("name", ACTS)
def test_a_transition_is_refused_to_every_other_role_and_changes_nothing(
    name: str, role: str, members: dict[str, Account], at_desk: AtDesk
) -> None:
    client, before = at_desk(members[role]), kept()
    answer = client.post(address(name), {"id": 999})
    if role in ACTS[name]:
        assert answer.status_code in {404, 422}  # permitted, but there is no such row
    else:
        assert answer.status_code == 403
    assert kept() == before


@pytest.mark.parametrize("who", WITHOUT_ROLE)
@pytest.mark.parametrize("name", sorted(PAGES.keys() | ACTS.keys()))
def test_who_has_no_role_gets_nowhere_superusers_included(
    name: str, who: str, members: dict[str, Account], at_desk: AtDesk
) -> None:
    client, before = at_desk(members[who]), kept()
    answer = client.get(address(name)) if name in PAGES else client.post(address(name), {"id": 1})
    assert answer.status_code == 403
    assert "Only staff can do that" in answer.content.decode()
    assert kept() == before


@pytest.mark.parametrize("name", sorted(PAGES.keys() | ACTS.keys()))
def test_who_is_not_signed_in_or_suspended_is_asked_to_sign_in(
    name: str, members: dict[str, Account], at_desk: AtDesk
) -> None:
    for client in (Client(), at_desk(members["suspended"])):
        answer = client.get(address(name)) if name in PAGES else client.post(address(name), {"id": 1})
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", sorted(PAGES.keys() | ACTS.keys()))
def test_nobody_gets_anywhere_without_a_second_factor(
    name: str, members: dict[str, Account], at_desk: AtDesk
) -> None:
    from allauth.mfa.models import Authenticator

    for role in Role:
        Authenticator.objects.filter(user=members[role]).delete()
        client, before = at_desk(members[role]), kept()
        answer = client.get(address(name)) if name in PAGES else client.post(address(name), {"id": 1})
        assert answer.status_code == 403
        assert "Set up a second factor" in answer.content.decode()
        assert kept() == before


@pytest.mark.parametrize("name", ACTS)
def test_a_transition_is_no_page(name: str, members: dict[str, Account], at_desk: AtDesk) -> None:
    for role in Role:
        assert at_desk(members[role]).get(address(name)).status_code == 405


@pytest.mark.parametrize("name", ACTS)
def test_the_session_cookie_alone_changes_nothing(
    name: str, members: dict[str, Account], at_desk: AtDesk
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = at_desk(members["administrator"]).cookies
    assert strict.post(address(name), {"id": 1}).status_code == 403


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/account/", "/staff/alarms", "/api/desk/roles"])
def test_there_is_no_other_way_in(path: str, members: dict[str, Account], at_desk: AtDesk) -> None:
    assert at_desk(members["administrator"]).get(path).status_code == 404


def test_the_api_has_no_address_of_the_desk() -> None:
    from bailiwick.web.api import api

    paths = api.get_openapi_schema()["paths"]
    assert paths
    assert not [path for path in paths if "desk" in path or "staff" in path or "role" in path]


@pytest.mark.parametrize("role", sorted(Role))
def test_the_navigation_shows_what_opens_and_nothing_else(
    role: str, members: dict[str, Account], at_desk: AtDesk
) -> None:
    shown = at_desk(members[role]).get("/desk/").content.decode()
    for name, roles in PAGES.items():
        if "0000" not in address(name):
            assert (f'href="{address(name)}"' in shown) == (role in roles), name
