"""The passkeys that members of staff registered, as COSE keys; and the one site on which they are used."""

from urllib.parse import urlsplit
from uuid import UUID

import fido2.cbor
from allauth.mfa.models import Authenticator
from django.conf import settings

from bailiwick.ledger.roll import roll_now
from bailiwick.signing.assertions import Assertion, Site, is_supported, verify
from bailiwick.signing.errors import BadAssertion

from .errors import BadApproval, NoSigner, UnknownPasskey
from .models import Signature, Signer


def site() -> Site:
    """This server, as passkeys know it."""
    parts = urlsplit(settings.PUBLIC_URL)
    return Site(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


def passkeys_of(account_id: UUID) -> frozenset[bytes]:
    """The COSE public keys of an account's passkeys, as far as their approvals can be checked."""
    rows = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.WEBAUTHN)
    found = (row.wrap().authenticator_data.credential_data for row in rows)
    made = (fido2.cbor.encode(dict(each.public_key)) for each in found if each is not None)
    return frozenset(key for key in made if is_supported(key))


def check_signed(account_id: UUID, assertion: Assertion, statement: bytes) -> None:
    """That this account signed this text, on our pages, with a passkey it registered.

    Raises:
        UnknownPasskey, BadApproval.
    """
    if assertion.public_key not in passkeys_of(account_id):
        raise UnknownPasskey
    try:
        verify(assertion, statement, site())
    except BadAssertion as error:
        raise BadApproval(str(error)) from None


def check_signs(account_id: UUID, assertion: Assertion, statement: bytes) -> None:
    """The same, with a passkey whose approvals count.

    Raises:
        UnknownPasskey, BadApproval, NoSigner.
    """
    check_signed(account_id, assertion, statement)
    if not roll_now().may_sign(assertion.key):
        raise NoSigner


def key_on_roll(account_id: UUID) -> str | None:
    """The one of an account's passkeys that may sign, as the log names it."""
    on_roll = roll_now()
    own = Signer.objects.filter(account_id=account_id, outbox_id__isnull=False).values_list("key", flat=True)
    return next((key for key in own if on_roll.may_sign(key)), None)


def signed_with(row: Signature) -> Assertion:
    """What the passkey answered, as it is kept."""
    return Assertion(
        bytes(row.public_key), bytes(row.authenticator_data), bytes(row.client_data), bytes(row.signature)
    )
