"""Who asks: the session cookie, with the CSRF token where something changes."""

from uuid import UUID

from django.http import HttpRequest
from ninja.security import SessionAuth

from bailiwick.accounts.queries import Account

signed_in = SessionAuth()


def account_id(request: HttpRequest) -> UUID:
    """The account behind a request that `signed_in` let through."""
    if not isinstance(request.user, Account):
        raise PermissionError("nobody is signed in")
    return request.user.pk
