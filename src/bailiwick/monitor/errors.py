"""What can go wrong around a log, as one tree; what is wrong in the log itself is a `TlogError`."""

# ruff: noqa: N818 - named for what is wrong, as the other errors of this project

from typing import ClassVar, Final

FAILED: Final = 1
WRONG_USAGE: Final = 2
DOES_NOT_VERIFY: Final = 4
CONTRADICTS: Final = 5
UNAPPROVED: Final = 6
"""The log is as it was signed, and some of its entries lack the signatures that would give them effect."""


class MonitorError(Exception):
    """Root of the tree. `code` is stable; `exit_code` is what a command ends with."""

    code: ClassVar[str] = "monitor_error"
    exit_code: ClassVar[int] = FAILED


class Unreachable(MonitorError):
    """The log's server did not answer, or not to the end, though asked several times."""

    code = "unreachable"


class BadAnswer(MonitorError):
    """The log's server answered something that is no answer to what was asked."""

    code = "bad_answer"


class NoLog(MonitorError):
    """No checkpoint where the log was said to be."""

    code = "no_log"


class StandsStill(MonitorError):
    """The server says that its log does not go on. Asking again soon changes nothing."""

    code = "stands_still"


class TooLarge(MonitorError):
    """More bytes than anything of that kind can have."""

    code = "too_large"
    exit_code = DOES_NOT_VERIFY


class CannotRead(MonitorError):
    """A file that is needed cannot be read."""

    code = "cannot_read"


class CannotWrite(MonitorError):
    """A file or folder cannot be written."""

    code = "cannot_write"


class WrongUsage(MonitorError):
    """Options that contradict each other, or keys and policies that are none."""

    code = "wrong_usage"
    exit_code = WRONG_USAGE


class InUse(MonitorError):
    """Another process works with that folder or key."""

    code = "in_use"


class MemoryDamaged(MonitorError):
    """The remembered checkpoint is none, or not one that these keys signed."""

    code = "memory_damaged"


class KeyNotNamed(MonitorError):
    """The remembered checkpoint is signed by none of the keys given: the log may have another now."""

    code = "key_not_named"
    exit_code = WRONG_USAGE


class LogForked(MonitorError):
    """The log signed two checkpoints that cannot both be true: it rewrote its past, or shows two faces."""

    code = "log_forked"
    exit_code = CONTRADICTS


class LogShrank(MonitorError):
    """The log shows fewer entries than it has shown and signed before."""

    code = "log_shrank"
    exit_code = CONTRADICTS


class HistoryMissing(MonitorError):
    """A witness's key that has signed before, without the history of what it signed."""

    code = "history_missing"


class HistoryDamaged(MonitorError):
    """A witness's history that it did not write so."""

    code = "history_damaged"
