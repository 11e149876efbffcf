"""The pages of suspensions at the desk."""

import pytest

from bailiwick.accounts.models import Account, Suspension
from tests.desk.conftest import AtDesk

pytestmark = pytest.mark.django_db
FORM = {
    "email": "host@example.org",
    "ground": "spam",
    "facts": "Four hundred strangers were invited to sales talks.",
    "section": "3. Do not send what nobody asked for",
    "terms": "No unasked-for mail. The invitations were that.",
    "source": "notice",
    "until": "",
    "authority_prompted": "no",
}


def test_a_reviewer_proposes_an_approver_approves_appeals_reinstates(
    members: dict[str, Account], host: Account, at_desk: AtDesk
) -> None:
    reviewer, approver, appeals = (at_desk(members[role]) for role in ("reviewer", "approver", "appeals"))
    made = reviewer.post("/desk/suspensions/propose", FORM).headers["Location"]
    assert "/approve" not in reviewer.get(made).content.decode()
    shown = approver.get(made).content.decode()
    assert FORM["facts"] in shown
    assert f"{made}/approve" in shown
    assert approver.post(f"{made}/approve", {}).status_code == 422
    assert approver.post(f"{made}/approve", {"authority_prompted": "no"}).headers["Location"] == made
    assert not Account.objects.get(pk=host.pk).is_active
    assert f"{made}/reinstate" in appeals.get(made).content.decode()
    assert appeals.post(f"{made}/reinstate").headers["Location"] == made
    assert Account.objects.get(pk=host.pk).is_active
    assert appeals.post(f"{made}/reinstate").status_code == 404


def test_the_appeal_is_read_and_answered_on_the_page(
    members: dict[str, Account], host: Account, at_desk: AtDesk
) -> None:
    from bailiwick.accounts.actions import suspension_appeals

    made = at_desk(members["reviewer"]).post("/desk/suspensions/propose", FORM).headers["Location"]
    at_desk(members["approver"]).post(f"{made}/approve", {"authority_prompted": "no"})
    row = Suspension.objects.get()
    assert row.approved_at is not None
    suspension_appeals.appeal(row.pk, "They are members of our own association.", row.approved_at)
    for role in ("reviewer", "approver", "auditor"):
        shown = at_desk(members[role]).get(made).content.decode()
        assert "our own association" in shown
        assert f"{made}/decide" not in shown
    client = at_desk(members["appeals"])
    assert f"{made}/decide" in client.get(made).content.decode()
    short = client.post(f"{made}/decide", {"decision": "reinstated", "answer": "yes"})
    assert short.status_code == 422
    given = {"decision": "reinstated", "answer": "They are members, and had asked for it."}
    assert client.post(f"{made}/decide", given).status_code == 302
    assert Account.objects.get(pk=host.pk).is_active


@pytest.mark.parametrize("step", ["propose", "approve"])
def test_p2_a_yes_to_the_question_about_authorities_is_answered_as_a_demand(
    step: str, members: dict[str, Account], host: Account, at_desk: AtDesk
) -> None:
    reviewer, approver = at_desk(members["reviewer"]), at_desk(members["approver"])
    if step == "propose":
        answer = reviewer.post("/desk/suspensions/propose", {**FORM, "authority_prompted": "yes"})
    else:
        made = reviewer.post("/desk/suspensions/propose", FORM).headers["Location"]
        answer = approver.post(f"{made}/approve", {"authority_prompted": "yes"})
    assert answer.status_code == 422
    assert "That is a demand" in answer.content.decode()
    assert "an alarm stays open until somebody has registered the demand" in answer.content.decode()
    assert Account.objects.get(pk=host.pk).is_active


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("authority_prompted", "", "required"),
        ("facts", "spam", "min_length"),
        ("section", "", "required"),
        ("section", "9. Do not annoy anybody", "invalid_choice"),
        ("email", "nobody@example.org", "no_confirmed_account"),
        ("until", "2020-01-01T00:00", "incomplete_statement"),
        ("ground", "opinion", "invalid_choice"),
    ],
)
def test_the_form_says_what_is_wrong(
    field: str, value: str, code: str, members: dict[str, Account], host: Account, at_desk: AtDesk
) -> None:
    answer = at_desk(members["reviewer"]).post("/desk/suspensions/propose", {**FORM, field: value})
    assert answer.status_code == 422
    assert f'data-code="{code}"' in answer.content.decode()
    assert not Suspension.objects.exists()


def test_an_appeal_waits_in_the_list_and_is_answered_after_the_suspension_is_over(
    members: dict[str, Account], host: Account, at_desk: AtDesk
) -> None:
    from bailiwick.accounts.actions import suspension_appeals

    made = at_desk(members["reviewer"]).post("/desk/suspensions/propose", FORM).headers["Location"]
    approver, officer = at_desk(members["approver"]), at_desk(members["appeals"])
    approver.post(f"{made}/approve", {"authority_prompted": "no"})
    row = Suspension.objects.get()
    assert row.approved_at is not None
    suspension_appeals.appeal(row.pk, "They are members of our own association.", row.approved_at)
    approver.post(f"{made}/reinstate")
    listed = officer.get("/desk/suspensions").content.decode()
    assert "Appeals to answer" in listed
    assert "the suspension is over" in listed
    assert f"{made}/decide" in officer.get(made).content.decode()
    given = {"decision": "upheld", "answer": "The list that we have has none of them."}
    assert officer.post(f"{made}/decide", given).status_code == 302
    assert "Appeals to answer" not in officer.get("/desk/suspensions").content.decode()
