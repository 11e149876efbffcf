"""What others may ask about accounts."""

from uuid import UUID

from .models import Account

__all__ = ["Account", "administrators", "by_email", "is_staff"]


def by_email(email: str) -> Account | None:
    """The active account with this address, whatever its case."""
    return Account.objects.filter(email__iexact=email.strip(), is_active=True).first()


def is_staff(account_id: UUID) -> bool:
    """Whether the account is an active member of staff."""
    return Account.objects.filter(pk=account_id, is_active=True, is_staff=True).exists()


def administrators() -> list[str]:
    """Addresses of the staff, for alarms."""
    rows = Account.objects.filter(is_active=True, is_staff=True).order_by("email")
    return list(rows.values_list("email", flat=True))
