"""The passkeys that members of staff registered, as COSE keys; and the one site on which they are used."""

from urllib.parse import urlsplit
from uuid import UUID

import fido2.cbor
from allauth.mfa.models import Authenticator
from django.conf import settings

from bailiwick.signing.assertions import Assertion, Site, is_supported, verify
from bailiwick.signing.errors import BadAssertion

from .errors import BadApproval, UnknownPasskey


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
