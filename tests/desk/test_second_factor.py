"""The desk opens to whoever showed a second factor in this session, not long ago."""

from dataclasses import replace
from hashlib import sha256

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from fido2 import cbor
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from bailiwick.accounts.models import Account
from bailiwick.accounts.queries import passkeys
from bailiwick.accounts.second_factor import GOOD_FOR_SECONDS
from bailiwick.signing.assertions import verify
from tests.apps.conftest import SignIn
from tests.desk.conftest import seated, with_totp
from tests.orders.passkey import SITE, EdDsa, Es256, Passkey

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


@pytest.mark.parametrize("pair", [Es256(), EdDsa()], ids=["ES256", "EdDSA"])
def test_a_registered_passkey_is_given_as_the_cose_key_that_verifies_its_signatures(
    pair: Es256 | EdDsa, other: Account
) -> None:
    """From what allauth stores of a registration to an approval that `orders` accepts (P5)."""
    register(other, pair)
    (found,) = passkeys(other.pk)
    assert (found.name, found.credential_id, found.public_key) == ("Laptop", b"credential", pair.public)
    assert found.key == sha256(pair.public).hexdigest()
    made = Passkey(pair).approve(b"{}")
    verify(replace(made, public_key=found.public_key), b"{}", SITE)


def test_whoever_has_a_passkey_is_asked_for_it(
    administrators: tuple[Account, Account], sign_in: SignIn
) -> None:
    register(administrators[0], Es256())
    answer = sign_in(administrators[0]).get("/desk/")
    assert answer.headers["Location"].startswith("/accounts/2fa/webauthn/reauthenticate/?next=")


def register(who: Account, pair: Es256 | EdDsa) -> None:
    """As allauth stores a registration: Web Authentication Level 2, 6.5.4, attestation "none"."""
    data = AttestedCredentialData.create(b"\0" * 16, b"credential", cbor.decode(pair.public))
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    authenticator = AuthenticatorData.create(sha256(b"localhost").digest(), flags, 0, data)
    attestation = AttestationObject.create("none", authenticator, {})
    client = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    credential = {
        "id": websafe_encode(b"credential"),
        "rawId": websafe_encode(b"credential"),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(attestation),
        },
    }
    Authenticator.objects.create(
        user=who, type=Authenticator.Type.WEBAUTHN, data={"name": "Laptop", "credential": credential}
    )
