"""Deciding, and locating and deciding, against one bare look-up.

The limit is one `reader.get(text)` of maxminddb's C extension, as in `locate`. `decide-N` is the decision
alone, on people at the door of a meeting whose host denies one country and has the undetermined wait, with N
restrictions in force on twelve other countries. `decide`, the result, reads the address, locates and decides,
in the worst of the three cases; `ratio_of_a_read_address` leaves the reading out, as for everybody inside
when a rule changes.

The people are drawn as in `locate`; some of those in the twelve countries are timed apart
(`withheld_per_s`). Needs a table: `bailiwick geo build`.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import maxminddb

from bailiwick.geo.address import ClientAddress, parse_address
from bailiwick.geo.layout import Layout
from bailiwick.geo.locator import Locator
from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter
from bailiwick.rules.decision import MeetingTerms, Standing, decide
from bailiwick.rules.location import Location
from bailiwick.rules.restriction import Restriction, RestrictionId
from bailiwick.rules.territory import CODES, Code, Territory
from benchmarks.harness import Figure, Work, best_of, emit, note, parser, rate
from benchmarks.locate import addresses, bare_database

RESTRICTIONS: Final = (0, 10, 1_000)
COUNTRIES: Final = 12
WITHHELD: Final = 100  # people timed who are in them
PEOPLE: Final = 5_000  # per address family
AT_LEAST: Final = 0.5
NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
DENIED: Final = AccessRule(
    Mode.DENY, frozenset({Code("CN")}), OnUndetermined.WAITING_ROOM, RuleSetter.HOST
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """Addresses as text, as read, and where each one is."""

    texts: tuple[str, ...]
    addresses: tuple[ClientAddress, ...]
    locations: tuple[Location, ...]


def main(argv: Sequence[str]) -> int:
    """Run the benchmark; exit code 1 without a table."""
    options = _parser().parse_args(argv)
    locator = Locator(Layout(options.data).table)
    if locator.table is None:
        note(f"no table: {locator.fault}; run `bailiwick geo build`")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        mmdb = options.mmdb or bare_database(locator.table, Path(folder) / "bare.mmdb")
        with maxminddb.open_database(mmdb, maxminddb.MODE_MMAP_EXT) as reader:
            return emit(*_measure(locator, reader, options))


def _parser() -> argparse.ArgumentParser:
    arguments = parser("decide", __doc__, rounds=60)
    arguments.add_argument("--data", type=Path, default=Path("var"), help="the data folder (%(default)s)")
    arguments.add_argument("--mmdb", type=Path, help="database for the bare look-up")
    arguments.add_argument("--seed", type=int, default=1)
    return arguments


def _measure(locator: Locator, reader: Any, options: argparse.Namespace) -> list[Figure]:
    rng = random.Random(options.seed)
    restricted = frozenset(rng.sample(sorted(CODES - DENIED.territories), COUNTRIES))
    everybody = _people(locator, rng)
    elsewhere = _those(everybody, lambda where: where.unanimous not in restricted)
    reached = _first(_those(everybody, lambda where: where.unanimous in restricted), WITHHELD)
    terms = {count: _terms(count, restricted, rng) for count in RESTRICTIONS}
    works = {"bare": _bare(reader, elsewhere)}
    for count, meeting in terms.items():
        works[f"decide {count}"] = _deciding(meeting, elsewhere)
        works[f"read {count}"] = _locating_and_deciding(locator, meeting, elsewhere)
        works[f"text {count}"] = _from_text(locator, meeting, elsewhere)
        if count:
            works[f"withheld {count}"] = _deciding(meeting, reached)
    return _figures(best_of(works, options.rounds, time.thread_time))


def _figures(seconds: dict[str, float]) -> list[Figure]:
    limit = rate(seconds["bare"])
    alone = [
        Figure(f"decide-{count}", rate(seconds[f"decide {count}"]), "decisions/s", limit)
        for count in RESTRICTIONS
    ]
    text, read = (
        {count: rate(seconds[f"{way} {count}"]) for count in RESTRICTIONS} for way in ("text", "read")
    )
    details = {
        "ratio_of_a_read_address": round(min(read.values()) / limit, 3),
        "ratio_by_restrictions": {str(count): round(value / limit, 3) for count, value in text.items()},
        "decisions_per_s": {
            str(count): round(figure.value) for count, figure in zip(text, alone, strict=True)
        },
        "withheld_per_s": {str(count): round(rate(seconds[f"withheld {count}"])) for count in text if count},
    }
    worst = min(text.values())
    return [*alone, Figure("decide", worst, "located decisions/s", limit, at_least=AT_LEAST, details=details)]


def _people(locator: Locator, rng: random.Random) -> People:
    assert locator.table is not None
    texts = [text for version in (4, 6) for text in addresses(locator.table, version, rng)[:PEOPLE]]
    rng.shuffle(texts)
    read = tuple(map(parse_address, texts))
    return People(tuple(texts), read, tuple(map(locator.locate, read)))


def _those(people: People, chosen: Callable[[Location], bool]) -> People:
    rows = zip(people.texts, people.addresses, people.locations, strict=True)
    texts, read, locations = zip(*(row for row in rows if chosen(row[2])), strict=True)
    return People(texts, read, locations)


def _first(people: People, count: int) -> People:
    return People(people.texts[:count], people.addresses[:count], people.locations[:count])


def _terms(count: int, restricted: Territory, rng: random.Random) -> MeetingTerms:
    restrictions = (
        Restriction(
            RestrictionId(f"r{number}"),
            frozenset(rng.sample(sorted(restricted), 3)),
            NOW - timedelta(days=1),
            NOW + timedelta(days=30),
            proven=True,
        )
        for number in range(count)
    )
    return MeetingTerms(1, DENIED, None, tuple(restrictions))


def _bare(reader: Any, people: People) -> Work:
    def run() -> None:
        ask = reader.get
        for text in people.texts:
            ask(text)

    return Work(run, len(people.texts))


def _deciding(meeting: MeetingTerms, people: People) -> Work:
    def run() -> None:
        standing, now = Standing(), NOW
        for where in people.locations:
            decide(meeting, standing, where, now)

    return Work(run, len(people.locations))


def _locating_and_deciding(locator: Locator, meeting: MeetingTerms, people: People) -> Work:
    def run() -> None:
        locate, standing, now = locator.locate, Standing(), NOW
        for address in people.addresses:
            decide(meeting, standing, locate(address), now)

    return Work(run, len(people.addresses))


def _from_text(locator: Locator, meeting: MeetingTerms, people: People) -> Work:
    def run() -> None:
        locate, standing, now = locator.locate, Standing(), NOW
        for text in people.texts:
            decide(meeting, standing, locate(parse_address(text)), now)

    return Work(run, len(people.texts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
