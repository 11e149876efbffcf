"""What demands and appeals keep of an account: for its owner's export."""

from datetime import datetime
from typing import Any
from uuid import UUID

from bailiwick.accounts.personal import Part, register

from .models import Appeal, Exemption, Signer


def take_part() -> None:
    """Called once, when the app is ready."""
    register(Part("restrictions", export, erase))


def export(account_id: UUID) -> dict[str, Any]:
    """Appeals that are not decided (later nothing leads to their author), exemptions won, passkeys
    proposed for signing."""
    appeals = Appeal.objects.filter(account_id=account_id)
    kept = ("restriction_id", "text", "evidence", "not_here", "filed_at", "due_at")
    exemptions = Exemption.objects.filter(account_id=account_id)
    signers = Signer.objects.filter(account_id=account_id)
    return {
        "appeals": list(appeals.values(*kept)),
        "exemptions": list(exemptions.values("restriction_id", "granted_at")),
        "passkeys_that_may_sign": list(signers.values("key", "stated_at", "added_at")),
    }


def erase(account_id: UUID, _now: datetime) -> None:
    """Exemptions go; an appeal stays to be decided, without its author."""
    Exemption.objects.filter(account_id=account_id).delete()
    Appeal.objects.filter(account_id=account_id).update(account=None)
