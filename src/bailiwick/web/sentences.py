"""What a rule does and when a meeting recurs, in words. The browser says the same (client/src/picker)."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final, Literal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bailiwick.meetings.queries import Meeting, recurrence_of
from bailiwick.meetings.recurrence import Frequency
from bailiwick.rules.territory import group, name, parse_territory

_NAMED: Final = 6  # more than these are counted
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GROUPS: Final[tuple[Literal["EU", "EEA"], ...]] = ("EU", "EEA")


def names(codes: Collection[str]) -> list[str]:
    """Display names of codes, sorted."""
    return sorted(name(code) for code in parse_territory(codes))


def place(codes: Sequence[str], today: date) -> str:
    """ "France or Germany", "the European Union", "one of 14 countries and territories"."""
    territory = parse_territory(codes)
    for known in _GROUPS:
        if territory == group(known, today):
            return _("the European Union") if known == "EU" else _("the European Economic Area")
    found = names(codes)
    if len(found) > _NAMED:
        shown = ", ".join(found[:3])
        return _("one of %(count)d countries and territories (%(shown)s and %(rest)d more)") % {
            "count": len(found),
            "shown": shown,
            "rest": len(found) - 3,
        }
    if len(found) < 2:
        return "".join(found)
    return _("%(first)s or %(last)s") % {"first": ", ".join(found[:-1]), "last": found[-1]}


def rule(mode: str, codes: Sequence[str], undetermined: str, today: date) -> str:
    """The whole rule in two sentences."""
    where = place(codes, today)
    if not where:
        main = _("People can come in from anywhere.")
    elif mode == "allow":
        main = _("Only people located in %s can come in; everybody else is refused.") % where
    else:
        main = _("Everybody can come in except people located in %s.") % where
    return f"{main} {UNDETERMINED[undetermined]()}"


UNDETERMINED: Final = {
    "admit": lambda: _("Where it cannot be told where somebody is, they can come in."),
    "waiting_room": lambda: _(
        "Where it cannot be told where somebody is, they wait until a host lets them in."
    ),
    "refuse": lambda: _("Where it cannot be told where somebody is, they are refused."),
}


def of_row(row: Any) -> str:
    """The sentence for a HostRule or ServerRule."""
    return rule(row.mode, row.territories, row.undetermined, date.today())  # noqa: DTZ011 (a day is enough)


def repeats(meeting: Meeting) -> str:
    """ "Every week on Monday and Thursday, until 3 May 2027"."""
    found = recurrence_of(meeting)
    if found is None:
        return ""
    days = [_(_WEEKDAYS[day]) for day in found.weekdays]
    how = {
        Frequency.DAILY: _("Every day"),
        Frequency.WEEKLY: _("Every week on %s")
        % _(" and ").join(filter(None, (", ".join(days[:-1]), *days[-1:]))),
        Frequency.MONTHLY: _("Every month on the same day"),
    }[found.frequency]
    if found.until:
        return _("%(how)s, until %(day)s") % {"how": how, "day": date_format(found.until, "j F Y")}
    if found.count:
        times = ngettext("%d time", "%d times", found.count) % found.count
        return _("%(how)s, %(times)s") % {"how": how, "times": times}
    return how
