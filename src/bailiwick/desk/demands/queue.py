"""What arrived, and what is due."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from bailiwick.accounts.roles import Role
from bailiwick.desk.access import Member
from bailiwick.desk.frame import show
from bailiwick.orders import desk_queries as queries
from bailiwick.orders.desk_queries import Sought
from bailiwick.orders.permissions import Act, demands_taken
from bailiwick.orders.signer_queries import enough_sign

from . import words
from .guard import HANDLING, SECTION, may, page

_SHOWN: Final = 10
_SOON: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Clock:
    """When something is due, how that stands, and the same in words: no colour is needed to see it. Without
    `due_at` it stands still."""

    due_at: datetime | None
    late: bool
    soon: bool
    said: Any


@dataclass(frozen=True, slots=True)
class Line:
    """A demand in the queue."""

    row: queries.Demand
    whose: str
    state: Any
    clock: Clock
    next: Any = ""


def clock(due_at: datetime | None, now: datetime) -> Clock:
    """`soon`: within two days."""
    if due_at is None:
        return Clock(None, late=False, soon=False, said="")
    left = due_at - now
    late = left <= timedelta(0)
    said = _("overdue by %(time)s") if late else _("due in %(time)s")
    return Clock(due_at, late, not late and left <= _SOON, said % {"time": words.span(abs(left))})


def clock_of(row: queries.Demand, now: datetime) -> Clock:
    """Of an open demand; while it is back at its authority, since when."""
    if row.paused_at is None:
        return clock(row.due_at, now)
    said = _("back at the authority for %(time)s") % {"time": words.span(now - row.paused_at)}
    return Clock(None, late=False, soon=False, said=said)


@page(*HANDLING)
def listing(request: HttpRequest, member: Member) -> HttpResponse:
    """The queue: what is due first stands first; whoever decides on appeals has theirs apart."""
    now, awaiting = timezone.now(), queries.awaiting_approval()
    opened = lines(queries.open_demands(), now, {row.demand_id for row in awaiting})
    context: dict[str, Any] = {
        "open": opened,
        "late": sum(line.clock.late for line in opened),
        "answered": lines(queries.answered_demands(Sought(), 0, _SHOWN), now),
        "awaiting": awaiting,
        "in_force": [(row, words.standing(row, now)) for row in queries.not_over(now)],
        "may_receive": may(member, Act.RECEIVE),
        "reads_appeals": reads_appeals(member),
        "too_few_sign": not enough_sign(),
    }
    return show(request, member, "desk/demands/queue.html", SECTION, context)


def reads_appeals(member: Member) -> bool:
    """Whether what people wrote in appeals is for them."""
    return bool(member.roles & {Role.APPEALS, Role.AUDITOR})


def lines(rows: Iterable[queries.Demand], now: datetime, proposed: Set[UUID] = frozenset()) -> list[Line]:
    """Demands as a list shows them. `proposed`: of which restrictions wait for signatures."""
    return [_line(row, now, proposed=row.pk in proposed) for row in rows]


def _line(row: queries.Demand, now: datetime, *, proposed: bool) -> Line:
    state = words.STATES[row.status]
    return Line(row, words.whose(row), state, clock_of(row, now), _next(row, proposed=proposed))


def _next(row: queries.Demand, *, proposed: bool) -> Any:
    """What somebody has to do with it. `proposed`: a restriction waits for signatures."""
    if not demands_taken():
        return words.NEXT_WITHOUT_DEMANDS
    if row.paused_at is not None:
        return words.NEXT_AT_THE_AUTHORITY
    return words.NEXT_SIGNATURES if proposed else words.NEXT.get(row.status, "")
