"""Originals are kept unreadable: each with a random key of its own, which is closed with the server's.

ChaCha20-Poly1305 (RFC 8439): what was changed, or put in another place, does not open. Without the file of
keys the database, and every backup of it, holds nothing that can be read
(docs/decisions/originals-are-sealed.md).
"""

import os
import secrets
import stat
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bailiwick.orders.papers.errors import OriginalDamaged, OriginalKeyExposed, OriginalKeyMissing

KEY_SIZE: Final = 32
NONCE_SIZE: Final = 12
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class ServerKey:
    """One of the server's keys. `name` is a hash of it, kept beside what it closed."""

    secret: bytes

    @property
    def name(self) -> str:
        return sha256(b"bailiwick original key\n" + self.secret).hexdigest()[:16]


def close(key: bytes, data: bytes, place: str) -> bytes:
    """Nonce and ciphertext. `place`: what it is of; it opens in no other."""
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, data, place.encode())


def open_(key: bytes, closed: bytes, place: str) -> bytes:
    """The data; OriginalDamaged: another key, another place, or a changed byte."""
    try:
        return ChaCha20Poly1305(key).decrypt(closed[:NONCE_SIZE], closed[NONCE_SIZE:], place.encode())
    except (InvalidTag, ValueError):
        raise OriginalDamaged from None


def new_key() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(KEY_SIZE)


# ---------------------------------------------------------------- the file of keys


def read(path: Path) -> tuple[ServerKey, ...]:
    """The keys in the file, the one in use first; lines of base64, 32 bytes each.

    Raises:
        OriginalKeyMissing: no file, or a line that is no key. OriginalKeyExposed: others can use it.
    """
    try:
        mode = path.stat().st_mode
        lines = path.read_text(encoding="ascii").split("\n")
        keys = tuple(ServerKey(b64decode(line, validate=True)) for line in lines if line)
    except (OSError, UnicodeDecodeError, NotBase64):
        raise OriginalKeyMissing from None
    if mode & OTHERS:
        raise OriginalKeyExposed
    if not keys or any(len(key.secret) != KEY_SIZE for key in keys):
        raise OriginalKeyMissing
    return keys


def create(path: Path) -> None:
    """Write a first key, mode 0600, unless there is a file: whoever is first wins."""
    draft = _draft(path, (ServerKey(new_key()),))
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def replace(path: Path, keys: tuple[ServerKey, ...]) -> None:
    """Put other keys in the file in one step."""
    _draft(path, keys).replace(path)


def _draft(path: Path, keys: tuple[ServerKey, ...]) -> Path:
    """Written to the disk before anything is closed with it: a key lost in a crash would be lost for ever."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("".join(f"{b64encode(key.secret).decode()}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    return draft
