"""What is said when a document cannot be taken in or read, by its code: status and text."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

PAPERS: Final[dict[str, tuple[int, Any]]] = {
    "paper_too_large": (
        413,
        _("The file is larger than 10 MB. Scan it in grey, or with fewer dots per inch."),
    ),
    "paper_not_supported": (
        422,
        _("Bring a PDF, a PNG, a JPEG, or plain text in UTF-8. Its content counts, not what it is called."),
    ),
    "paper_locked": (422, _("The PDF opens with a password only. Print it to a new PDF and bring that.")),
    "paper_unreadable": (
        422,
        _(
            "The file cannot be turned into pictures: it is damaged, or takes more time or memory than a"
            " letter may. Bring a scan of it, or its text."
        ),
    ),
    "paper_too_long": (422, _("More than 40 pages, or pictures of more than 24 MB. Bring its text.")),
    "no_renderer": (
        503,
        _(
            "This server cannot turn files into pictures: the renderer is not installed, or cannot be"
            " confined on this machine. Bring the text, or ask whoever runs the server."
        ),
    ),
    "original_gone": (
        404,
        _("The letter is not kept, or no longer: it is deleted some time after the demand is answered."),
    ),
    "original_damaged": (
        503,
        _("The letter cannot be opened: what is kept is not what was written. Tell whoever runs the server."),
    ),
    "original_key_missing": (
        503,
        _(
            "Letters cannot be encrypted or opened: the file of keys is not there, or has not the key of this"
            " one. Whoever runs the server must put it back."
        ),
    ),
    "original_key_exposed": (
        503,
        _("Letters are not opened while others on the machine can read the file of keys. It needs mode 600."),
    ),
}
