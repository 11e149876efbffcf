"""Small location tables for tests: prefixes in, an opened Table out.

    table = small_table(tmp_path / "table.bwt", {"1.0.1.0/24": "CN", "2400:cb00::/32": ("US", "US", None)})
    table.locate(parse_address("1.0.1.7")).unanimous == "CN"

A value is one code (all three sources agree), or one vote per source in the order mm, dbip, ipfire. The
longest prefix wins. Special-purpose space stays special whatever is said about it, so 192.0.2.x or
2001:db8:: will not do.
"""

import time
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from bailiwick.geo import tablefile
from bailiwick.geo.catalogue import SOURCE_NAMES
from bailiwick.geo.overrides import Overrides
from bailiwick.geo.special import SPECIAL_V4, SPECIAL_V6, bounds
from bailiwick.geo.table import SPACE, Clock, Table
from bailiwick.geo.tablefile import SPECIAL_COMBINATION, SourceRecord, Votes

Network = IPv4Network | IPv6Network
Prefixes = Mapping[str, str | Sequence[str | None] | None]

PLACES = {
    "1.0.1.0/24": "CN",
    "2001:da8::/32": "CN",
    "1.32.192.0/20": "HK",
    "2001:df0::/32": "HK",
    "1.34.0.0/15": "TW",
    "2.0.0.0/16": "FR",
    "2a01:cb00::/32": "FR",
    "3.208.0.0/16": "US",
    "2600:1f18::/33": "US",
    "5.9.0.0/16": "DE",
    "2a01:4f8::/32": "DE",
    "81.2.69.0/24": "GB",
    "60.242.0.0/16": ("AU", "NZ", "AU"),  # the sources disagree; majority AU
    "17.5.0.0/16": ("US", None, None),  # too few votes for anything
}


def small_table(
    path: Path,
    prefixes: Prefixes | None = None,
    *,
    sources: Sequence[str] = SOURCE_NAMES,
    built: float | Sequence[float] | None = None,
    overrides: Overrides | None = None,
    stale_after_days: float = 400,
    clock: Clock = time.time,
) -> Table:
    """Write a table file at `path` (its folder is created) and open it. `built`: Unix time, or one per
    source; by default a day before the clock. Without `prefixes`: PLACES."""
    path.parent.mkdir(parents=True, exist_ok=True)
    times = [clock() - 86_400] * len(sources) if built is None else _each(built, len(sources))
    write_small_table(path, PLACES if prefixes is None else prefixes, sources, times)
    return Table.open(path, overrides=overrides, stale_after_days=stale_after_days, clock=clock)


def write_small_table(path: Path, prefixes: Prefixes, sources: Sequence[str], built: Sequence[float]) -> str:
    """Only write the file; returns its hash."""
    votes = {ip_network(prefix): _votes(value, len(sources)) for prefix, value in prefixes.items()}
    nothing: Votes = (None,) * len(sources)
    combinations: list[Votes] = [nothing, *sorted({nothing, *votes.values()}, key=str)]
    families = [_family(version, votes, combinations) for version in (4, 6)]
    records = tuple(
        SourceRecord(name, int(when), "0" * 64, len(votes), len(votes))
        for name, when in zip(sources, built, strict=True)
    )
    return tablefile.write(path, tablefile.contents(records, combinations, *families))


def _each(built: float | Sequence[float], count: int) -> Sequence[float]:
    return [float(built)] * count if isinstance(built, int | float) else built


def _votes(value: str | Sequence[str | None] | None, count: int) -> Votes:
    return (value,) * count if value is None or isinstance(value, str) else tuple(value)


def _family(
    version: int, votes: Mapping[Network, Votes], combinations: Sequence[Votes]
) -> list[tuple[int, int]]:
    """By brute force, on purpose nothing like the sweep of `geo.compile`."""
    special = SPECIAL_V4 if version == 4 else SPECIAL_V6
    mine = sorted((n for n in votes if n.version == version), key=lambda n: -n.prefixlen)
    edges = {0}
    for network in (*mine, *special):
        first, last = bounds(network)
        edges |= {first, last + 1}
    starts = sorted(edge for edge in edges if edge < SPACE[version])
    spans, barred = [(*bounds(network), network) for network in mine], list(map(bounds, special))
    nothing = combinations.index((None,) * len(combinations[0]), 1)
    ranges = []
    for start in starts:
        if any(low <= start <= high for low, high in barred):
            ranges.append((start, SPECIAL_COMBINATION))
            continue
        found = next((network for low, high, network in spans if low <= start <= high), None)
        ranges.append((start, nothing if found is None else combinations.index(votes[found], 1)))
    return ranges
