"""The terms of use: what an account can be suspended for. Every version is published in the log, and whoever
is suspended is told which section of which version is meant, so that they and others can look it up."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.conf import settings

DEFAULT: Final = Path(__file__).parent / "policy_texts" / "terms.txt"
SECTION: Final = "## "
LONGEST: Final = 120
"""Characters of a section's title."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A version. `document`: its hash, by which the log serves it; `sections`: their titles."""

    text: bytes
    document: str
    sections: tuple[str, ...]


def terms() -> Terms:
    """The terms in force: the operator's own, which were looked at when the server started, or ours."""
    data = (settings.ENV["TERMS"] or DEFAULT).read_bytes()
    return Terms(data, sha256(data).hexdigest(), sections(data.decode()))


def sections(text: str) -> tuple[str, ...]:
    """The titles of the sections of a text."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(line.removeprefix(SECTION)[:LONGEST] for line in lines if line.startswith(SECTION))
