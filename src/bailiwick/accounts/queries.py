"""What others may ask about accounts."""

from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower

from .models import Account

__all__ = ["Account", "administrators", "by_confirmed_email", "by_email", "is_staff"]


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


def is_staff(account_id: UUID) -> bool:
    """Whether the account is an active member of staff."""
    return Account.objects.filter(pk=account_id, is_active=True, is_staff=True).exists()


def administrators() -> list[str]:
    """Addresses of the staff, for alarms."""
    rows = Account.objects.filter(is_active=True, is_staff=True).order_by("email")
    return list(rows.values_list("email", flat=True))
