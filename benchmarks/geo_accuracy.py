"""How often is a location wrong? Operators' own statements (RFC 8805 geofeeds) against the table in use.

One address of every prefix, drawn at random. For each way of deciding: of all prefixes, the share answered
and the share answered wrongly. The value is the unanimous one's wrong share; the limit the least wrong
single source's, in the same run. By who made the statement, and by the code that was claimed: a
restriction acts on claims.

    bin/bench geo-accuracy --truth FILE     (a CSV with the columns prefix, country, source)

Where operators of clouds say their networks are is not where homes are: read the shares against each
other, not as a promise. Needs a table: `bailiwick geo build`.
"""

import argparse
import csv
import random
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from bailiwick.geo.address import parse_address
from bailiwick.geo.layout import Layout
from bailiwick.geo.locator import Locator
from bailiwick.rules.location import Location
from bailiwick.rules.territory import CODES
from benchmarks.harness import Figure, emit, note, parser

TRUTH: Final = Path(__file__).resolve().parents[2] / "shared" / "data" / "geofeeds-sample.csv"
AT_MOST: Final = 0.5  # half as often wrong as the best single source


@dataclass(frozen=True, slots=True)
class Stated:
    """One prefix: what its operator says, and what we say."""

    truth: str
    operator: str
    location: Location


@dataclass(frozen=True, slots=True)
class Answer:
    """One way of deciding, for one prefix."""

    claim: str | None
    truth: str


def main(argv: Sequence[str]) -> int:
    """Run the benchmark; exit code 1 without a table or without statements to compare with."""
    options = _parser().parse_args(argv)
    locator = Locator(Layout(options.data).table)
    if locator.info is None:
        note(f"no table: {locator.fault}; run `bailiwick geo build`")
        return 1
    if not options.truth.is_file():
        note(f"skipped: there is no {options.truth.name} at the place given by --truth")
        return 1
    stated = list(_stated(options.truth, locator, random.Random(options.seed)))
    return emit(_figure(stated, [source.name for source in locator.info.sources]))


def _parser() -> argparse.ArgumentParser:
    arguments = parser("geo-accuracy", __doc__)
    arguments.add_argument("--data", type=Path, default=Path("var"), help="the data folder (%(default)s)")
    arguments.add_argument("--truth", type=Path, default=TRUTH, help="CSV with prefix, country, source")
    arguments.add_argument("--seed", type=int, default=1, help="which address of each prefix is drawn")
    return arguments


def _stated(truth: Path, locator: Locator, rng: random.Random) -> Iterable[Stated]:
    with truth.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["country"] not in CODES:
                continue
            network = ip_network(row["prefix"])
            address = parse_address(str(network[rng.randrange(network.num_addresses)]))
            yield Stated(row["country"], row["source"], locator.locate(address))


def _figure(stated: Sequence[Stated], sources: Sequence[str]) -> Figure:
    ways = _ways(stated, sources)
    singles = {name: _shares(ways[name])["wrong"] for name in sources}
    best = min(singles, key=lambda name: singles[name])
    return Figure(
        "geo-accuracy",
        _shares(ways["unanimous"])["wrong"],
        "% of all prefixes, answered wrongly",
        singles[best],
        at_most=AT_MOST,
        details={
            "prefixes": len(stated),
            "best_single_source": best,
            "ways": {way: _shares(answers) for way, answers in ways.items()},
            "by_operator": _by_operator(stated),
            "by_claim": {way: _by_claim(ways[way]) for way in ("unanimous", "majority")},
        },
    )


def _ways(stated: Sequence[Stated], sources: Sequence[str]) -> dict[str, list[Answer]]:
    ways = {
        "unanimous": [Answer(s.location.unanimous, s.truth) for s in stated],
        "majority": [Answer(s.location.majority, s.truth) for s in stated],
    }
    for name in sources:
        ways[name] = [Answer(_vote(s.location, name), s.truth) for s in stated]
    return ways


def _vote(location: Location, source: str) -> str | None:
    return next((vote.code for vote in location.votes if vote.source == source), None)


def _shares(answers: Sequence[Answer]) -> dict[str, float]:
    """Percentages of all: answered, answered wrongly."""
    answered = sum(answer.claim is not None for answer in answers)
    return {"answered": _percent(answered, len(answers)), "wrong": _percent(_wrong(answers), len(answers))}


def _wrong(answers: Iterable[Answer]) -> int:
    return sum(answer.claim not in {None, answer.truth} for answer in answers)


def _by_operator(stated: Sequence[Stated]) -> dict[str, Mapping[str, object]]:
    shares: dict[str, Mapping[str, object]] = {}
    for operator in sorted({s.operator for s in stated}):
        theirs = [s for s in stated if s.operator == operator]
        unanimous, majority = (_ways(theirs, ())[way] for way in ("unanimous", "majority"))
        shares[operator] = {
            "prefixes": len(theirs),
            "unanimous": _shares(unanimous),
            "majority": _shares(majority),
        }
    return shares


def _by_claim(answers: Sequence[Answer]) -> dict[str, list[int]]:
    """Code claimed -> [claims, wrong ones], the most frequent first."""
    claims = Counter(answer.claim for answer in answers if answer.claim is not None)
    wrong = Counter(answer.claim for answer in answers if answer.claim not in {None, answer.truth})
    return {code: [count, wrong[code]] for code, count in claims.most_common()}


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 3) if whole else 0.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
