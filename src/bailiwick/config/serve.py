"""The command `bailiwick serve`."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    Subparsers = _SubParsersAction[ArgumentParser]

LAST_PORT: Final = 65_535
DESCRIPTION: Final = """\
Run the media server and the web processes, and start again whatever ends. Everything is kept in the data
folder. SIGTERM or Ctrl-C ends it: connections are closed with "come back", and people resume after the
restart. The address is printed on standard output once a meeting could be joined; logs go to standard
error."""


def register(subparsers: Subparsers) -> None:
    """Add `serve`."""
    parser = subparsers.add_parser("serve", help="serve meetings", description=DESCRIPTION)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=8000, help="port to listen on; 0 takes any (default: %(default)s)"
    )
    parser.add_argument(
        "--demo", action="store_true", help="with sample data and synthetic participants; on loopback only"
    )
    parser.set_defaults(run=run)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:6]) > LAST_PORT:
        raise ArgumentTypeError(f"a port is a number from 0 to {LAST_PORT}")
    return int(text)


def run(options: Namespace) -> int:
    """Serve until told to stop; the exit code."""
    from bailiwick.config.start import start  # the other commands need not wait for all this to load

    return start(options.host, options.port, with_demo=options.demo)
