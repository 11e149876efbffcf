"""A private key in a file that only its owner can read."""

import secrets
import stat
from pathlib import Path

from bailiwick.monitor import durable
from bailiwick.monitor.errors import CannotRead, CannotWrite, WrongUsage
from bailiwick.tlog.errors import MalformedKey, TlogError
from bailiwick.tlog.keys import SEED_SIZE, SigningKey, parse_private

LONGEST = 4096


def make(path: Path, name: str) -> SigningKey:
    """A new key, in a new file with mode 0600; CannotWrite if there is one already, WrongUsage."""
    if path.exists():
        raise CannotWrite(f"{path} is there already, and a key is never written over")
    try:
        key = SigningKey(name, secrets.token_bytes(SEED_SIZE))
    except MalformedKey as error:
        raise WrongUsage(str(error)) from error
    durable.create(path, f"{key.private}\n".encode())
    return key


def load(path: Path) -> SigningKey:
    """The key in a file, in the form of golang.org/x/mod/sumdb/note; CannotRead.

    A file that others on the machine can read is refused: whoever has the key can sign in our name.
    """
    try:
        with path.open("rb") as file:
            others = stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
            data = file.read(LONGEST)
    except OSError as error:
        raise CannotRead(f"the key cannot be read: {error.strerror}") from error
    if others:
        raise CannotRead(f"others can read the key: chmod 600 {path}")
    try:
        return parse_private(data.decode("ascii").strip())
    except (UnicodeDecodeError, TlogError) as error:
        raise CannotRead(f"{path} has no private key in it") from error
