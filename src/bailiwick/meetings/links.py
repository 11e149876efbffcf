"""Links to a meeting: the public one, and personal ones whose token is in the fragment.

A personal link's token is derived from the server's key, so that it can be sent again, and only its digest
is in the database: a copy of the database opens no meeting. A fragment never reaches a proxy's log.
"""

import hashlib
from base64 import urlsafe_b64encode

from django.utils.crypto import salted_hmac

from .models import Invitation, Meeting


def public(public_url: str, meeting: Meeting) -> str:
    """The link for guests."""
    return f"{public_url}/m/{meeting.slug}"


def personal(public_url: str, invitation: Invitation) -> str:
    """The link for one invited person."""
    return f"{public(public_url, invitation.meeting)}#i={token(invitation)}"


def token(invitation: Invitation) -> str:
    """43 characters of base64url, 256 bits; another one after each revocation."""
    mac = salted_hmac(
        "bailiwick.invitation", f"{invitation.pk.hex}:{invitation.generation}", algorithm="sha256"
    )
    return urlsafe_b64encode(mac.digest()).rstrip(b"=").decode("ascii")


def digest(secret: str) -> str:
    """What the database keeps of a token: SHA-256, hex."""
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
