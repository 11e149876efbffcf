"""Whoever may read reads all: long lists have pages, the trail is searched, and leads to what it is about."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone

from bailiwick.accounts.models import Account, Audit
from bailiwick.accounts.roles import Role
from bailiwick.desk.paging import paged
from bailiwick.meetings.presences import Person
from bailiwick.notices.models import Alarm
from bailiwick.orders.actions import appeals, intake, later
from bailiwick.orders.models import Appeal, Demand, DemandState, Restriction
from tests.desk.conftest import AtDesk
from tests.desk.kit_demands import Staff, browser
from tests.orders.conftest import registry  # noqa: F401 (fixture)
from tests.orders.desk import NOW, member, withhold
from tests.orders.kit import Registry, new_meeting

pytestmark = pytest.mark.django_db
NEWS = timedelta(minutes=1)


@pytest.fixture
def staff(registry: Registry, settings: Any) -> Staff:  # noqa: F811 (fixture)
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    return Staff()


def auditor(path: str) -> str:
    answer = browser(member(Role.AUDITOR)).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "first", "newer", "older"),
    [("", 0, "", "?page=2"), ("2", 2, "?page=1", "?page=3"), ("4", 6, "?page=3", ""),
     ("5", None, "?page=4", ""), ("0", 0, "", "?page=2"), ("-1", 0, "", "?page=2"), ("x", 0, "", "?page=2"),
     ("9" * 5000, 0, "", "?page=2"), ("\u0663", 0, "", "?page=2")],
)  # fmt: skip
def test_a_page_begins_where_the_one_before_ended(
    asked: str, first: int | None, newer: str, older: str
) -> None:
    request = RequestFactory().get("/", {"page": asked} if asked else {})
    found = paged(request, lambda start, count: range(7)[start : start + count], size=2)
    assert (found.rows[0] if found.rows else None, found.newer, found.older) == (first, newer, older)


def test_pages_keep_what_was_looked_for() -> None:
    request = RequestFactory().get("/", {"text": "No. 7 & 8", "page": "1"})
    assert paged(request, lambda _start, count: range(count)).older == "?text=No.+7+%26+8&page=2"


def test_the_auditor_reads_every_answered_demand(staff: Staff) -> None:
    by, now = staff.authority("CN"), timezone.now()
    Demand.objects.bulk_create(
        Demand(
            authority=by, state="CN", kind="court", reference=f"No. {number} x", status=DemandState.REFUSED,
            received_on=now.date(), received_at=now, decided_at=now - number * NEWS,
        ) for number in range(120)
    )  # fmt: skip
    pages = [auditor(f"/desk/demands/answered?page={number}") for number in (1, 2, 3)]
    assert all(sum(f"No. {number} x" in shown for shown in pages) == 1 for number in range(120))
    assert auditor("/desk/demands/answered?text=119").count("Office of CN, No.") == 1
    queue = auditor("/desk/demands/")
    assert "/desk/demands/answered" in queue


def test_answered_demands_are_found_by_authority_answer_reference_and_meeting(staff: Staff) -> None:
    meeting, one, two = new_meeting(), staff.authority("CN"), staff.authority("FR")
    staff.granted(staff.under_review(one, withhold(meeting), reference="first"))
    refused = staff.receive(two, withhold(new_meeting()), reference="second")
    intake.refuse(staff.reviewer.id, refused.pk, ["not_necessary"], NOW)
    for query, found in (
        ("", {"first", "second"}), (f"authority={two.pk}", {"second"}), ("authority=none", set()),
        ("state=narrowed", {"first"}), ("state=refused", {"second"}), (f"meeting={meeting.slug}", {"first"}),
        ("text=ECO", {"second"}), ("text=%25", set()), ("state=nonsense", {"first", "second"}),
    ):  # fmt: skip
        shown = auditor(f"/desk/demands/answered?{query}")
        assert {name for name in ("first", "second") if f", {name}</a>" in shown} == found, query


def test_restrictions_that_are_over_are_in_a_list(staff: Staff) -> None:
    made = {}
    for name in ("running", "withdrawn", "over"):
        demand = staff.under_review(staff.authority("CN"), withhold(new_meeting()), reference=name)
        made[name] = staff.granted(demand)
    far = timezone.now() + timedelta(days=30)
    Restriction.objects.update(expires_at=far)
    later.withdraw(staff.reviewer.id, made["withdrawn"].pk, "review", NOW)
    Restriction.objects.filter(pk=made["over"].pk).update(
        effective_from=far - timedelta(days=90), expires_at=far - timedelta(days=60)
    )
    for query, found in (
        ("", {*made}), ("state=over", {"withdrawn", "over"}), ("state=running", {"running"}),
        (f"meeting={made['over'].meeting.slug}", {"over"}),  # type: ignore[union-attr]
    ):  # fmt: skip
        shown = auditor(f"/desk/demands/restrictions?{query}")
        assert {name for name in made if f", {name}: " in shown} == found, query


def test_decided_appeals_and_past_alarms_have_pages(staff: Staff) -> None:
    granted = staff.granted(staff.under_review(staff.authority("CN"), withhold(new_meeting())))
    filed, _ = appeals.file(granted.pk, "I am not there.", Person(), NOW)
    now, by = timezone.now(), staff.appeals.account
    values = {name: getattr(filed, name) for name in ("restriction", "text", "filed_at", "due_at")}
    values |= {"decided_at": now, "decided_by": by, "outcome": "rejected"}
    Appeal.objects.bulk_create(Appeal(**values, token_digest=str(number)) for number in range(60))
    assert auditor("/desk/demands/appeals").count("Rejected") == 50
    assert auditor("/desk/demands/appeals?page=2").count("Rejected") == 10
    Alarm.objects.bulk_create(
        Alarm(code="media_down", subject=str(number), first_at=now, last_at=now, acknowledged_at=now)
        for number in range(60)
    )
    assert auditor("/desk/alarms").count("dealt with by") == 50
    assert auditor("/desk/alarms?page=2").count("dealt with by") == 10


# ---------------------------------------------------------------- the audit trail


def test_the_trail_is_searched_by_person_act_and_subject_and_keeps_that_on_older_pages(
    members: dict[str, Account], at_desk: AtDesk
) -> None:
    ada, ben = members["intake"], members["reviewer"]
    Audit.objects.bulk_create(
        Audit(at=NOW, actor=who.pk, code=code, subject=f"demand:{number}")
        for number in range(110) for who, code in ((ada, "demand.received"), (ben, "demand.refused"))
    )  # fmt: skip
    client = at_desk(members["auditor"])

    def shown(query: str) -> str:
        return client.get(f"/desk/audit?{query}").content.decode()

    for query in (f"who={ada.pk}", "code=demand.rec"):
        first = shown(query)
        assert (first.count("<code>demand.received</code>"), "<code>demand.refused</code>" in first) == (
            100,
            False,
        )
        older = first.split('class="button quiet" href="?')[-1].split('"')[0].replace("&amp;", "&")
        assert shown(older).count("<code>demand.received</code>") == 10
        assert ada.email not in older
    assert shown("subject=demand:10").count("<code>demand.received</code>") == 11
    assert "<code>demand.received</code>" in shown("who=nonsense")


def test_an_act_leads_to_what_it_is_about_for_whoever_may_open_that(
    staff: Staff, members: dict[str, Account], at_desk: AtDesk
) -> None:
    row = staff.receive(staff.authority("CN"))
    there = f'href="/desk/demands/{row.pk}"'
    assert there in at_desk(members["auditor"]).get("/desk/audit").content.decode()
    assert there not in at_desk(members["administrator"]).get("/desk/audit").content.decode()


def test_an_alarm_leads_to_what_it_is_about_for_whoever_may_open_that(
    staff: Staff, members: dict[str, Account], at_desk: AtDesk
) -> None:
    row, now = staff.receive(staff.authority("CN")), timezone.now()
    Alarm.objects.create(code="demand_late", subject=f"demand:{row.pk}", first_at=now, last_at=now)
    Alarm.objects.create(code="media_down", subject="demand:no-number", first_at=now, last_at=now)
    there = f'href="/desk/demands/{row.pk}"'
    for who, leads in (("intake", True), ("auditor", True), ("administrator", False)):
        shown = at_desk(members[who]).get("/desk/alarms").content.decode()
        assert (there in shown) is leads, who
