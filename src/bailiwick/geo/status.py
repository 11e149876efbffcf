"""How the location data is doing: for the command line, the health check and the operator's page."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bailiwick.geo.catalogue import source_named
from bailiwick.geo.errors import GeoError
from bailiwick.geo.layout import Layout
from bailiwick.geo.overrides import Overrides
from bailiwick.geo.table import DAY, STALE_AFTER_DAYS, Clock, Table
from bailiwick.geo.tablefile import SourceRecord

ALARM_AFTER_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class Attribution:
    """What a page that shows a location says about one source."""

    text: str
    link: str
    licence: str


def attributions(sources: tuple[SourceRecord, ...]) -> tuple[Attribution, ...]:
    """Owed by every page that shows a location, to the sources of the table in use."""
    known = (source_named(source.name) for source in sources)
    return tuple(Attribution(source.attribution, source.link, source.licence) for source in known)


def alarms(
    sources: tuple[SourceRecord, ...],
    now: float,
    stale_after_days: float = STALE_AFTER_DAYS,
    alarm_after_days: float = ALARM_AFTER_DAYS,
) -> list[str]:
    """What somebody should look into, as codes: `too_few_sources`, `source_old:NAME`, `source_stale:NAME`."""
    ages = {source.name: (now - source.built) / DAY for source in sources}
    few = ["too_few_sources"] if len(sources) < 2 else []
    old = [f"source_old:{name}" for name, age in ages.items() if age > alarm_after_days]
    return few + old + [f"source_stale:{name}" for name, age in ages.items() if age >= stale_after_days]


def status(
    data_dir: Path,
    *,
    overrides: Path | None = None,
    stale_after_days: float = STALE_AFTER_DAYS,
    alarm_after_days: float = ALARM_AFTER_DAYS,
    clock: Clock = time.time,
) -> dict[str, Any]:
    """All about the table in use, as JSON values. `fault`: code of what makes everybody undetermined, or
    None. `alarms`: codes, `source_old:NAME` and `source_stale:NAME` among them. Never raises for a bad
    table."""
    layout = Layout(data_dir)
    now = clock()
    try:
        lines = Overrides.read(overrides or layout.overrides)
        table = Table.open(layout.table, overrides=lines, stale_after_days=stale_after_days, clock=clock)
    except GeoError as error:
        return {"table": None, "fault": error.code, "alarms": [error.code], "sources": []}
    stale = table.stale_sources(now)
    records = table.info.sources
    sources = [_source(source, now, alarm_after_days, source.name in stale) for source in records]
    return {
        "table": table.hash,
        "fault": None,
        "alarms": alarms(records, now, stale_after_days, alarm_after_days),
        "sources": sources,
        "ranges": {"v4": table.info.ranges_v4, "v6": table.info.ranges_v6},
        "combinations": table.info.combinations,
        "overrides": table.info.overrides,
        "overrides_hash": table.info.overrides_hash,
        **_build_note(layout, table.info.file_hash),
    }


def _source(source: SourceRecord, now: float, alarm_after_days: float, stale: bool) -> dict[str, Any]:
    about = source_named(source.name)
    age = (now - source.built) / DAY
    return {
        "name": source.name,
        "title": about.title,
        "licence": about.licence,
        "attribution": about.attribution,
        "built": _iso(source.built),
        "age_days": round(age, 1),
        "old": age > alarm_after_days,
        "stale": stale,
        "sha256": source.sha256,
        "rows": {"v4": source.rows_v4, "v6": source.rows_v6},
    }


def _build_note(layout: Layout, file_hash: str) -> dict[str, Any]:
    """What the build measured, if its note is about this very table."""
    try:
        note = json.loads(layout.note.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(note, dict) or note.get("table") != file_hash:
        return {}
    return {"compiled": _iso(note["compiled"]), "figures": note["figures"]}


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
