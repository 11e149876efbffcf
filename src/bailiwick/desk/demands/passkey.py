"""Signing in a page: what a passkey is asked for, and what it answered."""

from collections.abc import Iterable

from django.http import HttpRequest

from bailiwick.accounts.queries import Passkey, passkeys
from bailiwick.desk.access import Member
from bailiwick.orders.errors import BadApproval, UnknownPasskey
from bailiwick.orders.registered import site
from bailiwick.orders.signer_queries import may_sign
from bailiwick.signing.assertions import Assertion
from bailiwick.signing.statements import to_base64url

from .forms import SignatureForm


def asked(act: str, keys: Iterable[Passkey]) -> dict[str, str]:
    """What the page asks for. `act`: the name of the form's address; without `keys`, there is none to ask."""
    known = ",".join(to_base64url(each.credential_id) for each in keys)
    return {"act": act, "credentials": known, "rp": site().rp_id}


def those_that_sign(member: Member) -> list[Passkey]:
    """Their passkeys whose approvals count."""
    own = passkeys(member.id)
    counting = may_sign(each.key for each in own)
    return [each for each in own if each.key in counting]


def assertion(request: HttpRequest, member: Member) -> Assertion:
    """What the passkey answered, with the public key that this account registered for it.

    Raises:
        BadApproval, UnknownPasskey.
    """
    form = SignatureForm(request.POST)
    if not form.is_valid():
        raise BadApproval("not an assertion")
    data = form.cleaned_data
    known = {each.credential_id: each.public_key for each in passkeys(member.id)}
    if data["credential"] not in known:
        raise UnknownPasskey
    return Assertion(
        known[data["credential"]], data["authenticator_data"], data["client_data"], data["signature"]
    )
