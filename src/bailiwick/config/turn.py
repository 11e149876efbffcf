"""Credentials for a TURN server that shares a secret with us (coturn's use-auth-secret, TURN REST)."""

import base64
import hashlib
import hmac
import secrets
from typing import Final

LIFE_SECONDS: Final = 12 * 3600


def credentials(secret: str, now: float) -> tuple[str, str]:
    """A user name that expires, and its password. The name says nothing about the participant."""
    username = f"{int(now) + LIFE_SECONDS}:{secrets.token_hex(8)}"
    # SHA-1 is what coturn verifies; it authenticates, nothing rests on collision resistance
    password = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(password).decode()
