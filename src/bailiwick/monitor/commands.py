"""The commands `bailiwick log verify`, `mirror`, `witness` and `key`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bailiwick.monitor.errors import MonitorError
from bailiwick.tlog.errors import TlogError

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction
    from collections.abc import Callable

    Subparsers = _SubParsersAction[ArgumentParser]

CODES: Final = (
    "Exit codes: 0 verified; 1 could not be checked (unreachable, unreadable); 2 wrong usage; "
    "4 does not verify; 5 contradicts what was remembered: the log rewrote or dropped entries; 6 verified, "
    "and an entry in it lacks the approvals that would give it effect."
)
PORT: Final = 7380


def register(log: Subparsers) -> None:
    """Add the commands to the group `log`. Each parsed namespace has `run`, called with it (and `data`, the
    data folder, set by the caller's own option); it returns an exit code."""
    _register_verify(log)
    _register_mirror(log)
    _register_witness(log)
    _register_key(log)


def _register_verify(log: Subparsers) -> None:
    verify = log.add_parser(
        "verify",
        help="check a public log, an entry or a proof",
        description="Check a log from its entries up, against keys that you have from elsewhere. " + CODES,
    )
    text = "the log's address (https://...), or a folder with a copy; not needed with --proof"
    verify.add_argument("log", nargs="?", metavar="URL|DIR", help=text)
    _add_trust(verify)
    text = "remember the checkpoint here, and demand that the log has only grown since the last time"
    verify.add_argument("--remember", type=Path, metavar="FILE", help=text)
    what = verify.add_mutually_exclusive_group()
    text = "only this entry (from 0): show it and check that it is in the log"
    what.add_argument("--entry", type=_index, metavar="N", help=text)
    text = "only this .tlog-proof, without any network; needs --entry-file"
    what.add_argument("--proof", type=Path, metavar="FILE", help=text)
    verify.add_argument(
        "--entry-file", type=Path, metavar="FILE", help="the entry's bytes, as they were given out"
    )
    text = "write the entry and its .tlog-proof into this folder (with --entry)"
    verify.add_argument("--save", type=Path, metavar="DIR", help=text)
    text = "write all entries here once they are verified, one JSON object a line"
    verify.add_argument("--entries", type=Path, metavar="FILE", help=text)
    _add_output(verify)
    verify.set_defaults(run=_coded("verify_command"))


def _register_mirror(log: Subparsers) -> None:
    mirror = log.add_parser(
        "mirror",
        help="keep a copy of a public log",
        description="Copy a log into a folder, or bring the copy up to date. Everything is verified before "
        "it is stored. What was interrupted goes on where it was. Any web server can serve the folder. "
        + CODES,
    )
    mirror.add_argument("log", metavar="URL|DIR", help="the log's address, or a folder with a copy")
    mirror.add_argument("folder", type=Path, metavar="DIR", help="where the copy is; made if missing")
    _add_trust(mirror)
    text = "read the whole copy again and fetch what is damaged"
    mirror.add_argument("--recheck", action="store_true", help=text)
    _add_output(mirror)
    mirror.set_defaults(run=_coded("mirror_command"))


def _register_witness(log: Subparsers) -> None:
    witness = log.add_parser(
        "witness",
        help="cosign other people's logs",
        description="Run a witness (c2sp.org/tlog-witness): it cosigns each checkpoint of the logs it knows "
        "if nothing was changed since the last one. Its history is in the data folder: never copy it, never "
        "set it back, and keep it with the key.",
    )
    text = "the witness's key, made if missing (default: witness.key in the data folder)"
    witness.add_argument("--key", type=Path, metavar="FILE", help=text)
    text = "what the witness is called, where the key is made: a host name of yours, like witness.example.org"
    witness.add_argument("--name", metavar="NAME", help=text)
    text = "begin a history for a key that is there already and has never signed anything"
    witness.add_argument("--begin", action="store_true", help=text)
    text = "cosign this log (its verifier key); may be repeated"
    witness.add_argument("--log", action="append", default=[], dest="vkeys", metavar="VKEY", help=text)
    text = "cosign the logs that this tlog-policy names"
    witness.add_argument("--policy", type=Path, metavar="FILE", help=text)
    witness.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    text = "port to listen on, 0 for any free one (default: %(default)s)"
    witness.add_argument("--port", type=int, default=PORT, help=text)
    witness.set_defaults(run=_coded("witness_command"), json=False, quiet=False)


def _register_key(log: Subparsers) -> None:
    key = log.add_parser(
        "key",
        help="make a key, or show what others verify it by",
        description="Print the verifier keys of a private key: as a log's, and as a witness's.",
    )
    key.add_argument("file", type=Path, metavar="FILE", help="the private key")
    text = "make the key, with this name (a log's: its origin, like meet.example.org/log)"
    key.add_argument("--new", metavar="NAME", help=text)
    _add_output(key)
    key.set_defaults(run=_coded("key_command"))


def _add_trust(parser: ArgumentParser) -> None:
    text = "the log's verifier key, from somewhere else than the log; may be repeated"
    parser.add_argument("--vkey", action="append", default=[], dest="vkeys", metavar="VKEY", help=text)
    text = "a tlog-policy: which witnesses must have cosigned"
    parser.add_argument("--policy", type=Path, metavar="FILE", help=text)


def _add_output(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--quiet", action="store_true", help="no progress, and no output if all is well")


def _index(text: str) -> int:
    """A number from 0; argparse turns ValueError into a sentence."""
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _coded(module: str) -> Callable[[Namespace], int]:
    """`run` of a module of this package, loaded when it is wanted; its errors become exit codes."""

    def run(options: Namespace) -> int:
        from importlib import import_module

        from bailiwick.monitor.telling import fail

        try:
            code: int = import_module(f"bailiwick.monitor.{module}").run(options)
        except (MonitorError, TlogError) as error:
            return fail(options, error)
        return code

    return run
