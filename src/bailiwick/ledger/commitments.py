"""Salted commitments: what stands in the log for a meeting, an account or an unredacted document.

HMAC-SHA256 with a random key of its own for each: whoever has the salt can check what is meant, and nobody
can once the salt is deleted. A plain hash could be guessed for ever.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final

SALT_SIZE: Final = 32


def new_salt() -> bytes:
    """32 random bytes, for one commitment only."""
    return secrets.token_bytes(SALT_SIZE)


def commitment(salt: bytes, subject: bytes) -> str:
    """HMAC-SHA256(salt, subject), hexadecimal. Subject: an id's 16 bytes, or a document's bytes."""
    return hmac.new(salt, subject, sha256).hexdigest()


def opens(committed: str, salt: bytes, subject: bytes) -> bool:
    """Whether the commitment stands for that subject."""
    return hmac.compare_digest(committed, commitment(salt, subject))
