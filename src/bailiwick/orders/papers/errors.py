"""What can be wrong with a document, or stands in the way of reading one."""

# ruff: noqa: N818 - named for what is wrong, as the other errors of this project

from bailiwick.orders.errors import OrdersError


class PaperError(OrdersError):
    """Root of these. No text of it quotes the document."""

    code = "paper_error"


class PaperTooLarge(PaperError):
    """More bytes than a document may have."""

    code = "paper_too_large"


class PaperNotSupported(PaperError):
    """By its content no PDF, PNG or JPEG, and no plain text in UTF-8."""

    code = "paper_not_supported"


class PaperUnreadable(PaperError):
    """The renderer could not turn it into pictures, within its time and memory or at all."""

    code = "paper_unreadable"


class PaperLocked(PaperError):
    """A PDF that opens with a password only."""

    code = "paper_locked"


class PaperTooLong(PaperError):
    """More pages, or larger pictures, than are kept."""

    code = "paper_too_long"


class NoRenderer(PaperError):
    """The renderer is not installed, or cannot be confined on this machine: then it is not run."""

    code = "no_renderer"


class OriginalGone(PaperError):
    """No original is kept: it was deleted when its time was over, or none ever was."""

    code = "original_gone"


class OriginalDamaged(PaperError):
    """What is kept is not what was written: it does not open with its key."""

    code = "original_damaged"


class OriginalKeyMissing(PaperError):
    """The key with which it was closed is not in the key file, or the file is not there."""

    code = "original_key_missing"


class OriginalKeyExposed(PaperError):
    """Others on this machine can read the key file."""

    code = "original_key_exposed"
