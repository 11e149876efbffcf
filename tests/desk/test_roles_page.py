"""The pages of roles and of the audit trail."""

import pytest

from bailiwick.accounts.models import Account
from bailiwick.accounts.queries import roles_of
from bailiwick.accounts.roles import Role
from tests.desk.conftest import AtDesk

pytestmark = pytest.mark.django_db


def test_p5_two_administrators_give_and_take_a_role_on_the_page(
    administrators: tuple[Account, Account], other: Account, at_desk: AtDesk
) -> None:
    ada, ben = map(at_desk, administrators)
    assert ada.post("/desk/roles/propose", {"email": other.email, "role": "approver"}).status_code == 302
    grant = other.grants.get().pk
    own = ada.post("/desk/roles/confirm", {"id": grant})
    assert (own.status_code, "second person" in own.content.decode()) == (403, True)
    assert ben.post("/desk/roles/confirm", {"id": grant}).status_code == 302
    assert roles_of(other.pk) == {Role.APPROVER}
    assert ben.post("/desk/roles/removal/propose", {"id": grant}).status_code == 302
    assert ben.post("/desk/roles/removal/confirm", {"id": grant}).status_code == 403
    assert ada.post("/desk/roles/removal/confirm", {"id": grant}).status_code == 302
    assert roles_of(other.pk) == frozenset()


@pytest.mark.parametrize(
    ("email", "role", "code"),
    [
        ("nobody@example.org", "intake", "no_confirmed_account"),
        ("Ada@example.org", "intake", "own_role"),
        ("Ben@example.org", "administrator", "role_held"),
        ("Ben@example.org", "auditor", "role_conflict"),
        ("ben@example.org", "emperor", "invalid_choice"),
    ],
)
def test_the_form_says_what_is_wrong(
    email: str, role: str, code: str, administrators: tuple[Account, Account], at_desk: AtDesk
) -> None:
    answer = at_desk(administrators[0]).post("/desk/roles/propose", {"email": email, "role": role})
    assert answer.status_code == 422
    assert f'data-code="{code}"' in answer.content.decode()


def test_the_page_offers_nobody_to_confirm_their_own_proposal_or_role(
    administrators: tuple[Account, Account], other: Account, at_desk: AtDesk
) -> None:
    ada, ben = administrators
    at_desk(ada).post("/desk/roles/propose", {"email": other.email, "role": "intake"})
    assert "/desk/roles/confirm" not in at_desk(ada).get("/desk/roles").content.decode()
    assert "/desk/roles/confirm" in at_desk(ben).get("/desk/roles").content.decode()
    at_desk(ada).post("/desk/roles/discard", {"id": other.grants.get().pk})
    at_desk(ada).post("/desk/roles/propose", {"email": ben.email, "role": "intake"})
    assert "/desk/roles/confirm" not in at_desk(ben).get("/desk/roles").content.decode()


def test_the_trail_names_who_did_what_to_which_number(
    administrators: tuple[Account, Account], other: Account, members: dict[str, Account], at_desk: AtDesk
) -> None:
    at_desk(administrators[0]).post("/desk/roles/propose", {"email": other.email, "role": "intake"})
    shown = at_desk(members["auditor"]).get("/desk/audit").content.decode()
    assert "role.proposed_intake" in shown
    assert f"account:{other.pk}" in shown
    assert other.email not in shown
    assert "role.given_by_command_line" in shown


def test_the_trail_is_read_page_by_page(administrators: tuple[Account, Account], at_desk: AtDesk) -> None:
    from bailiwick.accounts.actions.audit import audit
    from tests.apps.conftest import NOW

    for number in range(150):
        audit(administrators[0].pk, "test.happened", f"number:{number}", NOW)
    client = at_desk(administrators[0])
    first = client.get("/desk/audit").content.decode()
    assert "number:149" in first
    assert "number:49<" not in first
    older = first.partition('href="?before=')[2].partition('"')[0]
    second = client.get(f"/desk/audit?before={older}").content.decode()
    assert "number:49<" in second
    assert "number:50<" not in second
