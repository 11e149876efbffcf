"""The desk opens to whoever showed a second factor in this session, not long ago."""

import pytest
from django.test import Client

from bailiwick.accounts.models import Account
from bailiwick.accounts.queries import passkeys
from bailiwick.accounts.second_factor import GOOD_FOR_SECONDS
from tests.apps.conftest import SignIn
from tests.desk.conftest import seated, with_totp

pytestmark = pytest.mark.django_db


def test_a_session_without_it_is_sent_to_show_it_and_comes_back(
    administrators: tuple[Account, Account], sign_in: SignIn
) -> None:
    answer = sign_in(administrators[0]).get("/desk/audit?before=7")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fdesk%2Faudit%3Fbefore%3D7"


def test_a_form_sent_without_it_is_not_carried_out(
    administrators: tuple[Account, Account], other: Account, sign_in: SignIn
) -> None:
    client = sign_in(administrators[0])
    answer = client.post("/desk/roles/propose", {"email": other.email, "role": "intake"})
    assert answer.headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fdesk%2F"
    assert not other.grants.exists()


@pytest.mark.parametrize(
    ("ago", "status"), [(0, 200), (GOOD_FOR_SECONDS - 5, 200), (GOOD_FOR_SECONDS + 5, 302)]
)
def test_it_counts_for_half_a_day(ago: float, status: int, administrators: tuple[Account, Account]) -> None:
    assert seated(administrators[0], ago).get("/desk/").status_code == status


def test_a_password_alone_does_not_sign_in_who_has_a_second_factor(
    administrators: tuple[Account, Account],
) -> None:
    client = Client()
    given = {"login": administrators[0].email, "password": "a good passphrase"}
    assert (
        client.post("/accounts/login/", given).headers["Location"].startswith("/accounts/2fa/authenticate/")
    )
    assert client.get("/desk/").status_code == 302


def test_another_accounts_second_factor_does_not_count(administrators: tuple[Account, Account]) -> None:
    ada, ben = administrators
    client = seated(ada)
    client.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/desk/").status_code == 302


def test_an_account_without_passkeys_has_none(other: Account) -> None:
    assert passkeys(with_totp(other).pk) == ()
