"""The command `bailiwick originals rotate`: another key for the letters of demands."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Final

from bailiwick.config.django_ready import make_ready

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    Subparsers = _SubParsersAction[ArgumentParser]

FAILED: Final = 1


def register(subparsers: Subparsers) -> None:
    """Add the group `originals`."""
    group = subparsers.add_parser("originals", help="the encrypted letters of demands")
    commands = group.add_subparsers(required=True, metavar="COMMAND")
    rotate = commands.add_parser(
        "rotate",
        help="give them a new key",
        description="Make a new key, and encrypt every letter's own key with it. The key before stays in the "
        "file until the next rotation. The server may run meanwhile.",
    )
    rotate.set_defaults(run=run)


def run(_options: Namespace) -> int:
    make_ready()
    from bailiwick.orders.actions import originals
    from bailiwick.orders.papers.errors import PaperError

    try:
        count = originals.rotate()
    except (PaperError, OSError) as error:
        print(f"bailiwick originals rotate: {getattr(error, 'code', error)}", file=sys.stderr)
        return FAILED
    print(f"Letters with the new key: {count}.")
    return 0
