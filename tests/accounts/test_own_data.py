"""Taking one's data away, and deleting one's account."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from bailiwick.accounts.actions import roles, suspensions
from bailiwick.accounts.models import Account, Audit, Suspension
from bailiwick.accounts.roles import Role
from bailiwick.ledger.models import Outbox, Salt
from bailiwick.meetings.actions import schedule
from bailiwick.meetings.models import CoHost, Invitation, Meeting, Presence, PresenceState
from tests.accounts.test_suspensions import WHY
from tests.apps.conftest import NOW, SignIn, account
from tests.desk.conftest import Members

pytestmark = pytest.mark.django_db
PASSWORD = "a good passphrase"
SURE = {"password": PASSWORD, "sure": "on"}


def inside(meeting: Meeting, who: Account | None, **fields: object) -> Presence:
    made = {"state": PresenceState.ACTIVE, "grant_digest": f"d{Presence.objects.count()}", **fields}
    return Presence.objects.create(
        meeting=meeting,
        account=who,
        grant_expires_at=NOW,
        decided_revision=1,
        created_at=NOW,
        joined_at=NOW,
        **made,
    )


def exported(client: Client) -> dict[str, Any]:
    answer = client.get("/accounts/data/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bailiwick-account.json"'
    assert "no-store" in answer.headers["Cache-Control"]
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_the_export_has_the_account_and_its_meetings(
    host: Account, meeting: Meeting, sign_in: SignIn
) -> None:
    Invitation.objects.create(meeting=meeting, email="guest@example.com", token_digest="0" * 64)
    made = exported(sign_in(host))
    assert made["account"]["email"] == host.email
    assert made["account"]["addresses"] == [{"email": host.email, "verified": True, "primary": True}]
    (hosted,) = made["meetings"]["hosted"]
    assert hosted["title"] == meeting.title
    assert [each["email"] for each in hosted["invitations"]] == ["guest@example.com"]


def test_the_export_has_no_secret_and_nothing_of_others(
    host: Account, co_host: Account, meeting: Meeting, members: Members, sign_in: SignIn
) -> None:
    Invitation.objects.create(meeting=meeting, email="guest@example.com", token_digest="0" * 64)
    inside(meeting, None, display_name="Somebody Else", device_digest="d" * 64)
    Suspension.objects.create(
        account=host, ground="spam", source="notice", facts="f", terms="t", automated=False,
        proposed_by=members["reviewer"], proposed_at=NOW,
    )  # fmt: skip
    text = json.dumps(exported(sign_in(host)))
    for secret in (
        host.password,
        "0" * 64,
        "Somebody Else",
        "d" * 64,
        co_host.email,
        members["reviewer"].email,
    ):
        assert secret not in text


def test_every_table_that_names_an_account_is_exported_or_excused() -> None:
    """A new table with somebody's account in it must be looked at by whoever makes it."""
    from django.apps import apps

    excused = {
        "accounts.RoleGrant": "exported by its holder; who gave it is in their own acts",
        "accounts.Suspension": "exported by its account; who decided is in their own acts",
        "accounts.SuspensionAppeal": "who decided is in their own acts",
        "notices.Alarm": "who dealt with it is in their own acts",
        "meetings.Report": "others said it of them, in confidence; emptied when dealt with",
        "meetings.ServerRule": "who decided is in their own acts",
        "orders.Authority": "who decided is in their own acts",
        "orders.AuthorityChange": "who decided is in their own acts",
        "orders.Demand": "who decided is in their own acts",
        "orders.Target": "what an authority asked is the authority's; the owner is told of what is granted",
        "orders.Restriction": "who decided is in their own acts",
        "orders.Approval": "who decided is in their own acts",
        "orders.Later": "who decided is in their own acts",
        "orders.Review": "who decided is in their own acts",
        "orders.Takedown": "who decided is in their own acts",
        "orders.SignerApproval": "who decided is in their own acts",
    }
    known = {
        "account.EmailAddress", "mfa.Authenticator", "meetings.Meeting", "meetings.CoHost",
        "meetings.Presence", "meetings.Block", "meetings.Mailed", "orders.Exemption", "orders.Appeal",
            "orders.Signer",
    }  # fmt: skip
    naming = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is Account
    }
    assert naming <= known | excused.keys(), naming - known - excused.keys()


def test_an_export_needs_a_session_and_is_of_its_own_account(
    host: Account, other: Account, sign_in: SignIn
) -> None:
    assert Client().get("/accounts/data/export").status_code == 302
    assert exported(sign_in(other))["account"]["email"] == other.email


def test_staff_find_their_own_acts_in_it(members: Members, sign_in: SignIn) -> None:
    ada = members._by[0]
    roles.propose(ada.pk, members["nobody"].email, Role.INTAKE, NOW)
    acts = exported(sign_in(ada))["account"]["acts_as_staff"]
    assert acts[-1]["code"] == "role.proposed_intake" or acts[0]["code"] == "role.proposed_intake"


def test_the_page_says_before_what_becomes_of_each_meeting(
    host: Account, meeting: Meeting, sign_in: SignIn
) -> None:
    schedule.create(host.pk, {"title": "Alone"})
    schedule.create(host.pk, {"title": "Running"})
    inside(Meeting.objects.get(title="Running"), None)
    shown = sign_in(host).get("/accounts/data").content.decode()
    assert f"goes on as {CoHost.objects.get().label}" in shown
    assert "its link stops working" in shown
    assert "people are inside" in shown
    assert "/accounts/data/delete" not in shown


def test_p2_deleting_an_account_ends_no_meeting_with_people_in_it(
    host: Account, meeting: Meeting, sign_in: SignIn
) -> None:
    inside(meeting, None)
    answer = sign_in(host).post("/accounts/data/delete", SURE)
    assert answer.status_code == 409
    assert "People are inside" in answer.content.decode()
    assert Meeting.objects.get().host == host


def test_p9_no_meeting_is_handed_to_whom_its_host_knew_by_a_name_alone(
    host: Account, meeting: Meeting, sign_in: SignIn
) -> None:
    """The next calendar that goes out would have their address."""
    CoHost.objects.update(label="Pseudonym")
    assert sign_in(host).post("/accounts/data/delete", SURE).status_code == 302
    assert not Meeting.objects.exists()


def test_deleting_hands_meetings_on_and_deletes_the_rest(
    host: Account,
    co_host: Account,
    meeting: Meeting,
    sign_in: SignIn,
    django_capture_on_commit_callbacks: Any,
) -> None:
    schedule.create(host.pk, {"title": "Alone"})
    client = sign_in(host)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/accounts/data/delete", SURE).status_code == 302
    assert not Account.objects.filter(pk=host.pk).exists()
    assert [(row.title, row.host) for row in Meeting.objects.all()] == [(meeting.title, co_host)]
    assert not CoHost.objects.exists()
    assert [letter.to for letter in mail.outbox] == [[co_host.email]]
    assert client.get("/meetings/").status_code == 302
    assert sign_in(co_host).get(f"/meetings/{meeting.slug}/edit").status_code == 200
    assert not EmailAddress.objects.filter(email=host.email).exists()
    assert Audit.objects.filter(code="account.deleted", subject=f"account:{host.pk}").exists()


def test_who_deletes_their_account_stays_where_they_are_a_guest(
    host: Account, other: Account, meeting: Meeting, sign_in: SignIn
) -> None:
    there = inside(meeting, other)
    sign_in(other).post("/accounts/data/delete", SURE)
    there.refresh_from_db()
    assert (there.account_id, there.state) == (None, PresenceState.ACTIVE)


@pytest.mark.parametrize(
    "given", [{}, {"password": PASSWORD}, {"password": "wrong", "sure": "on"}, {"sure": "on"}]
)
def test_it_takes_the_password_and_a_word(given: dict[str, str], other: Account, sign_in: SignIn) -> None:
    assert sign_in(other).post("/accounts/data/delete", given).status_code == 422
    assert Account.objects.filter(pk=other.pk).exists()


def test_a_password_is_not_guessed_there(other: Account, sign_in: SignIn) -> None:
    client = sign_in(other)
    for _ in range(10):
        client.post("/accounts/data/delete", {"password": "wrong", "sure": "on"})
    assert client.post("/accounts/data/delete", SURE).status_code == 429
    assert Account.objects.filter(pk=other.pk).exists()


def test_whoever_holds_a_role_gives_it_back_first(members: Members, sign_in: SignIn) -> None:
    client = sign_in(members["approver"])
    assert "Two administrators take it away first" in client.get("/accounts/data").content.decode()
    assert client.post("/accounts/data/delete", SURE).status_code == 409


def test_p5_of_former_staff_a_number_stays_so_that_two_people_can_be_told_apart(
    members: Members, host: Account, sign_in: SignIn
) -> None:
    ada, ben = members._by
    reviewer = members["reviewer"]
    made = suspensions.propose(reviewer.pk, host.email, WHY, authority_prompted=False, now=NOW)
    suspensions.approve(members["approver"].pk, made, authority_prompted=False, now=NOW)
    grant = reviewer.grants.get()
    roles.propose_removal(ada.pk, grant.pk, NOW)
    roles.confirm_removal(ben.pk, grant.pk, NOW)
    assert sign_in(reviewer).post("/accounts/data/delete", SURE).status_code == 302
    left = Account.objects.get(pk=reviewer.pk)
    assert (left.email, left.display_name) == (f"{left.pk}@deleted.invalid", "")
    assert not left.has_usable_password()
    assert not left.is_active
    assert not left.emailaddress_set.exists()
    assert Suspension.objects.get().proposed_by == left


def test_deleting_erases_what_the_public_log_could_have_been_opened_with(
    members: Members, host: Account, sign_in: SignIn
) -> None:
    made = suspensions.propose(members["reviewer"].pk, host.email, WHY, authority_prompted=False, now=NOW)
    suspensions.approve(members["approver"].pk, made, authority_prompted=False, now=NOW)
    suspensions.reinstate(members["appeals"].pk, made, datetime.now(UTC))
    assert Salt.objects.count() == 1
    sign_in(Account.objects.get(pk=host.pk)).post("/accounts/data/delete", SURE)
    assert not Account.objects.filter(pk=host.pk).exists()
    assert not Salt.objects.exists()
    assert Outbox.objects.filter(type__startswith="account.").count() == 2


def test_p2_no_member_of_staff_can_delete_an_account() -> None:
    """Nothing at the desk imports it; the one caller asks for the owner's own password."""
    from pathlib import Path

    import bailiwick

    source = Path(str(bailiwick.__file__)).parent
    users = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if re.search(r"import deletion|actions\.deletion", path.read_text(encoding="utf-8"))
    }
    assert users == {"web/views/own_data.py"}


def test_a_fresh_account_can_be_deleted(sign_in: SignIn) -> None:
    who = account("Brief")
    assert sign_in(who).post("/accounts/data/delete", SURE).headers["Location"] == "/"
    assert not Account.objects.filter(pk=who.pk).exists()
