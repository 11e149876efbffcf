"""Who is signed in, for views that are behind login_required."""

from uuid import UUID

from django.http import HttpRequest

from bailiwick.accounts.queries import Account


def owner(request: HttpRequest) -> Account:
    """The account behind the request. PermissionError without one: a view forgot login_required."""
    if not isinstance(request.user, Account):
        raise PermissionError("nobody is signed in")
    return request.user


def account_id(request: HttpRequest) -> UUID:
    """Its id."""
    return owner(request).pk
