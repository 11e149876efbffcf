"""What a document is, found from its content: what somebody calls a file says nothing."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bailiwick.orders.papers import png
from bailiwick.orders.papers.errors import PaperNotSupported, PaperTooLarge
from bailiwick.orders.papers.limits import LARGEST
from bailiwick.orders.papers.pictures import pictures

_NEAR_THE_START: Final = 1024
"""Readers of PDF look for its mark in the first kilobyte, so a document may have it there."""
_PRINTED: Final = frozenset("\n\r\t\f")


class Kind(StrEnum):
    """What can be taken in."""

    TEXT = "text"
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that was looked at: its bytes as they came, and its pages as our own pictures; text has
    none."""

    data: bytes
    kind: Kind
    pages: tuple[bytes, ...] = ()

    @property
    def text(self) -> str:
        """What is written in a text, line ends and byte order mark made plain."""
        return self.data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def kind_of(data: bytes) -> Kind:
    """PaperTooLarge; PaperNotSupported: also for nothing at all."""
    if len(data) > LARGEST:
        raise PaperTooLarge
    if data.startswith(png.SIGNATURE):
        return Kind.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if b"%PDF-" in data[:_NEAR_THE_START]:
        return Kind.PDF
    if _is_text(data):
        return Kind.TEXT
    raise PaperNotSupported


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and all(
        each.isprintable() or each in _PRINTED or ord(each) >= 0xA0 for each in text
    )


def looked_at(data: bytes) -> Paper:
    """The document with its pictures.

    Raises:
        PaperError: one of its kinds says what is wrong.
    """
    kind = kind_of(data)
    return Paper(data, kind, () if kind is Kind.TEXT else tuple(pictures(data, kind.value)))
