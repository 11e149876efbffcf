"""Who may sign, at the desk's pages: through HTTP, as people use them (P5)."""

from typing import Any

import pytest
from django.test import Client

from bailiwick.accounts.roles import Role
from bailiwick.ledger.entries import statement
from bailiwick.ledger.roll import roll_now
from bailiwick.orders.entries import signer_statement
from bailiwick.orders.models import Restriction, Signer
from tests.desk.kit_demands import Staff, browser, text
from tests.orders.conftest import registry  # noqa: F401 (fixture)
from tests.orders.desk import Member, approval, member, withhold
from tests.orders.kit import Registry, new_meeting

pytestmark = pytest.mark.django_db
HERE = "/desk/demands/signers"


@pytest.fixture(autouse=True)
def _served(settings: Any) -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def staff(registry: Registry) -> Staff:  # noqa: F811 (fixture)
    return Staff()


@pytest.fixture
def newcomer(registry: Registry) -> Member:  # noqa: F811 (fixture)
    return member(Role.APPROVER, signs=False)


def sign(who: Member, row: Signer, act: str) -> Any:
    made = who.passkey.approve(statement(signer_statement(row)))
    sent = {
        "credential": text(b"credential"),
        "authenticator_data": text(made.authenticator_data),
        "client_data": text(made.client_data),
        "signature": text(made.signature),
    }
    return browser(who).post(f"{HERE}/{row.pk}/{act}", sent)


def proposed(who: Member) -> Signer:
    client = browser(who)
    number = client.get(HERE).content.decode().split('name="passkey" value="')[1].split('"')[0]
    assert client.post(f"{HERE}/propose", {"passkey": number}).status_code == 302
    return Signer.objects.get(account=who.account)


def read(client: Client, path: str = HERE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_p5_a_passkey_is_proposed_shown_and_approved_by_two(staff: Staff, newcomer: Member) -> None:
    row = proposed(newcomer)
    here = f"{HERE}/{row.pk}"
    assert "Show your passkey" in read(browser(newcomer), here)
    assert "Approve with your passkey" not in read(staff.at("reviewer"), here)
    assert sign(newcomer, row, "prove").status_code == 302
    page = read(staff.at("reviewer"), here)
    assert "Approve with your passkey" in page
    assert "Compare the fingerprint with its holder" in page
    assert "Approve with your passkey" not in read(browser(newcomer), here)
    for who in (staff.reviewer, staff.appeals):
        assert sign(who, row, "approve").status_code == 302
    assert roll_now().may_sign(row.key)
    assert newcomer.account.email in read(staff.at("intake"))


def test_whoever_may_not_sign_is_told_what_to_do_where_they_would_sign(
    staff: Staff, newcomer: Member
) -> None:
    made = staff.signed(staff.under_review(staff.authority(), withhold(new_meeting())))
    here = f"/desk/demands/restrictions/{made.pk}"
    page = read(browser(newcomer), here)
    assert "You have no passkey that may sign." in page
    assert f'href="{HERE}"' in page
    made_by = approval(newcomer, made)
    sent = {
        "credential": text(b"credential"),
        "authenticator_data": text(made_by.authenticator_data),
        "client_data": text(made_by.client_data),
        "signature": text(made_by.signature),
    }
    answer = browser(newcomer).post(f"{here}/approve", sent)
    assert answer.status_code == 409
    assert 'data-code="no_signer"' in answer.content.decode()
    assert f'href="{HERE}"' in answer.content.decode()
    assert Restriction.objects.get(pk=made.pk).outbox_id is None


def test_one_person_removes_a_passkey_at_once(staff: Staff) -> None:
    key = staff.reviewer.passkey.approve(b"").key
    answer = staff.at("intake").post(f"{HERE}/remove", {"key": key, "reason": "lost"})
    assert answer.status_code == 302
    assert not roll_now().may_sign(key)
    again = staff.at("intake").post(f"{HERE}/remove", {"key": key, "reason": "lost"})
    assert again.status_code == 409


@pytest.mark.parametrize("sent", [{}, {"key": "0", "reason": "lost"}, {"key": "0" * 64, "reason": "tired"}])
def test_a_removal_that_makes_no_sense_is_refused(staff: Staff, sent: dict[str, str]) -> None:
    assert staff.at("intake").post(f"{HERE}/remove", sent).status_code == 422


def test_the_page_says_whose_passkey_should_be_removed(staff: Staff) -> None:
    staff.appeals.account.is_active = False
    staff.appeals.account.save()
    page = read(staff.at("intake"))
    assert "has no role for this any more" in page
    assert "Nobody here knows whose it is" in page, "the two with which the roll began are nobody's here"


def test_without_two_that_may_sign_the_desk_says_how_it_begins(staff: Staff, settings: Any) -> None:
    settings.ENV = {**settings.ENV, "DEMANDS": "on"}
    for each in roll_now().now():
        staff.at("intake").post(f"{HERE}/remove", {"key": each.key, "reason": "left"})
    assert "bailiwick signers begin" in read(staff.at("intake"))
    assert "Fewer than two may sign" in read(staff.at("intake"), "/desk/demands/")


def test_nobody_discards_what_was_approved(staff: Staff) -> None:
    row = Signer.objects.filter(account=staff.reviewer.account).get()
    assert staff.at("intake").post(f"{HERE}/{row.pk}/discard").status_code == 404


def test_a_passkey_that_is_not_ones_own_is_not_proposed(staff: Staff, newcomer: Member) -> None:
    for number in ("", "999999", "x"):
        assert browser(newcomer).post(f"{HERE}/propose", {"passkey": number}).status_code == 422
    assert not Signer.objects.filter(account=newcomer.account).exists()
