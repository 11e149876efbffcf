"""What people write for others to see: their names, titles of meetings, lines of text."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 80
_UNSEEN: Final = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Control characters, direction overrides, fillers and what has no width: they make one name look like
another, or like none. Not U+200C and U+200D, which Persian, Hindi and emoji are written with, nor
U+FE0F of emoji."""
_LINE: Final = re.compile(rf"[{_UNSEEN}\t\n\r]")
_TEXT: Final = re.compile(rf"[{_UNSEEN}]")
_IDLE: Final = re.compile(r"(?:(?<=[\x00-\u058f])|^)[\u200c\u200d\ufe0f]+")
"""Joiners that join nothing: at the beginning, and after letters of scripts that have no use for them."""
_MARKS: Final = 4
"""Marks on one letter. Written languages put up to three; a hundred cover what stands above and below."""


def clean_name(name: str, longest: int = LONGEST) -> str:
    """A name or title without what cannot be seen, white space folded, at most `longest` characters. Empty if
    nothing is left to see."""
    joined = _IDLE.sub("", "".join(_few_marks(_LINE.sub(" ", name))))
    kept = " ".join(joined.split())[:longest].rstrip(" \u200c\u200d")
    return kept if any(unicodedata.category(each)[0] in "LNPS" for each in kept) else ""


def clean_text(text: str) -> str:
    """Text of several lines without what cannot be seen."""
    return _TEXT.sub("", text)


def _few_marks(text: str) -> Iterator[str]:
    marks = 0
    for each in text:
        match unicodedata.category(each):
            case "Mn" | "Me":
                marks += 1
            case "Cf":  # a joiner between marks begins no other letter
                pass
            case _:
                marks = 0
        if marks <= _MARKS:
            yield each
