"""What others may ask about accounts."""

from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from .errors import RoleNeeded
from .models import Account, RoleGrant
from .roles import Role

__all__ = [
    "Account",
    "Role",
    "administrators",
    "by_confirmed_email",
    "by_email",
    "holders",
    "is_staff",
    "require",
    "roles_of",
]


def by_email(email: str) -> Account | None:
    """The active account with this address, whatever its case. Anybody may have typed that address in at
    sign-up: to trust the account with something because of it, ask `by_confirmed_email`."""
    return Account.objects.filter(email__iexact=email.strip(), is_active=True).first()


def by_confirmed_email(email: str) -> Account | None:
    """The active account whose owner has shown to read this address's mail (or was vouched for on the
    command line); None where nobody has."""
    shown = EmailAddress.objects.annotate(lower=Lower("email")).filter(
        user=OuterRef("pk"), verified=True, lower=Lower(OuterRef("email"))
    )
    found = Account.objects.filter(Exists(shown), email__iexact=email.strip(), is_active=True)
    return found.first()


def roles_of(account_id: UUID) -> frozenset[Role]:
    """The roles an account holds now; none while it is suspended. One query."""
    rows = _held().filter(account_id=account_id)
    return frozenset(map(Role, rows.values_list("role", flat=True)))


def require(account_id: UUID, *roles: Role) -> None:
    """Nothing if the account holds one of the roles.

    Raises:
        RoleNeeded: whatever else it is, superuser included.
    """
    if roles_of(account_id).isdisjoint(roles):
        raise RoleNeeded


def holders(role: Role) -> frozenset[UUID]:
    """The accounts that hold a role now."""
    return frozenset(_held().filter(role=role).values_list("account_id", flat=True))


def is_staff(account_id: UUID) -> bool:
    """Whether the account holds any role."""
    return bool(roles_of(account_id))


def administrators() -> list[str]:
    """Addresses of the administrators, for alarms."""
    rows = _held().filter(role=Role.ADMINISTRATOR).order_by("account__email")
    return list(rows.values_list("account__email", flat=True))


def _held() -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(
        confirmed_at__isnull=False, ended_at__isnull=True, account__is_active=True
    ).order_by()
