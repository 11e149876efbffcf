"""The last checkpoint we signed, remembered outside the database: a file that only moves forward.

A database restored from a backup is behind it, and then nothing is appended: the log must not fork. Keep the
file out of that backup (docs/how-to/public-log.md).
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from bailiwick.ledger.durable import make_folder, sync_folder
from bailiwick.ledger.errors import LogForked, LogMemoryUnreadable
from bailiwick.tlog.checkpoints import Checkpoint, parse_checkpoint
from bailiwick.tlog.errors import TlogError
from bailiwick.tlog.notes import parse_note


class Memory:
    """The file, and what this process has seen itself: whichever is further. From any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: Checkpoint | None = None
        self._seeing = Lock()

    def highest(self) -> Checkpoint | None:
        """The furthest checkpoint remembered; None where none is. LogMemoryUnreadable, LogForked."""
        self._see(self._read())
        return self._seen

    def advance(self, note: bytes) -> bool:
        """Remember a signed checkpoint, durably. False: one that is further was remembered already.

        LogForked: another root was remembered for the same size. The caller has shown that what was
        remembered before is a beginning of this one.
        """
        new = parse_checkpoint(parse_note(note).text)
        with self._locked():
            before = self.highest()
            if before is not None and before.size > new.size:
                return False
            self._see(new)
            if before is None or before.size < new.size:
                self._write(note)
        return True

    def _see(self, found: Checkpoint | None) -> None:
        if found is None:
            return
        with self._seeing:
            if self._seen is not None and self._seen.size == found.size and self._seen.root != found.root:
                raise LogForked("two histories of the same length were remembered")
            if self._seen is None or found.size > self._seen.size:
                self._seen = found

    def _read(self) -> Checkpoint | None:
        try:
            return parse_checkpoint(parse_note(self._path.read_bytes()).text)
        except FileNotFoundError:
            return None
        except (OSError, TlogError) as error:
            raise LogMemoryUnreadable(
                f"{self._path} cannot be read as a checkpoint. Put it back from a copy, or from the last "
                "checkpoint that somebody else has of this log."
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process of this machine at a time; the kernel lets go of it however we end."""
        make_folder(self._path.parent)
        with self._path.with_suffix(".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _write(self, note: bytes) -> None:
        """A crash leaves the old file or the new one, whole."""
        draft = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
        try:
            with draft.open("wb") as file:
                file.write(note)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(self._path.parent)
