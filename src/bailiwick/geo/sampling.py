"""Drawing addresses of a place, for demonstrations and tests: no real person is looked up or looked for."""

from __future__ import annotations

import random
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from bailiwick.geo.address import parse_address
from bailiwick.geo.errors import GeoError
from bailiwick.geo.table import Table
from bailiwick.rules.location import Location, Undetermined
from bailiwick.rules.territory import Code

_TRIES: Final = 50
# What happens to people with real connections; the rest is our own data's fault, or no participant's address.
_UNDETERMINED: Final = frozenset({Undetermined.DISAGREEMENT, Undetermined.NO_VOTE})


def draw(
    table: Table, code: Code | None, n: int, rng: random.Random, *, versions: tuple[int, ...] = (4,)
) -> list[str]:
    """`n` addresses unanimously located in `code` (None: undetermined, because sources disagree or do not
    know), all different if there is room, spread over the ranges of that place rather than over its
    addresses.

    Raises GeoError (`no_address_there`) if the table has none.
    """
    ranges = [
        (version, first, last)
        for version in versions
        for first, last, location in table.ranges(version)
        if _matches(location, code)
    ]
    if not ranges:
        raise GeoError("no_address_there", code or "undetermined")
    rng.shuffle(ranges)
    drawn: dict[str, None] = {}
    for attempt in range(n * _TRIES):
        if len(drawn) == n:
            break
        text = _address(*ranges[attempt % len(ranges)], rng)
        if _matches(table.locate(parse_address(text)), code):  # an override may say otherwise
            drawn[text] = None
    if not drawn and n:
        raise GeoError("no_address_there", code or "undetermined")
    return [*drawn, *rng.choices(list(drawn), k=n - len(drawn))] if drawn else []


def _matches(location: Location, code: Code | None) -> bool:
    if code is None:
        return location.reason in _UNDETERMINED and bool(location.votes)
    return location.unanimous == code


def _address(version: int, first: int, last: int, rng: random.Random) -> str:
    number = rng.randint(first, last)
    return str(IPv4Address(number) if version == 4 else IPv6Address(number))
