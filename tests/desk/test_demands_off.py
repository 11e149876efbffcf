"""A server that takes no demands: its desk says so, records and refuses what arrives, and can still undo."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bailiwick.ledger.models import Outbox
from bailiwick.meetings.presences import Person
from bailiwick.orders.actions import appeals, granting
from bailiwick.orders.errors import DemandsOff
from bailiwick.orders.models import Demand, Restriction
from tests.desk.kit_demands import Staff, letter
from tests.orders.conftest import registry  # noqa: F401 (fixture)
from tests.orders.desk import NOW, approval, withhold
from tests.orders.kit import Registry, new_meeting

pytestmark = pytest.mark.django_db
SAYS = "This server takes no demands of authorities."


@pytest.fixture(autouse=True)
def _served(settings: Any) -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def staff(registry: Registry) -> Staff:  # noqa: F811 (fixture)
    return Staff()


@pytest.fixture
def in_force(staff: Staff) -> Restriction:
    """Granted while demands were taken."""
    return staff.granted(staff.under_review(staff.authority("CN"), withhold(new_meeting())))


def still_runs() -> None:
    """By today's clock, whatever day it is."""
    Restriction.objects.update(expires_at=timezone.now().replace(microsecond=0) + timedelta(days=30))


def switch_off(settings: Any) -> None:
    settings.ENV = {**settings.ENV, "DEMANDS": "off"}


@pytest.mark.parametrize("path", ["", "authorities", "new"])
def test_every_page_of_demands_says_so(staff: Staff, settings: Any, path: str) -> None:
    switch_off(settings)
    shown = staff.at("intake").get(f"/desk/demands/{path}").content.decode()
    assert SAYS in shown
    assert "Take a demand in" not in shown
    assert "/authorities/propose" not in shown


def test_a_letter_that_arrives_all_the_same_is_recorded_and_refused_in_the_log(
    staff: Staff, settings: Any
) -> None:
    by = staff.authority("CN")
    switch_off(settings)
    sent = letter(by, withhold=new_meeting().slug)
    assert staff.at("intake").post("/desk/demands/receive", sent).status_code == 302
    row = Demand.objects.get()
    assert (row.status, row.targets.get().refusals) == ("refused", ["not_possible_here"])
    assert list(Outbox.objects.filter(type__startswith="demand.").values_list("type", flat=True)) == [
        "demand.received", "demand.refused",
    ]  # fmt: skip


def test_what_was_open_can_be_refused_and_nothing_else(staff: Staff, settings: Any) -> None:
    row = staff.under_review(staff.authority("CN"), withhold(new_meeting()))
    made = staff.signed(row)
    switch_off(settings)
    here = f"/desk/demands/{row.pk}"
    shown = staff.at("reviewer").get(f"{here}/review").content.decode()
    assert "review/write" not in shown
    assert "Propose a restriction" not in shown
    answer = staff.at("reviewer").post(f"{here}/examine")
    assert (answer.status_code, 'data-code="demands_off"' in answer.content.decode()) == (409, True)
    with pytest.raises(DemandsOff):
        granting.approve(staff.approver.id, made.pk, approval(staff.approver, made), NOW)
    assert staff.at("reviewer").post(f"{here}/refuse", {"reasons": ["not_possible_here"]}).status_code == 302
    row.refresh_from_db()
    assert row.status == "refused"


@pytest.mark.parametrize("how", ["suspend", "withdraw"])
def test_p7_what_is_in_force_stays_visible_and_can_be_ended(
    staff: Staff, in_force: Restriction, settings: Any, how: str
) -> None:
    switch_off(settings)
    still_runs()
    shown = staff.at("approver").get("/desk/demands/").content.decode()
    assert "not enforced: this server takes no demands" in shown
    here = f"/desk/demands/restrictions/{in_force.pk}"
    assert staff.at("approver").post(f"{here}/{how}", {"reason": "review"}).status_code == 302
    assert in_force.later.count() == 1


def test_p7_an_objection_to_it_is_filed_and_decided(
    staff: Staff, in_force: Restriction, settings: Any
) -> None:
    switch_off(settings)
    person = Person(account_id=staff.intake.id)
    made, _ = appeals.file(in_force.pk, "It keeps me out.", person, NOW)
    ruling = {"outcome": "restriction_withdrawn", "answer": "They are right: it reaches too far."}
    answer = staff.at("appeals").post(f"/desk/demands/appeals/{made.pk}/decide", ruling)
    assert answer.status_code == 302, answer.content.decode()
    assert in_force.later.get().kind == "withdrawn"


@pytest.mark.parametrize(
    ("setting", "words"), [("on", "This server takes demands"), ("off", "This server takes no demands")]
)
def test_the_rules_of_the_server_say_whether_it_takes_demands(
    client: Client, settings: Any, setting: str, words: str
) -> None:
    settings.ENV = {**settings.ENV, "DEMANDS": setting}
    assert words in client.get("/rules").content.decode()
    assert client.get("/rules.json").json()["demands_taken"] is (setting == "on")


def test_a_suspended_restriction_says_so_and_is_not_offered_to_be_suspended(
    staff: Staff, in_force: Restriction
) -> None:
    still_runs()
    here = f"/desk/demands/restrictions/{in_force.pk}"
    assert f"{here}/suspend" in staff.at("approver").get(here).content.decode()
    staff.at("approver").post(f"{here}/suspend", {"reason": "review"})
    shown = staff.at("approver").get(here).content.decode()
    assert "suspended: keeps nobody out" in shown
    assert f"{here}/suspend" not in shown
    assert f"{here}/withdraw" in shown
