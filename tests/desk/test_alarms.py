"""Alarms at the desk: seen, assigned, acknowledged, each on record."""

import pytest

from bailiwick.accounts.actions import alarms
from bailiwick.accounts.errors import NoSuchAlarm, RoleNeeded
from bailiwick.accounts.models import Account, Audit
from bailiwick.notices.actions import raise_alarm
from bailiwick.notices.models import Alarm
from bailiwick.notices.queries import open_count
from tests.apps.conftest import NOW
from tests.desk.conftest import AtDesk

pytestmark = pytest.mark.django_db


@pytest.fixture
def alarm(db: None) -> Alarm:
    raise_alarm("table_missing", "a node", NOW)
    return Alarm.objects.get()


def trail() -> list[str]:
    codes = Audit.objects.filter(code__startswith="alarm").order_by("id")
    return list(codes.values_list("code", flat=True))


def test_an_alarm_is_seen_assigned_and_acknowledged_at_the_desk(
    alarm: Alarm, members: dict[str, Account], at_desk: AtDesk
) -> None:
    intake, reviewer = members["intake"], members["reviewer"]
    client = at_desk(intake)
    assert client.post("/desk/alarms/see", {"id": alarm.pk}).status_code == 302
    assert f"Seen by {intake.email}" in client.get("/desk/alarms").content.decode()
    assert client.post("/desk/alarms/assign", {"id": alarm.pk, "to": reviewer.pk}).status_code == 302
    assert f"{reviewer.email} deals with it" in client.get("/desk/alarms").content.decode()
    assert client.post("/desk/alarms/acknowledge", {"id": alarm.pk}).status_code == 302
    assert f"dealt with by {intake.email}" in client.get("/desk/alarms").content.decode()
    assert trail() == ["alarm.seen", "alarm.assigned", "alarm.acknowledged"]


def test_it_is_seen_first_by_one_person_only(alarm: Alarm, members: dict[str, Account]) -> None:
    alarms.see(members["intake"].pk, alarm.pk, NOW)
    with pytest.raises(NoSuchAlarm):
        alarms.see(members["reviewer"].pk, alarm.pk, NOW)
    assert Alarm.objects.get().seen_by == members["intake"]
    assert trail() == ["alarm.seen"]


def test_what_is_dealt_with_is_not_assigned_or_dealt_with_again(
    alarm: Alarm, members: dict[str, Account]
) -> None:
    who = members["approver"].pk
    alarms.acknowledge(who, alarm.pk, NOW)
    for again in (
        lambda: alarms.acknowledge(who, alarm.pk, NOW),
        lambda: alarms.assign(who, alarm.pk, who, NOW),
        lambda: alarms.see(who, alarm.pk, NOW),
    ):
        with pytest.raises(NoSuchAlarm):
            again()


@pytest.mark.parametrize("to", ["auditor", "nobody", "root", "suspended"])
def test_an_alarm_is_assigned_only_to_somebody_who_may_deal_with_it(
    to: str, alarm: Alarm, members: dict[str, Account]
) -> None:
    with pytest.raises(RoleNeeded):
        alarms.assign(members["intake"].pk, alarm.pk, members[to].pk, NOW)


def test_an_auditor_reads_alarms_and_is_offered_no_button(
    alarm: Alarm, members: dict[str, Account], at_desk: AtDesk
) -> None:
    shown = at_desk(members["auditor"]).get("/desk/alarms").content.decode()
    assert "a node" in shown
    assert "/desk/alarms/see" not in shown
    assert "/desk/alarms/acknowledge" not in shown


@pytest.mark.parametrize("given", [{}, {"id": "x"}, {"id": "0"}, {"id": "999999"}, {"id": "9" * 30}])
def test_acknowledging_nothing_changes_nothing(
    given: dict[str, str], alarm: Alarm, members: dict[str, Account], at_desk: AtDesk
) -> None:
    client = at_desk(members["intake"])
    for path in ("see", "assign", "acknowledge"):
        assert client.post(f"/desk/alarms/{path}", given).status_code == 404
    assert open_count() == 1


def test_an_alarm_without_a_text_is_shown_by_its_code(members: dict[str, Account], at_desk: AtDesk) -> None:
    raise_alarm("something_new", "meeting 7", now=NOW)
    assert "something_new" in at_desk(members["auditor"]).get("/desk/alarms").content.decode()
