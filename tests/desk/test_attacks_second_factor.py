"""A session left open and a password looked over a shoulder: no stranger's passkey is put beside theirs."""

import time
from typing import Any

import pytest
from allauth.account.internal.flows import login
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import get_resolver

from bailiwick.accounts.changing_factors import CHANGING, GOOD_FOR_SECONDS
from bailiwick.accounts.models import Account
from tests.apps.conftest import SignIn

pytestmark = pytest.mark.django_db
PAGES = [
    "webauthn/add/", "webauthn/keys/1/remove/", "webauthn/keys/1/edit/", "totp/activate/", "totp/deactivate/",
    "recovery-codes/", "recovery-codes/generate/", "recovery-codes/download/",
]  # fmt: skip


def session(who: Account, method: str, seconds_ago: float, sign_in: SignIn) -> Client:
    """As if it had been confirmed by that, so long ago."""
    client = sign_in(who)
    found: Any = client.session
    record = {"method": method, "at": time.time() - seconds_ago, "reauthenticated": True}
    found[login.AUTHENTICATION_METHODS_SESSION_KEY] = [record]
    found[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(who)
    found.save()
    return client


@pytest.mark.parametrize("send", ["get", "post"])
@pytest.mark.parametrize("page", PAGES)
def test_p5_a_password_alone_changes_no_second_factor(
    page: str, send: str, administrators: tuple[Account, Account], sign_in: SignIn
) -> None:
    who = administrators[0]
    before = list(Authenticator.objects.values_list("pk", flat=True))
    answer = getattr(session(who, "password", 1, sign_in), send)(f"/accounts/2fa/{page}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/2fa/reauthenticate/?next=%2Faccounts%2F2fa%2F")
    assert list(Authenticator.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize(("ago", "status"), [(5, 200), (GOOD_FOR_SECONDS + 5, 302)])
def test_whoever_just_showed_theirs_adds_another(
    ago: float, status: int, administrators: tuple[Account, Account], sign_in: SignIn
) -> None:
    client = session(administrators[0], "mfa", ago, sign_in)
    assert client.get("/accounts/2fa/webauthn/add/").status_code == status


def test_whoever_has_none_adds_the_first_with_their_password(host: Account, sign_in: SignIn) -> None:
    answer = session(host, "password", 1, sign_in).get("/accounts/2fa/webauthn/add/")
    assert "reauthenticate" not in answer.headers.get("Location", "")


def test_every_page_that_changes_a_factor_is_in_the_table() -> None:
    names = {
        each for each in get_resolver().reverse_dict if isinstance(each, str) and each.startswith("mfa_")
    }
    namely = ("authenticate", "index", "list", "login", "trust", "signup")
    assert {each for each in names if not any(word in each for word in namely)} == CHANGING
