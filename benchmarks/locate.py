"""One location against one bare look-up: what does asking all sources at once cost?

The limit is one `reader.get(text)` of maxminddb's C extension: one source, no consensus, no staleness, no
overrides. The value is one `locate()` of the table in use, the reading of the address counted as it is in the
limit; `ratio_of_a_read_address` leaves it out, as for the second location of somebody who joins.

Addresses are drawn evenly over networks as registries give them out: IPv4 over the /16s, IPv6 over the /32s
in which most sources answer.

The database for the limit is written from the table's own votes of one source (`--mmdb FILE` takes
another), so nothing is downloaded. Needs a table: `bailiwick geo build`.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any, Final

import maxminddb

from bailiwick.geo.address import parse_address
from bailiwick.geo.layout import Layout
from bailiwick.geo.locator import Locator
from bailiwick.geo.table import Table
from benchmarks.harness import Figure, Work, best_of, emit, note, parser, rate
from tests.factories.mmdb import Range, write_mmdb

ADDRESSES: Final = 20_000
BLOCK_BITS: Final = {4: 16, 6: 96}  # host bits of the networks drawn from
AT_LEAST: Final = 0.6


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
    arguments = parser("locate", __doc__, rounds=15)
    arguments.add_argument("--data", type=Path, default=Path("var"), help="the data folder (%(default)s)")
    arguments.add_argument("--mmdb", type=Path, help="database for the bare look-up")
    arguments.add_argument("--seed", type=int, default=1)
    return arguments


def _measure(locator: Locator, reader: Any, options: argparse.Namespace) -> list[Figure]:
    assert locator.table is not None
    rng = random.Random(options.seed)
    texts = {version: addresses(locator.table, version, rng) for version in (4, 6)}
    figures = [
        _family(locator, reader, f"locate-v{version}", texts[version], options.rounds) for version in (4, 6)
    ]
    mixed = [text for pair in zip(texts[4], texts[6], strict=True) for text in pair]
    return [*figures, _family(locator, reader, "locate", mixed, options.rounds)]


def _family(locator: Locator, reader: Any, name: str, texts: Sequence[str], rounds: int) -> Figure:
    parsed = [parse_address(text) for text in texts]

    def bare() -> None:
        ask = reader.get
        for text in texts:
            ask(text)

    def from_text() -> None:
        locate = locator.locate
        for text in texts:
            locate(parse_address(text))

    def located() -> None:
        locate = locator.locate
        for address in parsed:
            locate(address)

    works = {"limit": bare, "value": from_text, "read": located}
    loops = {key: Work(run, len(texts)) for key, run in works.items()}
    seconds = best_of(loops, rounds, time.thread_time)
    return Figure(
        name,
        rate(seconds["value"]),
        "look-ups/s",
        rate(seconds["limit"]),
        at_least=AT_LEAST,
        details={"ratio_of_a_read_address": round(seconds["limit"] / seconds["read"], 3)},
    )


def addresses(table: Table, version: int, rng: random.Random) -> list[str]:
    """Addresses as text, drawn evenly over the blocks some source knows."""
    bits = BLOCK_BITS[version]
    known = ((first, last) for first, last, where in table.ranges(version) if where.majority)
    blocks = sorted({block for first, last in known for block in (first >> bits, last >> bits)})
    kind = IPv4Address if version == 4 else IPv6Address
    return [str(kind(block << bits | rng.getrandbits(bits))) for block in rng.choices(blocks, k=ADDRESSES)]


def bare_database(table: Table, path: Path) -> Path:
    """Write a database with the votes of the table's first source, and return its path."""
    note("writing a database with the first source's votes")
    write_mmdb(path, _ranges(table, 4), _ranges(table, 6))
    return path


def _ranges(table: Table, version: int) -> list[Range]:
    """The first source's votes, neighbours with the same vote joined."""
    joined: list[Range] = []
    for first, last, where in table.ranges(version):
        code = where.votes[0].code if where.votes else None
        if code is None:
            continue
        record = {"country_code": str(code)}
        if joined and joined[-1][1] == first - 1 and joined[-1][2] == record:
            joined[-1] = (joined[-1][0], last, record)
        else:
            joined.append((first, last, record))
    return joined


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
