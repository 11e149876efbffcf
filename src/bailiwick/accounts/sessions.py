"""Who a session cookie belongs to, for the parts that Django's middleware does not run for."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user

from .models import Account
from .names import clean_name


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody signed in, by their account."""

    id: UUID
    display_name: str


class _Request:
    """As much of a request as `django.contrib.auth.get_user` reads."""

    def __init__(self, session: Any) -> None:
        self.session = session


def signed_in(session_key: str | None) -> SignedIn | None:
    """The account a session belongs to; None without one, or when it ended or the password changed."""
    if not session_key:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    if SESSION_KEY not in session:
        return None
    account = get_user(_Request(session))  # type: ignore[arg-type]  # reads `session` only
    if not isinstance(account, Account):
        return None
    return SignedIn(account.pk, clean_name(account.display_name))
