"""A demand at the desk's pages, from the letter to what ends it: through HTTP, as people use them."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from bailiwick.accounts.models import Account
from bailiwick.accounts.roles import Role
from bailiwick.ledger.models import Document, Outbox
from bailiwick.meetings.models import Meeting, Presence
from bailiwick.meetings.presences import Person
from bailiwick.orders.actions import appeals
from bailiwick.orders.actions.clocks import alarm_late
from bailiwick.orders.entries import begins
from bailiwick.orders.models import Appeal, Authority, Demand, Exemption, Restriction, Review
from tests.desk.kit_demands import PLAN, REVIEW, Staff, browser, letter, signature
from tests.orders.conftest import registry  # noqa: F401 (fixture)
from tests.orders.desk import end, member, withhold
from tests.orders.kit import Registry, new_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _served(settings: Any) -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def staff(registry: Registry) -> Staff:  # noqa: F811 (fixture)
    return Staff()


def proposed(staff: Staff, meeting: Meeting, **fields: Any) -> Restriction:
    """Received, examined, reviewed and proposed, all at the pages."""
    by = staff.authority("CN")
    staff.at("intake").post("/desk/demands/receive", letter(by, to_end=f"https://x/m/{meeting.slug}"))
    row = Demand.objects.get()
    here = f"/desk/demands/{row.pk}"
    assert staff.at("intake").post(f"{here}/examine").status_code == 302
    assert staff.at("reviewer").post(f"{here}/review/write", REVIEW).status_code == 302
    target = row.targets.get()
    made = staff.at("reviewer").post(f"{here}/targets/{target.pk}/propose", PLAN | fields)
    assert made.status_code == 302, made.content.decode()
    return Restriction.objects.get()


def approved(staff: Staff, meeting: Meeting) -> Restriction:
    row = proposed(staff, meeting)
    here = f"/desk/demands/restrictions/{row.pk}"
    signed = staff.at("reviewer").post(f"{here}/sign", signature(staff.reviewer, row))
    assert signed.status_code == 302, signed.content.decode()
    done = staff.at("approver").post(f"{here}/approve", signature(staff.approver, row))
    assert done.status_code == 302, done.content.decode()
    row.refresh_from_db()
    return row


def test_p5_an_authority_takes_two_people_and_its_territory_is_not_asked(staff: Staff) -> None:
    form = {"name": "Cyberspace office", "state": "cn", "kind": "regulator", "channels": "sealed letter"}
    shown = staff.at("intake").get("/desk/demands/authorities").content.decode()
    assert 'name="territories"' not in shown
    assert staff.at("intake").post("/desk/demands/authorities/propose", form).status_code == 302
    row = Authority.objects.get()
    both = member(Role.INTAKE, Role.APPROVER)
    Authority.objects.update(proposed_by=both.account)
    own = browser(both).post("/desk/demands/authorities/approve", {"id": row.pk})
    assert (own.status_code, 'data-code="same_person"' in own.content.decode()) == (403, True)
    assert staff.at("approver").post("/desk/demands/authorities/approve", {"id": row.pk}).status_code == 302
    assert "China (CN)" in staff.at("approver").get("/desk/demands/authorities").content.decode()


def test_p5_a_change_and_an_end_of_an_authority_take_two_people_at_its_page(staff: Staff) -> None:
    row = staff.authority("CN")
    here = f"/desk/demands/authorities/{row.pk}"
    sent = {"name": "Ministry of Networks", "channels": "registered mail"}
    assert staff.at("reviewer").post(f"{here}/change", sent).status_code == 302
    assert f"{here}/approve" not in staff.at("reviewer").get(here).content.decode()
    assert "Ministry of Networks" in staff.at("approver").get(here).content.decode()
    assert staff.at("approver").post(f"{here}/approve").status_code == 302
    assert staff.at("intake").post(f"{here}/end", {"reason": "abolished"}).status_code == 302
    assert "There is no such authority any more" in staff.at("approver").get(here).content.decode()
    assert staff.at("approver").post(f"{here}/approve").status_code == 302
    shown = staff.at("appeals").get(here).content.decode()
    assert "Ministry of Networks" in shown
    assert "/end" not in shown
    assert "Its end withdraws nothing" in shown
    listed = re.search(r'href="(/desk/demands/restrictions\?[^"]+)"', shown)
    assert listed
    assert staff.at("appeals").get(unescape(listed[1])).status_code == 200
    offered = staff.at("intake").get("/desk/demands/new").content.decode()
    assert "Ministry of Networks" not in offered


def test_an_authority_that_is_there_already_is_said_at_its_name(staff: Staff) -> None:
    row = staff.authority("CN")
    form = {"name": row.name.upper(), "state": "CN", "kind": "court", "channels": "A sealed letter."}
    answer = staff.at("intake").post("/desk/demands/authorities/propose", form)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert 'data-code="authority_exists"' in shown.split('data-field="name"')[1].split("data-field=")[0]
    assert "A sealed letter." in shown


def test_intake_reads_by_what_an_authoritys_letters_are_known(staff: Staff) -> None:
    staff.authority("CN")
    assert "sealed letter" in staff.at("intake").get("/desk/demands/new").content.decode()


@pytest.mark.parametrize(("state", "kind"), [("QQ", "court"), ("CN", "supranational"), ("EU", "police")])
def test_an_authority_of_nowhere_is_refused_in_its_form(staff: Staff, state: str, kind: str) -> None:
    form = {"name": "Office", "state": state, "kind": kind, "channels": "letter"}
    answer = staff.at("intake").post("/desk/demands/authorities/propose", form)
    assert answer.status_code == 422
    assert 'data-code="invalid_field"' in answer.content.decode()


def test_one_letter_names_several_meetings_and_accounts(staff: Staff) -> None:
    one, two = new_meeting(), new_meeting()
    by = staff.authority("CN")
    sent = letter(
        by, withhold=f"{one.slug}\n", to_end=f"http://localhost:8000/m/{two.slug}?x=1",
        close_account=one.host.email, elsewhere="2",
    )  # fmt: skip
    assert staff.at("intake").post("/desk/demands/receive", sent).status_code == 302
    row = Demand.objects.get()
    assert [each.asked for each in row.targets.all()] == [
        "withhold", "end_meeting", "close_account", "other", "other",
    ]  # fmt: skip
    shown = staff.at("reviewer").get(f"/desk/demands/{row.pk}").content.decode()
    assert one.slug in shown
    assert one.host.email not in shown


def test_a_line_that_is_not_here_is_said_by_its_number_and_nothing_is_recorded(staff: Staff) -> None:
    sent = letter(staff.authority("CN"), withhold=f"{new_meeting().slug}\nno-such-meeting")
    answer = staff.at("intake").post("/desk/demands/receive", sent)
    assert answer.status_code == 422
    assert "Line 2" in answer.content.decode()
    assert not Demand.objects.exists()


@pytest.mark.parametrize(
    ("state", "kind", "field"),
    [("USA", "court", "state"), ("CHN", "court", "state"), ("uk", "court", "state"), ("ZZ", "court", "state"),
     ("EU", "court", "kind"), ("FR", "supranational", "kind")],
)  # fmt: skip
def test_a_state_that_is_none_is_said_at_its_field_and_nothing_typed_is_lost(
    staff: Staff, state: str, kind: str, field: str
) -> None:
    by_word = {"authority": "", "state": state, "kind": kind}
    sent = letter(staff.authority("CN"), statement="A long text.") | by_word
    answer = staff.at("intake").post("/desk/demands/receive", sent)
    shown = answer.content.decode()
    assert answer.status_code == 422
    at_it = shown.split(f'data-field="{field}"')[1].split("data-field=")[0]
    assert 'data-code="invalid_field"' in at_it.split(f'id="id_{field}_error"')[1]
    assert f'id_{field}_error"' in at_it.split('aria-describedby="')[1].split(">")[0]
    for typed in ("A long text.", "The court of that place", "No. 7", "CN HK"):
        assert typed in shown
    assert not Demand.objects.exists()


@pytest.mark.parametrize("how", [{"confidential": "on"}, {"channel": "verbal"}, {"channel": "other_writing"}])
def test_p11_what_is_secret_or_informal_is_recorded_and_refused(staff: Staff, how: dict[str, str]) -> None:
    sent = letter(staff.authority("CN"), withhold=new_meeting().slug, **how)
    assert staff.at("intake").post("/desk/demands/receive", sent).status_code == 302
    assert Demand.objects.get().status == "refused"
    assert Outbox.objects.filter(type="demand.refused").count() == 1


def test_what_it_does_not_say_is_listed_and_sent_back(staff: Staff) -> None:
    sent = letter(staff.authority("CN"), withhold=new_meeting().slug, law="", redress_provider="")
    staff.at("intake").post("/desk/demands/receive", sent)
    row = Demand.objects.get()
    shown = staff.at("intake").get(f"/desk/demands/{row.pk}").content.decode()
    assert "the legal basis" in shown
    staff.at("intake").post(f"/desk/demands/{row.pk}/examine")
    row.refresh_from_db()
    assert row.status == "incomplete"
    added = letter(None or row.authority, law="Act 5 art. 2")
    staff.at("intake").post(f"/desk/demands/{row.pk}/supplement", added)
    staff.at("intake").post(f"/desk/demands/{row.pk}/examine")
    row.refresh_from_db()
    assert row.status == "under_review"


def test_what_was_typed_wrongly_and_what_came_later_is_written_down_at_its_page(staff: Staff) -> None:
    wrong, right, office = new_meeting(), new_meeting(), staff.authority("CN")
    by_word = {"authority": "", "state": "cn", "kind": "police"}
    staff.at("intake").post("/desk/demands/receive", letter(office, withhold=wrong.slug) | by_word)
    row = Demand.objects.get()
    here = f"/desk/demands/{row.pk}"
    shown = staff.at("intake").get(here).content.decode()
    assert "Not added here: police, Mainland China" in shown
    assert f"{here}/examine" not in shown
    assert staff.at("intake").post(f"{here}/examine")["Location"] == f"{here}/added"
    form = staff.at("intake").get(f"{here}/added").content.decode()
    assert f"Withhold a meeting: meeting {wrong.slug}" in form
    added = {"authority": str(office.pk), "dropped": [str(row.targets.get().pk)], "withhold": right.slug}
    done = staff.at("intake").post(f"{here}/supplement", letter(office) | added)
    assert done.status_code == 302, done.content.decode()
    assert row.targets.get().meeting_id == right.pk
    staff.at("intake").post(f"{here}/examine")
    row.refresh_from_db()
    assert (row.status, row.authority) == ("under_review", office)
    assert "It is past that" in staff.at("intake").get(f"{here}/added").content.decode()


@pytest.mark.parametrize(
    ("spoilt", "field"),
    [({"withhold": "no-such-meeting"}, "withhold"), ({"law_url": "javascript:alert(1)"}, "law_url"),
     ({"authority": "7b0f"}, "authority"), ({"dropped": ["77"]}, "dropped"),
     ({"elsewhere": "-1"}, "elsewhere")],
)  # fmt: skip
def test_a_wrong_addition_is_said_at_its_field_and_nothing_typed_is_lost(
    staff: Staff, spoilt: dict[str, Any], field: str
) -> None:
    by = staff.authority("CN")
    staff.at("intake").post("/desk/demands/receive", letter(by, withhold=new_meeting().slug))
    row = Demand.objects.get()
    sent = letter(by, statement="A new and longer text.") | spoilt
    answer = staff.at("intake").post(f"/desk/demands/{row.pk}/supplement", sent)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert 'data-code="' in shown.split(f'data-field="{field}"')[1].split("data-field=")[0]
    assert "A new and longer text." in shown
    row.refresh_from_db()
    assert row.statement == "Because of what is said there."


@pytest.mark.parametrize("day", ["2099-01-01", "2006-11-20", "yesterday"])
def test_a_day_of_arrival_that_cannot_be_is_said_at_its_field(staff: Staff, day: str) -> None:
    sent = letter(staff.authority("CN"), received_on=day, statement="A long text.")
    answer = staff.at("intake").post("/desk/demands/receive", sent)
    assert answer.status_code == 422
    wrong = answer.content.decode().split('data-field="received_on"')[1].split("data-field=")[0]
    assert 'data-code="' in wrong
    assert "A long text." in answer.content.decode()


def test_while_it_is_back_at_the_authority_it_is_neither_due_nor_late(staff: Staff) -> None:
    by = staff.authority("CN")
    staff.at("intake").post("/desk/demands/receive", letter(by, reference="slow", contact=""))
    row = Demand.objects.get()
    staff.at("intake").post(f"/desk/demands/{row.pk}/examine")
    Demand.objects.update(due_at=timezone.now() - timedelta(hours=1))
    shown = staff.at("approver").get("/desk/demands/").content.decode()
    assert "Waits for the authority" in shown
    assert "overdue" not in shown
    assert "overdue by" not in staff.at("approver").get(f"/desk/demands/{row.pk}").content.decode()


def test_p9_a_demand_that_is_late_leads_from_the_alarm_to_its_page_by_a_number_alone(staff: Staff) -> None:
    staff.at("intake").post("/desk/demands/receive", letter(staff.authority("CN")))
    row = Demand.objects.get()
    alarm_late(timezone.now() + timedelta(days=11))
    shown = staff.at("intake").get("/desk/alarms").content.decode()
    assert "A demand is overdue" in shown
    assert f"demand:{row.pk}" in shown
    assert "No. 7" not in shown
    assert "Office of CN" not in shown


def test_the_queue_shows_what_is_due_and_what_is_late(staff: Staff) -> None:
    by = staff.authority("CN")
    staff.at("intake").post("/desk/demands/receive", letter(by, reference="slow"))
    staff.at("intake").post("/desk/demands/receive", letter(by, reference="quick", emergency="on"))
    shown = staff.at("approver").get("/desk/demands/").content.decode()
    assert shown.index("quick") < shown.index("slow")
    assert "emergency" in shown
    assert "overdue" not in shown
    Demand.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert "overdue by 1 hour" in staff.at("approver").get("/desk/demands/").content.decode()


def test_a_refusal_can_say_why_and_everybody_reads_it(staff: Staff, registry: Registry) -> None:  # noqa: F811
    staff.at("intake").post("/desk/demands/receive", letter(staff.authority("CN")))
    row = Demand.objects.get()
    sent = {
        "reasons": ["not_necessary"],
        "reasoning": "A milder way is open.",
        "redacted": "Demand of an office.",
    }
    assert staff.at("reviewer").post(f"/desk/demands/{row.pk}/refuse", sent).status_code == 302
    registry.publish()
    public = Client().get("/register/demands").content.decode()
    row.refresh_from_db()
    assert "A milder way is open." in public
    assert "without names" in public
    assert row.refusal_document in staff.at("intake").get(f"/desk/demands/{row.pk}").content.decode()


@pytest.mark.parametrize(
    ("spoilt", "field"),
    [({"reasons": []}, "reasons"), ({"reasoning": "x" * 5001}, "reasoning"), ({"redacted": "\0"}, "redacted"),
     ({"redacted_file": SimpleUploadedFile("x", b"PK\x03\x04")}, "redacted_file")],
)  # fmt: skip
def test_a_refusal_that_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    staff: Staff, spoilt: dict[str, Any], field: str
) -> None:
    staff.at("intake").post("/desk/demands/receive", letter(staff.authority("CN")))
    row = Demand.objects.get()
    sent = {"reasons": ["not_necessary"], "reasoning": "A milder way is open."} | spoilt
    answer = staff.at("reviewer").post(f"/desk/demands/{row.pk}/refuse", sent)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert 'data-code="' in shown.rsplit(f'data-field="{field}"', 1)[1].split("data-field=")[0]
    assert str(sent["reasoning"])[:20] in shown
    assert not Outbox.objects.filter(type="demand.refused").exists()


def test_what_was_refused_at_once_is_explained_at_its_page(staff: Staff) -> None:
    sent = letter(staff.authority("CN"), confidential="on")
    staff.at("intake").post("/desk/demands/receive", sent)
    row = Demand.objects.get()
    here = f"/desk/demands/{row.pk}"
    assert "It was refused by codes alone." in staff.at("reviewer").get(here).content.decode()
    assert staff.at("reviewer").post(f"{here}/explain", {}).status_code == 422
    done = staff.at("reviewer").post(f"{here}/explain", {"reasoning": "Secrecy is refused."})
    assert done.status_code == 302
    assert "refused by codes alone" not in staff.at("reviewer").get(here).content.decode()


def test_p1_side_by_side_shows_what_is_cut_and_why(staff: Staff) -> None:
    sent = letter(staff.authority("CN"), to_end=new_meeting().slug)
    staff.at("intake").post("/desk/demands/receive", sent)
    shown = staff.at("reviewer").get(f"/desk/demands/{Demand.objects.get().pk}/review").content.decode()
    assert "Beyond the authority’s own territory: Hong Kong (HK)" in shown
    assert "No demand ends a meeting" in shown
    assert "90 days at most" in shown


def test_p2_a_demand_to_end_a_meeting_becomes_a_restriction_signed_by_two(staff: Staff) -> None:
    meeting = new_meeting()
    row = approved(staff, meeting)
    assert row.outbox_id is not None
    assert row.territories == ["CN"]
    assert Demand.objects.get().status == "narrowed"
    meeting.refresh_from_db()
    assert meeting.ended_at is None


def test_p5_neither_the_proposer_nor_one_passkey_approves(staff: Staff) -> None:
    staff.reviewer = member(Role.REVIEWER, Role.APPROVER)
    row = proposed(staff, new_meeting())
    here = f"/desk/demands/restrictions/{row.pk}"
    early = staff.at("approver").post(f"{here}/approve", signature(staff.approver, row))
    assert early.status_code == 409
    staff.at("reviewer").post(f"{here}/sign", signature(staff.reviewer, row))
    own = staff.at("reviewer").post(f"{here}/approve", signature(staff.reviewer, row))
    assert (own.status_code, 'data-code="same_person"' in own.content.decode()) == (403, True)
    assert "data-passkey" not in staff.at("reviewer").get(here).content.decode()
    assert "data-passkey" in staff.at("approver").get(here).content.decode()
    row.refresh_from_db()
    assert row.outbox_id is None


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [({"credential": "AAAA"}, "unknown_passkey"), ({"signature": "AAAA"}, "bad_approval"),
     ({"client_data": "!"}, "bad_approval"), ({"signature": ""}, "bad_approval")],
)  # fmt: skip
def test_p5_what_no_passkey_of_theirs_signed_approves_nothing(
    staff: Staff, spoilt: dict[str, str], code: str
) -> None:
    row = proposed(staff, new_meeting())
    here = f"/desk/demands/restrictions/{row.pk}"
    staff.at("reviewer").post(f"{here}/sign", signature(staff.reviewer, row))
    answer = staff.at("approver").post(f"{here}/approve", signature(staff.approver, row) | spoilt)
    assert (answer.status_code, f'data-code="{code}"' in answer.content.decode()) == (422, True)
    row.refresh_from_db()
    assert row.outbox_id is None


def test_p1_nothing_is_proposed_where_nothing_is_left(staff: Staff) -> None:
    meeting = new_meeting()
    sent = letter(staff.authority("CN"), withhold=meeting.slug, territories="HK TW")
    staff.at("intake").post("/desk/demands/receive", sent)
    row = Demand.objects.get()
    here = f"/desk/demands/{row.pk}"
    staff.at("intake").post(f"{here}/examine")
    staff.at("reviewer").post(f"{here}/review/write", REVIEW)
    answer = staff.at("reviewer").post(f"{here}/targets/{row.targets.get().pk}/propose", PLAN)
    assert answer.status_code == 422
    assert "nothing can be granted" in answer.content.decode()
    assert not Restriction.objects.exists()


def test_without_a_beginning_it_is_in_force_as_soon_as_it_is_approved_and_proven(staff: Staff) -> None:
    until = timezone.now() + timedelta(days=20)
    row = proposed(staff, new_meeting(), begins="", until=f"{until:%Y-%m-%dT%H:%M}")
    here = f"/desk/demands/restrictions/{row.pk}"
    said = "As soon as it is approved and proven"
    assert said in staff.at("approver").get(here).content.decode()
    staff.at("reviewer").post(f"{here}/sign", signature(staff.reviewer, row))
    staff.at("approver").post(f"{here}/approve", signature(staff.approver, row))
    assert said not in staff.at("approver").get(here).content.decode()
    (first, second) = row.approvals.all()
    assert first.at <= second.at
    assert begins(row) == second.at.replace(microsecond=0)


def test_what_was_suspended_is_proposed_again_on_its_page_and_signed_by_two(staff: Staff) -> None:
    made = approved(staff, new_meeting())
    here = f"/desk/demands/restrictions/{made.pk}"
    assert "Propose it again" not in staff.at("reviewer").get(here).content.decode()
    staff.at("approver").post(f"{here}/suspend", {"reason": "appeal"})
    assert "Propose it again" in staff.at("reviewer").get(here).content.decode()
    assert "Propose it again" not in staff.at("approver").get(here).content.decode()
    fields = {"law": "Act 9 art. 1", "reasons": ["public_security"], "only": ""}
    too_long = staff.at("reviewer").post(f"{here}/again", fields | {"until": "2099-06-01T00:00"})
    assert (too_long.status_code, "cannot be used" in too_long.content.decode()) == (422, True)
    answer = staff.at("reviewer").post(f"{here}/again", fields | {"until": "2099-01-10T00:00"})
    row = Restriction.objects.get(renews=made)
    assert answer["Location"].endswith(f"/restrictions/{row.pk}")
    there = f"/desk/demands/restrictions/{row.pk}"
    staff.at("reviewer").post(f"{there}/sign", signature(staff.reviewer, row))
    staff.at("approver").post(f"{there}/approve", signature(staff.approver, row))
    row.refresh_from_db()
    assert (row.outbox_id is not None, row.law) == (True, "Act 9 art. 1")


def test_p5_a_published_copy_with_a_name_in_it_is_taken_down_by_two(staff: Staff) -> None:
    made = approved(staff, new_meeting())
    here = f"/desk/demands/{made.demand_id}/documents"
    fields = {"document": made.document, "reason": "personal_data"}
    assert made.document in staff.at("reviewer").get(here).content.decode()
    assert staff.at("reviewer").post(f"{here}/propose", fields).status_code == 302
    shown = staff.at("approver").get(here).content.decode()
    assert "It says who somebody is" in shown
    which = re.search(r'name="id" value="(\d+)"', shown)
    assert which is not None
    assert Client().get(f"/log/documents/{made.document}").status_code == 200
    staff.at("approver").post(f"{here}/approve", {"id": which[1]})
    assert Client().get(f"/log/documents/{made.document}").status_code == 404
    assert "taken down" in staff.at("reviewer").get(here).content.decode()
    assert staff.at("approver").post(f"{here}/approve", {"id": "x"}).status_code == 404


def test_p6_more_than_ninety_days_is_refused_in_the_form(staff: Staff) -> None:
    with pytest.raises(AssertionError, match="invalid_field"):
        proposed(staff, new_meeting(), until="2099-05-01T00:00")
    assert not Restriction.objects.exists()


def test_a_target_of_another_demand_is_not_there(staff: Staff) -> None:
    row = proposed(staff, new_meeting())
    other = staff.under_review(staff.authority("FR"), withhold(new_meeting()))
    target = other.targets.get().pk
    here = f"/desk/demands/{row.demand_id}"
    assert staff.at("reviewer").get(f"{here}/targets/{target}").status_code == 404
    answer = staff.at("reviewer").post(f"{here}/refuse", {"reasons": ["not_necessary"], "target": target})
    assert answer.status_code == 404
    assert other.targets.get().answer == "open"


def test_refusing_takes_one_person_and_a_reason(staff: Staff) -> None:
    row = staff.under_review(staff.authority("CN"), withhold(new_meeting()), end(new_meeting()))
    here = f"/desk/demands/{row.pk}"
    assert staff.at("reviewer").post(f"{here}/refuse", {}).status_code == 422
    back = []
    for target in row.targets.all():
        sent = {"reasons": ["not_proportionate"], "target": target.pk}
        back.append(staff.at("reviewer").post(f"{here}/refuse", sent).headers["Location"])
    assert back == [f"{here}/review", here]  # to what is still open, then to the whole
    row.refresh_from_db()
    assert row.status == "refused"


@pytest.mark.parametrize("how", ["suspend", "withdraw"])
def test_p7_one_person_undoes_at_once(staff: Staff, how: str) -> None:
    row = approved(staff, new_meeting())
    here = f"/desk/demands/restrictions/{row.pk}"
    assert staff.at("approver").post(f"{here}/{how}", {"reason": "weather"}).status_code == 422
    assert staff.at("approver").post(f"{here}/{how}", {"reason": "review"}).status_code == 302
    assert row.later.get().kind == {"suspend": "suspended", "withdraw": "withdrawn"}[how]


def test_a_correction_only_takes_away(staff: Staff) -> None:
    row = approved(staff, new_meeting())
    here = f"/desk/demands/restrictions/{row.pk}/correct"
    longer = staff.at("reviewer").post(here, {"territories": "", "until": "2099-02-01T00:00"})
    assert (longer.status_code, 'data-code="not_narrower"' in longer.content.decode()) == (422, True)
    assert (
        staff.at("reviewer").post(here, {"territories": "", "until": "2099-01-02T00:00"}).status_code == 302
    )
    assert row.later.get().kind == "corrected"


def appeal(row: Restriction, account: Account | None = None) -> Appeal:
    person = Person(account_id=account.pk if account else None)
    return appeals.file(row.pk, "I am not where you think I am.", person, timezone.now(), not_here=True)[0]


RULING = {"outcome": "rejected", "answer": "It is as it was decided before.", "territories": "", "until": ""}


def test_who_took_part_neither_reads_nor_decides_an_appeal(staff: Staff) -> None:
    staff.approver = member(Role.APPROVER, Role.APPEALS)
    made = appeal(approved(staff, new_meeting()))
    here = f"/desk/demands/appeals/{made.pk}"
    for answer in (staff.at("approver").get(here), staff.at("approver").post(f"{here}/decide", RULING)):
        assert answer.status_code == 403
        assert "not where you think" not in answer.content.decode()
    made.refresh_from_db()
    assert made.decided_at is None


@pytest.mark.parametrize(
    ("outcome", "fields"),
    [("rejected", {}), ("restriction_corrected", {"until": "2099-01-02T00:00"}),
     ("restriction_withdrawn", {}), ("exemption_granted", {})],
)  # fmt: skip
def test_p7_an_appeal_is_decided_with_reasons_and_at_once(
    staff: Staff, outcome: str, fields: dict[str, str]
) -> None:
    row = approved(staff, new_meeting())
    person = Account.objects.create_user("somebody@example.org")
    made = appeal(row, person)
    here = f"/desk/demands/appeals/{made.pk}"
    shown = staff.at("appeals").get(here).content.decode()
    assert "not where you think" in shown
    assert person.email not in shown
    answer = staff.at("appeals").post(f"{here}/decide", RULING | {"outcome": outcome} | fields)
    assert answer.status_code == 302, answer.content.decode()
    made.refresh_from_db()
    assert made.outcome == outcome
    assert Exemption.objects.count() == (outcome == "exemption_granted")


def test_an_exemption_for_nobody_is_refused_in_the_form(staff: Staff) -> None:
    made = appeal(approved(staff, new_meeting()))
    sent = RULING | {"outcome": "exemption_granted"}
    assert staff.at("appeals").post(f"/desk/demands/appeals/{made.pk}/decide", sent).status_code == 422


def test_p9_no_page_tells_whether_anybody_was_there(staff: Staff) -> None:
    """The pages are the same, byte for byte, whether somebody is in the meeting and was kept out, or not."""
    meeting = new_meeting()
    row = approved(staff, meeting)
    made = appeal(row)
    addresses = [
        "/desk/demands/", f"/desk/demands/{row.demand_id}", f"/desk/demands/{row.demand_id}/review",
        f"/desk/demands/restrictions/{row.pk}",
    ]  # fmt: skip
    before = [pages(staff.at("reviewer"), address) for address in addresses]
    before.append(pages(staff.at("appeals"), f"/desk/demands/appeals/{made.pk}"))
    Presence.objects.create(
        meeting=meeting, grant_digest=uuid4().hex, grant_expires_at=timezone.now(), display_name="Noor",
        state="active", decided_revision=1, created_at=timezone.now(),
    )  # fmt: skip
    Restriction.objects.update(effects=12345)
    Meeting.objects.update(withheld_count=1, refused_count=54321)
    after = [pages(staff.at("reviewer"), address) for address in addresses]
    after.append(pages(staff.at("appeals"), f"/desk/demands/appeals/{made.pk}"))
    assert after == before


def pages(client: Any, address: str) -> str:
    """Without what differs each time: the forgery token, and the minute."""
    import re

    answer = client.get(address)
    assert answer.status_code == 200
    shown = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return re.sub(r"\d\d:\d\d UTC", "", shown)


# ---------------------------------------------------------------- what the second person signs


def test_p5_the_second_person_reads_what_they_sign_before_they_do(staff: Staff) -> None:
    """The decision as it is published, what was asked and cut beside it, and the redacted copy."""
    row = proposed(staff, new_meeting())
    page = staff.at("approver").get(f"/desk/demands/restrictions/{row.pk}").content.decode()
    for answer in ("The law named allows it there.", "Nothing milder would do here."):
        assert answer in page
    assert "End a meeting × 1" in page
    assert "Beyond the authority’s own territory: Hong Kong (HK)" in page
    assert "Shorter than asked." in page
    redacted = Review.objects.get(demand=row.demand_id).redacted
    for name in (row.document, redacted):
        assert f'href="/log/documents/{name}"' in page


def test_p5_what_is_shown_is_the_document_that_is_signed_and_not_a_row(staff: Staff) -> None:
    row = proposed(staff, new_meeting())
    Review.objects.update(legality="Something else, changed by hand.")
    here = f"/desk/demands/restrictions/{row.pk}"
    page = staff.at("approver").get(here).content.decode()
    assert "The law named allows it there." in page
    assert "changed by hand" not in page
    Document.objects.filter(sha256=row.document).delete()
    assert "Do not sign" in staff.at("approver").get(here).content.decode()


@pytest.mark.parametrize("who", ["intake", "reviewer", "approver", "appeals"])
def test_every_reader_of_a_demand_finds_its_redacted_copy(staff: Staff, who: str) -> None:
    row = proposed(staff, new_meeting())
    redacted = Review.objects.get(demand=row.demand_id).redacted
    for path in (f"/desk/demands/{row.demand_id}", f"/desk/demands/{row.demand_id}/review"):
        page = staff.at(who).get(path).content.decode()
        assert f'href="/log/documents/{redacted}"' in page, path
