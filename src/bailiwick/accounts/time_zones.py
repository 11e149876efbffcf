"""The time zones to choose from, for people and for meetings."""

from functools import cache
from zoneinfo import available_timezones


@cache
def zones() -> tuple[str, ...]:
    """Names of places ("Europe/Berlin") and UTC, sorted; not the fixed offsets, whose signs mislead."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return (*sorted(places), "UTC")
