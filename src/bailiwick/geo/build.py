"""From the sources to the table in use: fetch, read, compile, check, swap, destroy the sources."""

from __future__ import annotations

import fcntl
import json
import math
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bailiwick.geo import tablefile
from bailiwick.geo.catalogue import SOURCES, Source, source_named
from bailiwick.geo.compile import compile_table
from bailiwick.geo.errors import SanityError, SourceError, TableError
from bailiwick.geo.fetch import fetch, installed_files
from bailiwick.geo.layout import Layout
from bailiwick.geo.sanity import Figures, Finding, Limits, findings, measure
from bailiwick.geo.sources import SourceData, read_source
from bailiwick.geo.table import Clock, Table, TableInfo
from bailiwick.geo.tablefile import Contents

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What to build. `files`: a source's own files instead of fetching it, empty to leave the source out.
    `accepted`: codes of findings the operator has looked at."""

    files: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    accepted: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)


def build(data_dir: Path, order: Order, say: Say, clock: Clock = time.time) -> TableInfo:
    """Build and put into use the table below `data_dir`. `say` is told each step, licences before downloads.

    The table in use stays as it is if anything fails: SourceError, SanityError (`sanity`), and
    ConfigurationError for an unknown source. Two builds take turns.
    """
    layout = Layout(data_dir)
    layout.folder.mkdir(parents=True, exist_ok=True)
    with _alone(layout), _workshop(layout) as workshop:
        sources = [_read(source, order, workshop, say) for source in _chosen(order, say)]
        contents = _compile(sources, say)
        tablefile.write(layout.candidate, contents)
        # Old sources are for the alarm, not for the check: here nothing is stale.
        table = Table.open(layout.candidate, stale_after_days=math.inf, clock=clock)
        figures = _check(layout, contents, table, order, say)
        _swap(layout)
        _note(layout, table.info, figures, clock())
    say(f"In use: {layout.table.name}, {table.hash}")
    return table.info


def is_built(data_dir: Path) -> bool:
    """Whether a sound table is in place."""
    try:
        tablefile.read(Layout(data_dir).table)
    except TableError:
        return False
    return True


def _chosen(order: Order, say: Say) -> list[Source]:
    for name in order.files:
        source_named(name)
    left_out = {name for name, files in order.files.items() if not files}
    chosen = [source for source in SOURCES if source.name not in left_out]
    if not chosen:
        raise SourceError("no_sources", "every source is left out")
    if len(chosen) < 2:
        say("Only one source: nothing will be unanimous, so no restriction can ever be enforced.")
    return chosen


def _read(source: Source, order: Order, workshop: Path, say: Say) -> SourceData:
    files = tuple(order.files.get(source.name, ())) or installed_files(source.name)
    if files:
        names = ", ".join(file.name for file in files)
        say(f"Reading {source.title} from {names}. Licence: {source.licence}.")
    else:
        say(f"Downloading {source.title} ({source.origin}).")
        say(f"  Licence: {source.licence}, {source.licence_link}")
        say("  The file is destroyed once the table is compiled; its hash and its votes are kept.")
        files = fetch(source.name, workshop)
    data = read_source(source, files)
    built = datetime.fromtimestamp(data.record.built, UTC)
    rows = f"{data.record.rows_v4:,} IPv4 and {data.record.rows_v6:,} IPv6 rows"
    say(f"Read {source.title}: {rows}, built {built:%Y-%m-%d}.")
    return data


def _compile(sources: Sequence[SourceData], say: Say) -> Contents:
    say("Compiling.")
    contents = compile_table(sources)
    ranges = f"{len(contents.starts_v4):,} IPv4 and {len(contents.upper_v6):,} IPv6 ranges"
    say(f"Compiled {ranges}, {len(contents.combinations):,} combinations of votes.")
    return contents


def _check(layout: Layout, contents: Contents, table: Table, order: Order, say: Say) -> Figures:
    last = _last(layout)
    figures = measure(contents, last)
    found = findings(contents, table, last, figures, order.limits)
    refused = [finding for finding in found if finding.code not in order.accepted]
    for finding in found:
        say(f"{'Refused' if finding in refused else 'Accepted'}: {finding.code}: {finding.text}")
    if refused:
        layout.candidate.unlink()
        raise SanityError("sanity", _codes(refused))
    shares = f"{figures.unanimous['v4']:.1%} of IPv4 and {figures.unanimous['v6']:.1%} of IPv6"
    say(f"Unanimous: {shares}, of what every source answers.")
    return figures


def _codes(refused: Sequence[Finding]) -> str:
    return ", ".join(sorted({finding.code for finding in refused}))


def _last(layout: Layout) -> Contents | None:
    try:
        return tablefile.read(layout.table)[0]
    except TableError:
        return None  # none yet, or not one to compare with: the new one replaces it


def _swap(layout: Layout) -> None:
    """Atomic: whoever opens the table sees the old one or the new one, whole. A crash before leaves the
    old one; the candidate of a crashed build is overwritten by the next."""
    layout.candidate.replace(layout.table)
    _sync_folder(layout.folder)


def _note(layout: Layout, info: TableInfo, figures: Figures, now: float) -> None:
    """Figures for `geo status`. A crash before this line leaves an older note, which names another table."""
    note = {"table": info.hash, "compiled": now, "figures": asdict(figures)}
    temporary = layout.note.with_suffix(".new")
    temporary.write_text(json.dumps(note, indent=1) + "\n", "utf-8")
    temporary.replace(layout.note)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone(layout: Layout) -> Iterator[None]:
    with layout.lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _workshop(layout: Layout) -> Iterator[Path]:
    """The folder downloads go to; destroyed afterwards, and what a crashed build left before that."""
    shutil.rmtree(layout.workshop, ignore_errors=True)
    layout.workshop.mkdir(mode=0o700)
    try:
        yield layout.workshop
    finally:
        shutil.rmtree(layout.workshop)
