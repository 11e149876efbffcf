"""Credentials for a TURN server that shares a secret with us (coturn's use-auth-secret, TURN REST)."""

import base64
import hashlib
import hmac
import secrets
from typing import Final

LIFE_SECONDS: Final = 12 * 3600


def addresses(url: str) -> list[str]:
    """The server's addresses as browsers want them. Where the setting names no transport, both: a network
    that lets no UDP through is what TURN is there for, and UDP is the better one where it gets through."""
    address = url.replace("://", ":")
    if "?" in address or address.startswith("turns:"):
        return [address]
    return [f"{address}?transport=udp", f"{address}?transport=tcp"]


def credentials(secret: str, now: float) -> tuple[str, str]:
    """A user name that expires, and its password. The name says nothing about the participant."""
    username = f"{int(now) + LIFE_SECONDS}:{secrets.token_hex(8)}"
    # SHA-1 is what coturn verifies; it authenticates, nothing rests on collision resistance
    password = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(password).decode()
