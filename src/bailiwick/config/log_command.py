"""The commands `bailiwick log check`, `rotate` and `recover`: for whoever runs the server."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from bailiwick.config.django_ready import make_ready

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    Subparsers = _SubParsersAction[ArgumentParser]

FAILED: Final = 1


def register(log: Subparsers) -> None:
    """Add the commands to the group `log`."""
    check = log.add_parser(
        "check",
        help="check this server's own log",
        description="Derive every hash again from the entries and compare all that is stored.",
    )
    check.set_defaults(run=_told("check", _check))
    rotate = log.add_parser(
        "rotate",
        help="give the log a new key",
        description="Make a new key for the log and say so in it. The old key signs beside the new one until "
        "it is retired.",
    )
    text = "make no new key: drop all others than the one in use"
    rotate.add_argument("--retire", action="store_true", help=text)
    rotate.set_defaults(run=_told("rotate", _rotate))
    recover = log.add_parser(
        "recover",
        help="bring back entries that a restored database has lost",
        description="Append what is missing from a copy of this log, if it leads to the very root that was "
        "signed. Stop the server first.",
    )
    recover.add_argument("folder", type=Path, metavar="DIR", help="a copy that `bailiwick log mirror` made")
    recover.set_defaults(run=_told("recover", _recover))


def _told(name: str, run: Callable[[Namespace], None]) -> Callable[[Namespace], int]:
    """`run` with Django loaded; what the log refuses is told in a sentence."""

    def told(options: Namespace) -> int:
        make_ready()
        from bailiwick.ledger.errors import LedgerError

        try:
            run(options)
        except (LedgerError, OSError) as error:
            code = getattr(error, "code", "file")
            print(f"bailiwick log {name}: {error} ({code})", file=sys.stderr)
            return FAILED
        return 0

    return told


def _check(_options: Namespace) -> None:
    from bailiwick.ledger import checking, queries

    for _ in checking.check_stored():
        pass
    documents = sum(1 for _ in checking.check_documents())
    size, waiting = queries.sequenced_size(), queries.waiting()
    print(f"All is as it was written: {size} entries, {documents} documents, {waiting} entries waiting.")
    queries.check_goes_on()


def _rotate(options: Namespace) -> None:
    from bailiwick.ledger.configuration import configured
    from bailiwick.ledger.rotating import retire, rotate

    if options.retire:
        print(f"Keys dropped: {retire(configured())}.")
        return
    new = rotate(configured(), datetime.now(UTC))
    print(f"The log's key from now on: {new.verifier.vkey}")
    print("The old one signs beside it. Publish the new key, tell the witnesses, then run with --retire.")


def _recover(options: Namespace, now: datetime | None = None) -> None:
    from bailiwick.ledger.configuration import configured
    from bailiwick.ledger.recovering import recover
    from bailiwick.orders.actions.recovered import take_over
    from bailiwick.tlog.errors import NotStored

    def fetch(path: str) -> bytes:
        try:
            return Path(options.folder, path).read_bytes()
        except OSError as error:
            raise NotStored("not in the copy") from error

    suspended: list[UUID] = []

    def then(entries: Sequence[bytes]) -> None:
        suspended.extend(take_over(entries, now or datetime.now(UTC)))

    checkpoint = Path(options.folder, "checkpoint").read_bytes()
    print(f"Entries brought back: {recover(configured(), fetch, checkpoint, then)}.")
    for each in suspended:
        print(f"Suspended: restriction {each.hex}. Somebody was exempt from it, or may be, and who is lost.")
