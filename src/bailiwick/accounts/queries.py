"""What others may ask about accounts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from .errors import RoleNeeded
from .models import Account, Audit, RoleGrant
from .passkeys import Passkey, passkeys
from .roles import Role

__all__ = [
    "Account",
    "Act",
    "Grant",
    "Passkey",
    "Role",
    "administrators",
    "by_confirmed_email",
    "by_email",
    "ever_staff",
    "grants",
    "holders",
    "is_staff",
    "passkeys",
    "require",
    "roles_of",
    "staff",
    "trail",
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


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held or proposed, for the page of roles. The three `by`: e-mail addresses, empty for nobody."""

    id: int
    account_id: UUID
    email: str
    role: Role
    by_command_line: bool
    proposed_by: str
    confirmed_by: str
    removal_proposed_by: str
    held: bool


def grants() -> list[Grant]:
    """All that are held or proposed now (one query)."""
    rows = RoleGrant.objects.filter(discarded_at__isnull=True, ended_at__isnull=True)
    people = ("account", "proposed_by", "confirmed_by", "removal_proposed_by")
    return [_grant(row) for row in rows.select_related(*people)]


def _grant(row: RoleGrant) -> Grant:
    return Grant(
        row.pk,
        row.account_id,
        row.account.email,
        Role(row.role),
        row.by_command_line,
        _email(row.proposed_by),
        _email(row.confirmed_by),
        _email(row.removal_proposed_by),
        row.confirmed_at is not None,
    )


def _email(account: Account | None) -> str:
    return account.email if account else ""


@dataclass(frozen=True, slots=True)
class Act:
    """A line of the audit trail; `actor`: an address, an id where the account is gone, or empty for the
    command line and the server itself."""

    id: int
    at: datetime
    actor: str
    code: str
    subject: str
    actor_id: UUID | None


def trail(
    before: int | None = None, limit: int = 100, *, actor: UUID | None = None, code: str = "",
    subject: str = "",
) -> list[Act]:  # fmt: skip
    """The last acts of the staff, newest first, older than row `before` (two queries). `actor`: only theirs;
    `code`, `subject`: only those that begin so."""
    rows = Audit.objects.filter(code__startswith=code, subject__startswith=subject)
    if actor is not None:
        rows = rows.filter(actor=actor)
    found = list((rows if before is None else rows.filter(pk__lt=before))[:limit])
    known = dict(Account.objects.filter(pk__in={row.actor for row in found}).values_list("pk", "email"))
    return [Act(row.pk, row.at, _actor(row.actor, known), row.code, row.subject, row.actor) for row in found]


def _actor(actor: UUID | None, known: dict[UUID, str]) -> str:
    return "" if actor is None else known.get(actor, str(actor))


def ever_staff() -> list[Account]:
    """Everybody who holds or held a role (one query)."""
    ids = RoleGrant.objects.filter(confirmed_at__isnull=False).values("account_id")
    return list(Account.objects.filter(pk__in=ids).order_by("email"))


def staff() -> list[Account]:
    """Everybody who holds a role other than auditor: whom work can be assigned to (one query)."""
    ids = _held().exclude(role=Role.AUDITOR).values("account_id")
    return list(Account.objects.filter(pk__in=ids).order_by("email"))
