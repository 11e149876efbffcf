"""A demand's page: what it says, what it lacks, what was answered, and all that was done."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from bailiwick.desk.access import Member
from bailiwick.desk.frame import show
from bailiwick.orders import desk_queries as queries
from bailiwick.orders.actions import originals
from bailiwick.orders.actions.intake import OPEN, missing
from bailiwick.orders.desk_queries import DemandState, Target
from bailiwick.orders.permissions import Act

from . import answer, words
from .guard import HANDLING, SECTION, may, page
from .informing import InformedForm
from .queue import clock_of


@dataclass(frozen=True, slots=True)
class Named:
    """One thing the demand names, and its answer in words. An account's owner is not shown."""

    row: Target
    what: str
    asked: Any
    answer: str
    reasons: list[Any]


@page(*HANDLING)
def shown(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """Everything there is about one demand."""
    row = queries.demand(demand_id)
    restrictions = queries.restrictions_of(row.pk)
    subjects = [f"demand:{row.pk}", *(f"restriction:{each.pk}" for each in restrictions)]
    examinable = row.status in (DemandState.RECEIVED, DemandState.INCOMPLETE)
    context = {
        "row": row,
        "state": words.STATES[row.status],
        "clock": clock_of(row, timezone.now()) if row.status in OPEN else None,
        "whose": words.whose(row),
        "channel": dict(words.CHANNELS)[row.channel],
        "territories": words.places(row.territories),
        "missing": [words.NEEDED[name] for name in missing(row)],
        "named": named(row),
        "restrictions": restrictions,
        "review": queries.review_of(row.pk),
        "letter": originals.about(row, timezone.now()),
        "answer": answer.letter(row, timezone.now()),
        "history": words.history(queries.history(subjects)),
        "may_examine": examinable and may(member, Act.EXAMINE),
        "may_refuse": row.status in OPEN and may(member, Act.REFUSE),
        "may_explain": is_unexplained(row) and may(member, Act.EXPLAIN),
        "informed_form": _informed_form(row) if may(member, Act.INFORM) else None,
        "under_review": row.status == DemandState.UNDER_REVIEW,
    }
    return show(request, member, "desk/demands/demand.html", SECTION, context)


def is_unexplained(row: queries.Demand) -> bool:
    """Refused, with nothing published but codes."""
    return row.status == DemandState.REFUSED and not row.refusal_document


def _informed_form(row: queries.Demand) -> InformedForm | None:
    return None if row.informed_on else InformedForm(initial={"day": timezone.now().date()})


def named(row: queries.Demand) -> list[Named]:
    """What a demand names, in the order of the letter."""
    return [_named(target) for target in row.targets.all()]


def _named(row: Target) -> Named:
    said = dict(words.REFUSALS)
    answers = {"open": _("open"), "restricted": _("withheld in the territory"), "refused": _("refused")}
    return Named(
        row, _what(row), words.ASKED[row.asked], answers[row.answer], [said[code] for code in row.refusals]
    )


def _what(row: Target) -> str:
    if row.meeting is not None:
        return _("meeting %(slug)s") % {"slug": row.meeting.slug}
    return _("an account of this server") if row.account_id else _("nothing on this server")
