"""`bailiwick admin EMAIL`: the first administrators of a server.

Nothing that matters can be done by one person alone (P5), so a server needs two before either can do it: this
command makes those. Whoever can run it can read and write the database anyway.
"""

from __future__ import annotations

import getpass
import secrets
import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Final

from bailiwick.config.django_ready import make_ready

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    from bailiwick.accounts.models import Account

    Subparsers = _SubParsersAction[ArgumentParser]

FAILED: Final = 1
ENOUGH: Final = 2
"""Administrators there may be before this command no longer makes one."""


def register(subparsers: Subparsers) -> None:
    """Add `admin`."""
    parser = subparsers.add_parser(
        "admin",
        help="make a first administrator",
        description="Make an account an administrator; it is made if there is none with this address. "
        f"Works until there are {ENOUGH}: from then on, two of them decide together.",
    )
    parser.add_argument("email", metavar="EMAIL")
    parser.add_argument(
        "--ask", action="store_true", help="ask for the password instead of making one and printing it"
    )
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    make_ready()
    from django.core.exceptions import ValidationError

    try:
        password = _make(options.email, ask=options.ask)
    except ValidationError as error:
        print(f"bailiwick admin: {' '.join(error.messages)}", file=sys.stderr)
        return FAILED
    print(f"{options.email} is an administrator.")
    if password:
        print(f"Password, shown this once; change it after signing in: {password}")
    return 0


def _make(email: str, *, ask: bool) -> str:
    """Give the role; the password if one was made. Raises ValidationError."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email
    from django.db import transaction

    from bailiwick.accounts.queries import administrators, by_confirmed_email, by_email

    validate_email(email)
    with transaction.atomic():
        if len(administrators()) >= ENOUGH:
            raise ValidationError(f"there are {ENOUGH} administrators; further ones are made by two of them")
        account = by_confirmed_email(email)
        if account is None and by_email(email) is not None:
            # anybody can sign up with an address that is likely to be made administrator
            raise ValidationError(
                "there is an account with this address that nobody has confirmed, so it may be a stranger's;"
                " confirm the address (the account's page under “E-mail”) or give another one"
            )
        made = "" if account else _password(ask=ask)
        account = account or make_account(email, made)
        _give_role(account)
    return "" if ask else made


def _give_role(account: Account) -> None:
    from django.core.exceptions import ValidationError
    from django.utils import timezone

    from bailiwick.accounts.actions.roles import grant_by_command_line
    from bailiwick.accounts.errors import RoleConflict, RoleHeld

    try:
        grant_by_command_line(account.pk, timezone.now())
    except RoleHeld:
        raise ValidationError("this account is an administrator already, or proposed as one") from None
    except RoleConflict:
        raise ValidationError("this account is an auditor, who changes nothing; give another one") from None


def _password(*, ask: bool) -> str:
    from django.contrib.auth.password_validation import validate_password

    if not ask:
        return secrets.token_urlsafe(12)
    password = getpass.getpass("Password: ")
    validate_password(password)
    return password


def make_account(email: str, password: str | None = None, display_name: str = "") -> Account:
    """An account whose address counts as confirmed: whoever runs this vouches for it."""
    from allauth.account.models import EmailAddress

    from bailiwick.accounts.models import Account

    account = Account.objects.create_user(email, password, display_name=display_name)
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return account
