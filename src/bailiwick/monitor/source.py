"""Where a log is read: a folder, or a server over HTTP. Nothing read is believed here, only bounded."""

import os
from pathlib import Path
from typing import Final, Protocol

from bailiwick.monitor.errors import CannotRead, TooLarge, WrongUsage
from bailiwick.tlog.errors import MalformedPath, NotStored
from bailiwick.tlog.hashing import HASH_SIZE
from bailiwick.tlog.notes import MAX_BYTES
from bailiwick.tlog.tiles import LENGTH_SIZE, MAX_ENTRY, Tile, parse_path

CHECKPOINT: Final = "checkpoint"


class Source(Protocol):
    """A log's prefix: `fetch` maps a path below it to bytes, and raises NotStored, MonitorError.

    `depth`: how many files are worth fetching before they are asked for.
    """

    depth: int

    def fetch(self, path: str) -> bytes: ...

    def abandon(self) -> None:
        """From any thread: whatever is being fetched is no longer wanted."""

    def close(self) -> None:
        """Let go of everything, once no thread fetches any more."""


def limit_of(path: str) -> int:
    """The most bytes that what lies at a path can have: tlog-tiles; and our limit of a note."""
    try:
        resource = parse_path(path)
    except MalformedPath:
        return MAX_BYTES
    each = HASH_SIZE if isinstance(resource, Tile) else LENGTH_SIZE + MAX_ENTRY
    return each * resource.width


class Folder:
    """A log's files below a folder, as a mirror leaves them."""

    depth = 0

    def __init__(self, root: Path) -> None:
        self.root = root

    def fetch(self, path: str) -> bytes:
        """The file's bytes; NotStored, TooLarge, CannotRead."""
        limit = limit_of(path)
        try:
            with (self.root / path).open("rb") as file:
                # A buffer as large as the limit for each file would cost more than all the hashing
                data = file.read(min(limit, os.fstat(file.fileno()).st_size) + 1)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotStored(f"{path} is not there") from error
        except OSError as error:
            raise CannotRead(f"{path} cannot be read: {error.strerror}") from error
        if len(data) > limit:
            raise TooLarge(f"{path} has more than {limit:,} bytes")
        return data

    def abandon(self) -> None:
        """Nothing takes long."""

    def close(self) -> None:
        """Nothing is held open."""


def open_source(text: str) -> Source:
    """A source by URL or folder; WrongUsage."""
    from bailiwick.monitor.http_source import HttpSource

    if text.startswith(("http://", "https://")):
        return HttpSource(text)
    if "://" in text:
        raise WrongUsage("a log is read over http:// or https://, or from a folder")
    folder = Path(text).expanduser()
    if not folder.is_dir():
        raise WrongUsage(f"there is no folder {text}; a server's address begins with https://")
    return Folder(folder)
