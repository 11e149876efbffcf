"""Where the lines of all processes go: to stderr, and to files below DATA/logs when asked to."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

import structlog

from bailiwick.config import masking

log = structlog.get_logger(__name__)

FILE_BYTES: Final = 10 * 2**20
FILES: Final = 5
"""Kept of each process; the oldest is overwritten. Nothing in them names a person or a place."""

MEDIA_NOISE: Final = ("has been disabled, skipping", "mDNS resolution disabled")
"""Janus warns of what its configuration asks for."""
CHATTY: Final = {"demo"}
"""Processes that tell their progress on stderr."""
MEDIA_LEVELS: Final = ("[WARN]", "[ERR]", "[FATAL]")


class Output:
    """Takes lines of child processes; each passes through `masking` (a media server's, a crashed
    interpreter's: what no logger of ours has seen). `style`: json or console, as the children write."""

    def __init__(self, folder: Path | None, style: str) -> None:
        self._folder = folder
        self._json = style == "json"
        self._files: dict[str, RotatingFileHandler] = {}

    def write(self, name: str, line: bytes) -> None:
        text = masking.text(line.decode("utf-8", "backslashreplace").rstrip())
        if not text or (name == "media" and not worth_telling(text)):
            return
        if self._json and not text.startswith("{"):
            level = "info" if name in CHATTY else "warning"
            getattr(log, level)("process_output", process=name, text=text)
        else:
            print(text, file=sys.stderr, flush=True)
        if self._folder is not None:
            self.file(name).emit(logging.makeLogRecord({"msg": text}))

    def file(self, name: str) -> RotatingFileHandler:
        """The log file of that process. Only call it when files are wanted."""
        if name not in self._files:
            if self._folder is None:
                raise LookupError("no log files were asked for")
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"{name.replace(' ', '-')}.log"
            self._files[name] = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES - 1)
        return self._files[name]

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def worth_telling(text: str) -> bool:
    """Of the media server's lines: warnings and errors, without what it says at every start."""
    noise = any(words in text for words in MEDIA_NOISE)
    return not noise and any(level in text for level in MEDIA_LEVELS)
