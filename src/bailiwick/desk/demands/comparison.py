"""What was asked beside what could be granted at most. It is made from the demand and the reviewed tables
alone: nobody's presence is looked at, so nothing here tells who or how many would be affected."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bailiwick.orders.actions.drafting import cut
from bailiwick.orders.desk_queries import Asked, Demand, Target
from bailiwick.rules.restriction import LONGEST

from . import words

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Side:
    """One question. `cut`: why less than was asked; empty if it is the same."""

    about: str
    asked: str
    granted: str
    cut: str = ""


def sides(row: Demand, now: datetime) -> list[Side]:
    """The whole demand."""
    return [*_acts(list(row.targets.all())), *_places(row, now), _time(row, now), _secrecy(row)]


def latest_end(row: Demand, now: datetime) -> datetime:
    """The last moment until which a restriction from now on could last."""
    longest = now + LONGEST
    return longest if row.ends_at is None else max(now, min(longest, row.ends_at))


def _acts(targets: list[Target]) -> Iterator[Side]:
    counted = Counter((row.asked, row.meeting_id is not None) for row in targets)
    for (asked, is_meeting), count in sorted(counted.items()):
        granted, why = _instead(Asked(asked), is_meeting)
        yield Side(_("What to do"), f"{words.ASKED[asked]} × {count}", granted, why)


def _instead(asked: Asked, is_meeting: bool) -> tuple[str, str]:
    people = _("Keep people located in the territory out of the meeting; it goes on for everybody else")
    if not is_meeting:
        return _("Nothing"), _("No demand reaches an account, or what is not a meeting here.")
    if asked is Asked.WITHHOLD:
        return people, ""
    return people, _("No demand ends a meeting: at most, the narrowest restriction of it.")


def _places(row: Demand, now: datetime) -> Iterator[Side]:
    left, beyond = cut(row, now, max(latest_end(row, now), now + _A_DAY))
    why: Any = ""
    if row.authority is None:
        why = _("The authority is not added here, so it has no territory.")
    elif beyond:
        why = _("Beyond the authority’s own territory: %(places)s") % {"places": words.places(beyond)}
    asked, granted = words.places(row.territories) or "—", words.places(left) or _("Nowhere")
    yield Side(_("Where"), asked, granted, why)


def _time(row: Demand, now: datetime) -> Side:
    end = latest_end(row, now)
    asked = words.moment(row.ends_at) or _("without an end")
    too_long = row.ends_at is None or row.ends_at > end
    return Side(
        _("Until"),
        asked,
        _("%(end)s at the latest") % {"end": words.moment(end)},
        _("90 days at most, then it ends by the clock.") if too_long else "",
    )


def _secrecy(row: Demand) -> Side:
    asked = _("asked for") if row.confidential else _("not asked for")
    why = _("What must be kept secret is refused.") if row.confidential else ""
    return Side(
        _("Secrecy"), asked, _("None: public before it has any effect, and told to those affected"), why
    )
