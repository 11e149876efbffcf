"""The second factor that everybody at the desk needs: is there one, and was it shown in this session?

allauth keeps the keys and asks for them at sign-in; a session older than the first key, or one that began
long ago, has to show one again.
"""

from enum import Enum, auto
from typing import Final
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

GOOD_FOR_SECONDS: Final = 12 * 3600
"""How long a second factor counts: a working day, not the fortnight that a session may last."""
_KINDS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class SecondFactor(Enum):
    """Where somebody stands."""

    MISSING = auto()
    TO_SHOW = auto()
    SHOWN = auto()


def where_to_show(account_id: UUID) -> str:
    """The name of the page that asks for it: a passkey if there is one."""
    keys = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.WEBAUTHN)
    return "mfa_reauthenticate_webauthn" if keys.exists() else "mfa_reauthenticate"


def second_factor(request: HttpRequest, now: float, good_for: float = GOOD_FOR_SECONDS) -> SecondFactor:
    """Of the signed-in account behind the request; `now` in POSIX seconds. One query.

    Recovery codes count where they were used in place of a lost key, but are no second factor of their own.
    """
    if not Authenticator.objects.filter(user_id=request.user.pk, type__in=_KINDS).exists():
        return SecondFactor.MISSING
    used = [
        record for record in get_authentication_records(request, request.user) if record["method"] == "mfa"
    ]
    fresh = any(0 <= now - record["at"] < good_for for record in used)
    return SecondFactor.SHOWN if fresh else SecondFactor.TO_SHOW
