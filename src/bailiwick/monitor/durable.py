"""Files that are either wholly there or not at all, whatever kills us; and one process a folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bailiwick.monitor.errors import CannotWrite, InUse

TEMPORARY: Final = ".partly-written-"
PRIVATE: Final = 0o600
PUBLIC: Final = 0o644


def write(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Put the data in place of what was there, durable when this returns.

    A crash leaves the old file or the new one, and at worst a temporary one that the next write of the same
    path takes over. Two processes must not write one path at once: see `alone`. Raises CannotWrite.
    """
    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _fill(temporary, data, mode)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror}") from error


def create(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Make a file that is not there yet, durable when this returns; CannotWrite if it is there."""
    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _fill(temporary, data, mode)
        os.link(temporary, path)  # unlike a rename, never in place of another
        temporary.unlink()
        sync_folder(path.parent)
    except OSError as error:
        raise CannotWrite(f"{path} cannot be made: {error.strerror}") from error


def _fill(path: Path, data: bytes, mode: int) -> None:
    path.unlink(missing_ok=True)  # a leftover, perhaps with other permissions
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; without it a rename may not outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold a lock file for as long as the block runs; InUse if another process does. A crash frees it."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PUBLIC)
    except OSError as error:
        raise CannotWrite(f"{lock} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise InUse(f"another process works with {lock.parent}") from error
    finally:
        os.close(descriptor)
