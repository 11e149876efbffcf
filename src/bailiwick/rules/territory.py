"""Territories: sets of ISO 3166-1 codes (and XK), their names, groups, and how far a state's word counts."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, NewType, TypeAlias

from bailiwick.rules.codes import ROWS, Continent
from bailiwick.rules.groups import MEMBERSHIPS, TABLES_BEGIN
from bailiwick.rules.reach import REACH

__all__ = [
    "CODES",
    "ISO_CODES",
    "Code",
    "Continent",
    "Territory",
    "UnknownTerritory",
    "check_territory",
    "continent",
    "group",
    "name",
    "own_territory",
    "own_territory_source",
    "parse_code",
    "parse_territory",
]

Code = NewType("Code", str)
Territory: TypeAlias = frozenset[Code]

CODES: Final[Territory] = frozenset(map(Code, ROWS))
ISO_CODES: Final[Territory] = CODES - {Code("XK")}


class UnknownTerritory(ValueError):  # noqa: N818 - named for what it is, as the other errors of this package
    """The text is not one of CODES."""

    code = "unknown_territory"


def parse_code(text: str) -> Code:
    """The code, exactly as ISO 3166-1 writes it: "uk", "UK", " HK" and "CN-HK" raise UnknownTerritory."""
    if text not in CODES:
        raise UnknownTerritory("not an ISO 3166-1 alpha-2 code or XK")
    return Code(text)


def parse_territory(codes: Iterable[str]) -> Territory:
    """The set of the codes; a single bad one raises UnknownTerritory. Nothing is derived or expanded."""
    if isinstance(codes, str):
        raise UnknownTerritory("a territory is a list of codes, not a text")
    return frozenset(map(parse_code, codes))


def check_territory(territory: Territory) -> None:
    """Raise UnknownTerritory unless the set holds codes and nothing else, whoever built it."""
    if not territory <= CODES:
        raise UnknownTerritory("a territory holds ISO 3166-1 alpha-2 codes or XK only")


def group(name: Literal["EU", "EEA"], on: date) -> Territory:
    """Where the group's law applied on that day; a last day of membership still counts.

    Raises UnknownTerritory for another group and ValueError for a day before the tables begin.
    """
    if name not in MEMBERSHIPS:
        raise UnknownTerritory("not a group we keep a table of")
    if on < TABLES_BEGIN:
        raise ValueError("the group tables begin in 2004")
    return parse_territory(
        code
        for codes, since, last_day, _source in MEMBERSHIPS[name]
        if since <= on <= last_day
        for code in codes.split()
    )


def own_territory(state: Code) -> Territory:
    """How far an order of this state's authorities can reach at most: its row of the reviewed table (P1).

    A code without a row, and so every dependent territory, reaches itself alone.
    """
    row = REACH.get(parse_code(state))
    return frozenset({state}) if row is None else parse_territory(row.codes.split())


def own_territory_source(state: Code) -> str:
    """The law `own_territory` rests on, for the public page of an order."""
    row = REACH.get(parse_code(state))
    return "ISO 3166-1: the code assigned to it" if row is None else row.source


def name(code: Code) -> str:
    """The neutral English display name."""
    return ROWS[code][0]


def continent(code: Code) -> Continent:
    """The continent the country picker lists the code under."""
    return ROWS[code][1]
