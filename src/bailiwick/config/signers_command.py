"""The commands `bailiwick signers list` and `begin`: whose passkeys may sign, for whoever runs the server."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bailiwick.config.django_ready import make_ready

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    Subparsers = _SubParsersAction[ArgumentParser]

FAILED: Final = 1


def register(subparsers: Subparsers) -> None:
    """Add the group `signers`."""
    group = subparsers.add_parser("signers", help="whose passkeys may approve restrictions")
    commands = group.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser(
        "list",
        help="which may sign, and which are proposed",
        description="Print the passkeys that may sign and those that are proposed, with whose they are.",
    )
    listing.set_defaults(run=_told("list", _list))
    begin = commands.add_parser(
        "begin",
        help="name the first two",
        description="Say in the public log, signed by its own key, whose two passkeys may sign from now on. "
        "Both were proposed and shown at the desk. Compare each fingerprint with its holder, in person or by "
        "telephone. Everybody after them is approved at the desk by two that may sign.",
    )
    text = "a fingerprint as `list` prints it, or its first 16 digits"
    begin.add_argument("keys", nargs=2, metavar="KEY", help=text)
    text = "though some may sign already: they cannot any more, and everybody can read that it began anew"
    begin.add_argument("--anew", action="store_true", help=text)
    begin.set_defaults(run=_told("begin", _begin))


def _told(name: str, run: Callable[[Namespace], None]) -> Callable[[Namespace], int]:
    """`run` with Django loaded; what is refused is told in a sentence."""

    def told(options: Namespace) -> int:
        make_ready()
        from bailiwick.accounts.errors import AccountError
        from bailiwick.ledger.errors import LedgerError
        from bailiwick.orders.errors import OrdersError

        try:
            run(options)
        except (AccountError, LedgerError, OrdersError, OSError) as error:
            code = getattr(error, "code", "file")
            print(f"bailiwick signers {name}: {str(error) or type(error).__doc__} ({code})", file=sys.stderr)
            return FAILED
        return 0

    return told


def _list(_options: Namespace) -> None:
    from bailiwick.orders.signer_queries import on_roll, proposed

    for each in on_roll():
        print(f"may sign   {each.fingerprint}  {each.holder or 'nobody known here'}")
    for each in proposed():
        state = "proposed" if each.is_proven else "not shown "
        print(f"{state}   {each.fingerprint}  {each.holder}")


def _begin(options: Namespace) -> None:
    from bailiwick.ledger.configuration import configured
    from bailiwick.orders.actions import signers
    from bailiwick.orders.errors import NotPossibleNow
    from bailiwick.orders.signer_queries import by_fingerprint, on_roll

    if on_roll() and not options.anew:
        raise NotPossibleNow("Some may sign already. If two of them cannot be had any more: --anew")
    rows = [by_fingerprint(text) for text in options.keys]
    signers.begin([row.pk for row in rows], configured(), datetime.now(UTC))
    print("From now on these two may sign. The public log says so.")
