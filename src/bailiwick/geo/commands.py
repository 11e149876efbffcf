"""The commands `bailiwick geo build`, `bailiwick geo status` and `bailiwick locate`."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bailiwick.geo.address import read_address
from bailiwick.geo.catalogue import SOURCE_NAMES, SOURCES
from bailiwick.geo.errors import GeoError
from bailiwick.geo.layout import Layout
from bailiwick.geo.locator import Locator
from bailiwick.geo.status import status
from bailiwick.geo.table import STALE_AFTER_DAYS
from bailiwick.rules.location import Location

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    Subparsers = _SubParsersAction[ArgumentParser]

FAILED: Final = 1
_CHUNK: Final = 2**20
_LONGEST_LINE: Final = 2**16


def register(subparsers: Subparsers) -> None:
    """Add `geo` and `locate`. Each parsed namespace has `run`, called with it (and `data`, the data
    folder, set by the caller's own option); it returns an exit code."""
    geo = subparsers.add_parser("geo", help="the location table").add_subparsers(required=True)
    _register_build(geo)
    shown = geo.add_parser("status", help="what the location table is made of, and what is wrong with it")
    _overrides_option(shown)
    shown.set_defaults(run=run_status)
    located = subparsers.add_parser("locate", help="where addresses are, one JSON object a line")
    located.add_argument("addresses", nargs="*", metavar="ADDRESS")
    located.add_argument(
        "--stdin", action="store_true", help="read addresses from standard input, one a line"
    )
    _overrides_option(located)
    located.set_defaults(run=run_locate)


def configure(options: Namespace, *, overrides: Path | None, stale_after_days: float) -> None:
    """Give parsed options the server's own settings, where the command line says nothing else."""
    if "overrides" in options:
        options.overrides = options.overrides or overrides
        options.stale_after_days = stale_after_days


def _register_build(geo: Subparsers) -> None:
    origins = "; ".join(f"{source.name}: {source.title}, {source.origin}" for source in SOURCES)
    build = geo.add_parser(
        "build", help="compile the sources into the table", description=f"Sources: {origins}."
    )
    build.add_argument(
        "--source",
        action="append",
        default=[],
        type=_source_option,
        metavar="NAME=FILE[,FILE]|NAME=off",
        help="read a source from these files instead of fetching it, or leave it out",
    )
    build.add_argument("--if-missing", action="store_true", help="do nothing if there is a sound table")
    build.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="CODE",
        help="accept this finding of the sanity check",
    )
    build.set_defaults(run=run_build)


def _overrides_option(parser: ArgumentParser) -> None:
    text = "the operator's overrides (default: below the data folder)"
    parser.add_argument("--overrides", type=Path, metavar="FILE", help=text)
    parser.set_defaults(stale_after_days=STALE_AFTER_DAYS)


def _source_option(text: str) -> tuple[str, tuple[Path, ...]]:
    name, equals, value = text.partition("=")
    if not equals or not value or name not in SOURCE_NAMES:
        raise ArgumentTypeError(f"expected NAME=FILE or NAME=off, NAME one of {', '.join(SOURCE_NAMES)}")
    return name, () if value == "off" else tuple(Path(file) for file in value.split(","))


def run_build(options: Namespace) -> int:
    """`bailiwick geo build`: progress on stderr; exit code 1 and the table untouched if anything is wrong."""
    from bailiwick.geo.build import Order, build, is_built  # numpy is only needed here

    if options.if_missing and is_built(options.data):
        return 0
    order = Order(files=dict(options.source), accepted=frozenset(options.accept))
    try:
        build(options.data, order, _say)
    except GeoError as error:
        _say(f"Not built: {error}")
        return FAILED
    return 0


def run_status(options: Namespace) -> int:
    """`bailiwick geo status`: JSON on stdout; exit code 1 if nobody can be located."""
    days = options.stale_after_days
    found = status(options.data, overrides=options.overrides, stale_after_days=days)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return FAILED if found["fault"] else 0


def run_locate(options: Namespace) -> int:
    """`bailiwick locate`: a JSON line per address; exit code 1 if one was no address or there is no table."""
    layout = Layout(options.data)
    overrides, days = options.overrides or layout.overrides, options.stale_after_days
    locator = Locator(layout.table, overrides=overrides, stale_after_days=days)
    if locator.fault:
        _say(f"Nothing can be located: {locator.fault}")
    writer = LineWriter(locator)
    sys.stdout.write("".join(writer.lines(options.addresses)))
    if options.stdin:
        for lines in _chunks_of_lines(sys.stdin.fileno()):
            sys.stdout.write("".join(writer.lines(lines)))
            sys.stdout.flush()
    return FAILED if writer.errors or locator.fault else 0


class LineWriter:
    """Writes locations as JSON lines. What follows the address is the same for equal locations, so it is made
    once each: that is most of the work of a long list."""

    def __init__(self, locator: Locator) -> None:
        self._locate = locator.locate
        self._tails: dict[int, tuple[Location, str]] = {}
        self.errors = 0

    def lines(self, texts: Iterable[str]) -> Iterator[str]:
        """A line per text, in order: address, unanimous, majority, votes, reason, table; or address,
        error."""
        for raw in texts:
            text = raw.strip()
            address = read_address(text)
            if address is None:
                self.errors += 1
                yield json.dumps({"address": text, "error": "bad_address"}) + "\n"
                continue
            location = self._locate(address)
            known = self._tails.get(id(location)) or self._tail(location)
            yield f'{{"address": "{text}", {known[1]}'  # an address needs no escapes

    def _tail(self, location: Location) -> tuple[Location, str]:
        """Kept with the location, so that its id stays its own."""
        line = json.dumps(as_json(location))
        self._tails[id(location)] = location, f"{line[1:]}\n"
        return self._tails[id(location)]


def as_json(location: Location) -> dict[str, Any]:
    """A location as JSON values; `votes` maps each source to its code or null."""
    return {
        "unanimous": location.unanimous,
        "majority": location.majority,
        "votes": {vote.source: vote.code for vote in location.votes},
        "reason": location.reason,
        "table": location.table,
    }


def _chunks_of_lines(descriptor: int) -> Iterator[list[str]]:
    """Lines as they arrive: whatever is there is answered at once, without waiting for more. Blank ones
    are skipped."""
    rest = b""
    while chunk := os.read(descriptor, _CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        yield _decoded(lines)
        if len(rest) > _LONGEST_LINE:
            yield _decoded([rest[:_LONGEST_LINE]])
            rest = b""
    yield _decoded([rest])


def _decoded(lines: list[bytes]) -> list[str]:
    return [line.decode("utf-8", "replace") for line in lines if line.strip()]


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
