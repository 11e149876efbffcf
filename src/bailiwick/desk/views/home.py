"""The first page of the desk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bailiwick.accounts import queries as accounts
from bailiwick.accounts.roles import Role
from bailiwick.accounts.suspension_queries import late_appeals, to_decide
from bailiwick.desk.access import EVERYBODY, Member, page
from bailiwick.desk.forms import ROLES
from bailiwick.desk.frame import show
from bailiwick.meetings.actions.reports import open_report_count
from bailiwick.notices.queries import open_count
from bailiwick.orders import desk_queries as orders
from bailiwick.orders.signer_queries import waiting_count


@dataclass(frozen=True, slots=True)
class Counted:
    """Something that waits, where, and who sees how much of it there is. `late`: how much is overdue."""

    url: str
    label: Any
    roles: frozenset[Role]
    count: Callable[[], int]
    late: Callable[[datetime], int] = lambda _: 0
    late_for: frozenset[Role] = frozenset(EVERYBODY)


@dataclass(frozen=True, slots=True)
class Tile:
    """Something that waits, as one member sees it."""

    url: str
    label: Any
    count: int
    late: int


def _proposed_roles() -> int:
    return sum(1 for grant in accounts.grants() if not grant.held or grant.removal_proposed_by)


_HANDLING: Final = frozenset({Role.INTAKE, Role.REVIEWER, Role.APPROVER, Role.AUDITOR})
_APPEALS: Final = frozenset({Role.APPEALS, Role.AUDITOR})
COUNTED: Final = (
    Counted("desk_alarms", _("open alarms"), frozenset(EVERYBODY), open_count),
    Counted(
        "desk_demands",
        _("demands to answer"),
        _HANDLING,
        orders.open_demand_count,
        orders.late_demand_count,
    ),
    Counted(
        "desk_demands",
        _("restrictions to sign"),
        frozenset({Role.REVIEWER, Role.APPROVER, Role.AUDITOR}),
        orders.awaiting_count,
    ),
    Counted("desk_signers", _("passkeys to approve"), _HANDLING | {Role.APPEALS}, waiting_count),
    Counted(
        "desk_appeals",
        _("appeals to decide"),
        _APPEALS,
        orders.open_appeal_count,
        orders.late_appeal_count,
    ),
    Counted(
        "desk_abuse",
        _("abuse reports"),
        frozenset({Role.INTAKE, Role.REVIEWER, Role.AUDITOR}),
        open_report_count,
    ),
    Counted(
        "desk_suspensions",
        _("suspensions to decide on"),
        frozenset({Role.REVIEWER, Role.APPROVER, Role.APPEALS, Role.AUDITOR}),
        to_decide,
        late_appeals,
        _APPEALS,
    ),
    Counted(
        "desk_roles",
        _("roles to confirm"),
        frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
        _proposed_roles,
    ),
)
"""What the overview counts, and for whom."""


def _tiles(member: Member) -> Iterator[Tile]:
    now = timezone.now()
    for each in COUNTED:
        if each.roles & member.roles:
            late = each.late(now) if each.late_for & member.roles else 0
            yield Tile(each.url, each.label, each.count(), late)


@page(*EVERYBODY)
def overview(request: HttpRequest, member: Member) -> HttpResponse:
    """One's roles, and what waits."""
    context = {
        "roles": [label for role, label in ROLES.items() if role in member.roles],
        "tiles": list(_tiles(member)),
        "passkeys": len(accounts.passkeys(member.id)),
    }
    return show(request, member, "desk/overview.html", "desk", context)
