"""The policy for demands: a text with versions. Each version is a document of the log; `policy.changed` says
from when on which one is in force."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from bailiwick.ledger import policies

DEFAULT: Final = Path(__file__).parent / "policy_texts" / "demands.txt"
LARGEST: Final = 200_000
"""Bytes."""
REVIEW: Final[Literal["review"]] = "review"
"""How the log calls the policy for demands."""
TERMS: Final[Literal["terms"]] = "terms"
"""How it calls the terms of use, which `accounts.terms` has."""


class UnusablePolicy(ValueError):  # noqa: N818 - named for what it is
    """Not a text that could be published as the policy."""


def read(path: Path | None) -> bytes:
    """The policy in the operator's file, or the one that comes with the package.

    Raises:
        UnusablePolicy: the text cannot be shown. OSError.
    """
    data = (path or DEFAULT).read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnusablePolicy("is not UTF-8 text") from None
    if not text.strip() or len(data) > LARGEST:
        raise UnusablePolicy("is empty, or longer than 200,000 bytes")
    return data


def say_in_log(data: bytes, now: datetime) -> bool:
    """Publish this version and log that it is in force, if it is not already. Whether it was news."""
    return policies.say(REVIEW, data, now)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a policy as a page shows it: `lines` are the items of a list, else there is one."""

    kind: Literal["title", "heading", "list", "paragraph"]
    lines: tuple[str, ...]


def blocks(text: str) -> Iterator[Block]:
    """A text with `# ` and `## ` headings, `- ` lists and paragraphs between empty lines. Anything else is
    a paragraph; nothing in it is markup."""
    for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        if lines and all(line.startswith("- ") for line in lines):
            yield Block("list", tuple(line[2:] for line in lines))
        elif part.startswith("## "):
            yield Block("heading", (" ".join(lines)[3:],))
        elif part.startswith("# "):
            yield Block("title", (" ".join(lines)[2:],))
        elif lines:
            yield Block("paragraph", (" ".join(lines),))
