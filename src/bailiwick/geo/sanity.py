"""What a freshly compiled table has to pass before it replaces the one in use.

A source is a stranger's file. It may come cut short, as a copy of another source (its vote would count
twice), or with a country gone wrong. Each finding has a stable code; an operator who has looked may accept
one by its code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bailiwick.geo.address import parse_address
from bailiwick.geo.table import Table
from bailiwick.geo.tablefile import Contents, SourceRecord

# Universities whose addresses have not moved for decades: they must be where they are, HK first of all.
CANARIES: Final = {
    "166.111.4.100": "CN",
    "147.8.145.43": "HK",
    "143.89.14.1": "HK",
    "161.64.3.1": "MO",
    "140.112.8.116": "TW",
    "128.32.1.1": "US",
    "131.111.8.42": "GB",
    "129.187.1.1": "DE",
    "129.199.1.1": "FR",
    "133.11.1.1": "JP",
    "143.107.1.1": "BR",
    "2001:da8:1::1": "CN",
    "2405:3000:3::1": "HK",
    "2001:288::1": "TW",
    "2607:f140::1": "US",
    "2001:630::1": "GB",
}
NOWHERE: Final = ("192.168.1.1", "224.0.0.1", "100.64.0.1", "::1", "2002:808:808::1", "ff02::1", "fec0::1")


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares are of the address space concerned: IPv4 by address, IPv6 by upper half."""

    fewest_rows: int = 50_000  # per source and family
    least_rows_share: float = 0.7  # of the last table's
    most_rows_share: float = 1.5
    most_changed: float = 0.02  # of what was and is unanimous, now another country
    least_unanimous: float = 0.9  # of what the last table's unanimous share was
    most_agreement: float = 0.999  # of what two sources both answer


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `code` is what an operator accepts."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Measured shares, kept in `status.json`. Per family, "v4" and "v6"."""

    unanimous: dict[str, float]
    changed: dict[str, float]
    agreement: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class _Space:
    """One family as columns: where ranges begin, how much each holds, which combination it has."""

    starts: NDArray[np.uint64]
    sizes: NDArray[np.float64]
    which: NDArray[np.uint16]


def measure(new: Contents, last: Contents | None) -> Figures:
    """Shares of the address space, against the last table if there is one."""
    votes = _vote_table(new)
    spaces = {family: _space(new, family) for family in ("v4", "v6")}
    return Figures(
        unanimous={family: _unanimous_share(space, votes) for family, space in spaces.items()},
        changed={
            family: 0.0
            if last is None
            else _changed_share(space, votes, _space(last, family), _vote_table(last))
            for family, space in spaces.items()
        },
        agreement={family: _agreements(space, votes, new.sources) for family, space in spaces.items()},
    )


def findings(
    new: Contents, table: Table, last: Contents | None, figures: Figures, limits: Limits
) -> tuple[Finding, ...]:
    """Everything that speaks against the new table; `table` is the same one, opened."""
    return (
        *_rows(new.sources, () if last is None else last.sources, limits),
        *_copies(figures, limits),
        *(_changes(new, last, figures, limits) if last is not None else ()),
        *_canaries(table),
    )


def _rows(new: tuple[SourceRecord, ...], last: tuple[SourceRecord, ...], limits: Limits) -> Iterator[Finding]:
    before = {source.name: source for source in last}
    for source in new:
        was = before.get(source.name, source)
        for family, rows, rows_before in (
            ("IPv4", source.rows_v4, was.rows_v4),
            ("IPv6", source.rows_v6, was.rows_v6),
        ):
            least = max(limits.fewest_rows, limits.least_rows_share * rows_before)
            most = max(limits.most_rows_share * rows_before, limits.fewest_rows)
            if not least <= rows <= most:
                text = f"{source.name} has {rows} {family} rows; {least:.0f} to {most:.0f} expected"
                yield Finding("row_count", text)


def _copies(figures: Figures, limits: Limits) -> Iterator[Finding]:
    for family, pairs in figures.agreement.items():
        for pair, share in pairs.items():
            if share > limits.most_agreement:
                yield Finding("copies", f"{pair} agree on {share:.3%} of {family}: one vote counted twice")


def _changes(new: Contents, last: Contents, figures: Figures, limits: Limits) -> Iterator[Finding]:
    before = _vote_table(last)
    for family, share in figures.changed.items():
        if share > limits.most_changed:
            yield Finding("changed_share", f"{share:.2%} of {family} would change country")
        was = _unanimous_share(_space(last, family), before)
        same_sources = [s.name for s in new.sources] == [s.name for s in last.sources]
        if same_sources and figures.unanimous[family] < limits.least_unanimous * was:
            text = f"{figures.unanimous[family]:.1%} of {family} unanimous, {was:.1%} before"
            yield Finding("unanimous_share", text)


def _canaries(table: Table) -> Iterator[Finding]:
    for text, code in CANARIES.items():
        located = table.locate(parse_address(text))
        if located.majority != code:
            yield Finding("canary", f"{text} is in {code}, the table says {located.majority}")
    for text in NOWHERE:
        located = table.locate(parse_address(text))
        if located.votes:
            yield Finding("canary", f"{text} is nowhere, the table says {located.majority}")


def _vote_table(table: Contents) -> NDArray[np.int16]:
    """Combination x source -> number of the code, equal for equal codes in every table; -1 without a vote."""
    rows = [[-1 if code is None else _number(code) for code in votes] for votes in table.combinations]
    return np.array(rows, np.int16).reshape(len(rows), len(table.sources))


def _number(code: str) -> int:
    return (ord(code[0]) - 65) * 26 + ord(code[1]) - 65


def _space(table: Contents, family: str) -> _Space:
    if family == "v4":
        starts, which, end = np.array(table.starts_v4, np.uint64), table.which_v4, 2.0**32
    else:
        starts, which, end = np.array(table.upper_v6, np.uint64), table.which_v6, 2.0**64
    sizes = np.diff(starts.astype(np.float64), append=end)
    return _Space(starts, sizes, np.array(which, np.uint16))


def _unanimous(votes: NDArray[np.int16]) -> NDArray[np.int16]:
    """Per combination the unanimous code, -1 without."""
    same = (votes == votes[:, :1]).all(axis=1)
    return np.where(same, votes[:, 0], -1).astype(np.int16)


def _unanimous_share(space: _Space, votes: NDArray[np.int16]) -> float:
    """Of what every source answers, the share all agree on. (Some answer for unallocated space, too.)"""
    answered = votes.min(axis=1) >= 0
    agreed = _unanimous(votes) >= 0
    return _share(space.sizes, agreed[space.which], answered[space.which])


def _changed_share(
    new: _Space, new_votes: NDArray[np.int16], last: _Space, last_votes: NDArray[np.int16]
) -> float:
    """Of what is unanimous in both tables, the share whose country is another."""
    starts = np.union1d(new.starts, last.starts)
    sizes = np.diff(starts.astype(np.float64), append=new.starts[-1] + new.sizes[-1])
    now = _unanimous(new_votes)[new.which[np.searchsorted(new.starts, starts, "right") - 1]]
    then = _unanimous(last_votes)[last.which[np.searchsorted(last.starts, starts, "right") - 1]]
    both = (now >= 0) & (then >= 0)
    return _share(sizes, both & (now != then), both)


def _agreements(
    space: _Space, votes: NDArray[np.int16], sources: tuple[SourceRecord, ...]
) -> dict[str, float]:
    """Per pair of sources, of what both answer the share they agree on."""
    shares = {}
    for a, b in combinations(range(len(sources)), 2):
        both = (votes[:, a] >= 0) & (votes[:, b] >= 0)
        equal = both & (votes[:, a] == votes[:, b])
        shares[f"{sources[a].name}, {sources[b].name}"] = _share(
            space.sizes, equal[space.which], both[space.which]
        )
    return shares


def _share(sizes: NDArray[np.float64], part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float:
    total = float(sizes[whole].sum())
    return float(sizes[part].sum()) / total if total else 0.0
