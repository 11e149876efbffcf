"""How far an authority's word counts (P1): from the reviewed tables, never from what somebody typed."""

from datetime import date, datetime, timedelta

from bailiwick.rules.territory import Code, Territory, group, own_territory

GROUPS = frozenset({"EU", "EEA"})


def reach_of(state: str, kind: str, first: date, last: date) -> Territory:
    """How far such an authority's word counts, at most: the reviewed row of its state, or what a group was on
    the first day and is on the last. UnknownTerritory: no such state; nothing for a kind that is not its."""
    match state, kind:
        case ("EU" | "EEA") as body, "supranational":
            return group(body, first) & group(body, last)
        case (("EU" | "EEA"), _):
            return frozenset()
        case _, "supranational":
            return frozenset()
    return own_territory(Code(state))


def last_day(until: datetime) -> date:
    """The last day of an interval that ends before `until`."""
    return (until - timedelta(seconds=1)).date()
