"""Names that people give themselves, as others are shown them."""

import re
from typing import Final

LONGEST: Final = 80
_UNSEEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Control characters, direction overrides and what has no width: they make one name look like another. Not
U+200C and U+200D, which Persian, Hindi and emoji are written with."""


def clean_name(name: str) -> str:
    """A display name without what cannot be seen, white space folded, at most 80 characters."""
    return " ".join(_UNSEEN.sub(" ", name).split())[:LONGEST].rstrip()
