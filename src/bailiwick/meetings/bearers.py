"""Who brings a personal link to the door."""

import hashlib
from uuid import UUID

from .models import Invitation


def bearer(meeting_id: UUID, token: str) -> Invitation | None:
    """The invitation to this meeting whose link holds this token; None if there is none (any more)."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    return Invitation.objects.filter(meeting_id=meeting_id, token_digest=digest).first()
