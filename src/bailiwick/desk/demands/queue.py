"""What arrived, and what is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bailiwick.accounts.roles import Role
from bailiwick.desk.access import Member
from bailiwick.desk.frame import show
from bailiwick.orders import desk_queries as queries
from bailiwick.orders.permissions import Act

from . import words
from .guard import HANDLING, SECTION, may, page

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Clock:
    """When something is due, and how that stands. `emergency`: it has a shorter one."""

    due_at: datetime | None
    late: bool
    soon: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A demand in the queue."""

    row: queries.Demand
    state: Any
    clock: Clock


def clock(due_at: datetime | None, now: datetime) -> Clock:
    """`soon`: within two days."""
    left = None if due_at is None else (due_at - now).total_seconds()
    return Clock(due_at, left is not None and left <= 0, left is not None and 0 < left <= 172_800)


@page(*HANDLING)
def listing(request: HttpRequest, member: Member) -> HttpResponse:
    """The queue: what is due first stands first; whoever decides on appeals has theirs apart."""
    now = timezone.now()
    context: dict[str, Any] = {
        "open": _lines(queries.open_demands(), now),
        "answered": _lines(queries.answered_demands(_SHOWN), now),
        "awaiting": queries.awaiting_approval(),
        "in_force": queries.not_over(now),
        "may_receive": may(member, Act.RECEIVE),
        "reads_appeals": reads_appeals(member),
    }
    return show(request, member, "desk/demands/queue.html", SECTION, context)


def reads_appeals(member: Member) -> bool:
    """Whether what people wrote in appeals is for them."""
    return bool(member.roles & {Role.APPEALS, Role.AUDITOR})


def _lines(rows: Iterable[queries.Demand], now: datetime) -> list[Line]:
    return [Line(row, words.STATES[row.status], clock(row.due_at, now)) for row in rows]
