"""Deleting an account, at its owner's wish only: no member of staff can, and no authority (P2)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError

from bailiwick.accounts.errors import HoldsRole, WrongPassword
from bailiwick.accounts.models import Account
from bailiwick.accounts.personal import parts
from bailiwick.accounts.queries import roles_of

from .audit import audit


def delete(account_id: UUID, password: str, now: datetime) -> None:
    """Delete an account and all that is its own, at once.

    Where somebody worked at the desk, decisions that others rely on name the account: then a row without
    address, name or password stays, so that two different people can still be told apart.

    Raises:
        WrongPassword; HoldsRole: two administrators take the roles away first. Parts raise their own errors:
        a meeting of theirs in which people are, is ended by nobody's deletion.
    """
    # hashing takes a good part of a second: not while nobody else can write
    if not Account.objects.get(pk=account_id).check_password(password):
        raise WrongPassword(field="password")
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account_id)
        if roles_of(account_id):
            raise HoldsRole
        for part in reversed(parts()):
            part.erase(account_id, now)
        _remove(account)
        audit(None, "account.deleted", f"account:{account_id}", now)


def _remove(account: Account) -> None:
    try:
        with transaction.atomic():
            Account.objects.filter(pk=account.pk).delete()
    except ProtectedError:
        _empty(account)


def _empty(account: Account) -> None:
    account.email, account.display_name, account.time_zone = f"{account.pk}@deleted.invalid", "", "UTC"
    account.is_active = account.is_superuser = False
    account.last_login = None
    account.set_unusable_password()
    account.save()
