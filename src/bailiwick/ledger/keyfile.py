"""The log's keys: a file that only its owner may read, one private key a line, the one in use first."""

import os
import secrets
import stat
from pathlib import Path
from typing import Final

from bailiwick.ledger.durable import make_folder, sync_folder
from bailiwick.ledger.errors import LogKeyExposed, LogKeyMissing
from bailiwick.tlog.errors import TlogError
from bailiwick.tlog.keys import SEED_SIZE, SigningKey, parse_private

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def new_key(origin: str) -> SigningKey:
    """A new Ed25519 key of that name."""
    return SigningKey(origin, secrets.token_bytes(SEED_SIZE))


def read(path: Path) -> tuple[SigningKey, ...]:
    """The keys in the file, the one in use first.

    Raises:
        LogKeyMissing: there is no file, or no key in it. LogKeyExposed: others can read or change it.
    """
    try:
        mode = path.stat().st_mode
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        raise LogKeyMissing(
            f"The log's key cannot be read from {path}. Put it back, or give BAILIWICK_LOG_KEY_FILE."
        ) from None
    if mode & OTHERS:
        raise LogKeyExposed(f"Others can use the log's key in {path}. Run: chmod 600 {path}")
    try:
        keys = tuple(parse_private(line) for line in lines if line)
    except TlogError:
        keys = ()
    if not keys:
        raise LogKeyMissing(f"{path} holds no key of a log: lines that begin with PRIVATE+KEY+.")
    return keys


def create(path: Path, key: SigningKey) -> None:
    """Write a first key, mode 0600, unless there is a file: whoever is first wins.

    Durable when this returns, for whoever came second too: a head that names a key which a power cut took
    away is a log that ended.
    """
    draft = _draft(path, (key,))
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    sync_folder(path.parent)


def replace(path: Path, keys: tuple[SigningKey, ...]) -> None:
    """Put other keys in the file in one step, durable when this returns. OSError where it cannot be written:
    then it holds the old keys or the new ones, whole."""
    draft = _draft(path, keys)
    try:
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def _draft(path: Path, keys: tuple[SigningKey, ...]) -> Path:
    """The keys in a file beside it; none where the disk fails: no key lies about."""
    make_folder(path.parent)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write("".join(f"{key.private}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return draft
