"""Grants, resume tokens and device digests. Only digests of them are ever stored."""

import hashlib
import hmac
import secrets
from uuid import UUID


def new_token() -> str:
    """A secret of 192 bits for a grant or a resume token, URL-safe."""
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """What is stored of a token: SHA-256, hexadecimal. The tokens are random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def device_digest(key: bytes, meeting_id: UUID, device: str) -> str:
    """A device within one meeting: the same cookie gives unrelated digests in two meetings."""
    if not device:
        return ""
    return hmac.new(key, meeting_id.bytes + device.encode(), hashlib.sha256).hexdigest()
