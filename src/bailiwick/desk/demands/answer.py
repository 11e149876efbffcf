"""The answer to the authority, for the staff to send by its official channel: what was granted, from when
until when, what was cut and why. It is made from the demand and from what is published of it, never from who
was there: whoever reads it learns of nobody, not even whether an account exists."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from bailiwick.desk.access import Member
from bailiwick.orders import desk_queries as queries
from bailiwick.orders.actions.drafting import cut, is_shorter
from bailiwick.orders.actions.intake import missing
from bailiwick.orders.desk_queries import Answer, Asked, Demand, LaterKind, Restriction, Target
from bailiwick.orders.entries import begins
from bailiwick.rules.restriction import LONGEST

from . import words
from .guard import HANDLING, page

_TO_THE_MINUTE = timedelta(minutes=1)
"""What the desk's form has."""


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one thing the demand names."""

    asked: Any
    what: str
    granted: list[str]
    why: list[Any]
    published: str = ""


@page(*HANDLING)
def taken(_request: HttpRequest, _member: Member, demand_id: UUID) -> HttpResponse:
    """As a text file."""
    row = queries.demand(demand_id)
    headers = {"Content-Disposition": f'attachment; filename="answer-{demand_id.hex[:8]}.txt"'}
    return HttpResponse(
        letter(row, timezone.now()), content_type="text/plain; charset=utf-8", headers=headers
    )


def letter(row: Demand, now: datetime) -> str:
    """The text, as of now: that it arrived, what it lacks, or what was decided."""
    text = render_to_string(
        "desk/demands/answer.txt",
        {
            "row": row,
            "day": now,
            "missing": [words.NEEDED[name] for name in missing(row)],
            "lines": list(_lines(row, now)),
            "refusals": [dict(words.REFUSALS)[code] for code in queries.grounds_of_refusal(row)],
            "site": settings.PUBLIC_URL,
        },
    )
    return text.encode().decode()  # a plain string: what a template renders counts as safe to put into a page


def _lines(row: Demand, now: datetime) -> Iterator[Line]:
    granted = {
        each.meeting_id: each for each in queries.restrictions_of(row.pk) if each.outbox_id is not None
    }
    for target in row.targets.all():
        found = granted.get(target.meeting_id) if target.answer == Answer.RESTRICTED else None
        asked, what = words.ASKED[target.asked], _what(target)
        if found is not None:
            published = f"{settings.PUBLIC_URL}/register/restrictions/{found.pk.hex}"
            yield Line(asked, what, _granted(found, now), list(_cuts(row, target, found)), published)
        elif target.answer == Answer.REFUSED:
            yield Line(asked, what, [], _refused(target))


def _what(target: Target) -> str:
    """By the authority's own word: a meeting that it named and that is withheld; of the rest, nothing."""
    restricted = target.answer == Answer.RESTRICTED and target.meeting is not None
    return _("meeting %(slug)s") % {"slug": target.meeting.slug} if restricted and target.meeting else ""


def _refused(target: Target) -> list[Any]:
    """The grounds. Of an account the same whatever was found, and whether there is one."""
    if target.asked == Asked.CLOSE_ACCOUNT:
        return [_("No demand closes an account here. It is not said whether there is one.")]
    said = dict(words.REFUSALS)
    return [said[code] for code in target.refusals]


def _granted(row: Restriction, now: datetime) -> list[str]:
    said = [
        _("Withheld from people located in: %(places)s") % {"places": words.places(row.territories)},
        _("In force from %(begin)s until %(end)s, by the clock")
        % {"begin": words.moment(begins(row)), "end": words.moment(row.expires_at)},
        _("Law: %(law)s") % {"law": row.law},
    ]
    return [*said, *(_later(each) for each in row.later.all() if each.at <= now)]


def _later(row: Any) -> str:
    day = words.moment(row.at)
    if row.kind == LaterKind.SUSPENDED:
        return _("Suspended since %(day)s") % {"day": day}
    if row.kind == LaterKind.WITHDRAWN:
        return _("Withdrawn on %(day)s") % {"day": day}
    left = words.places(row.territories or ())
    said = _("Narrowed on %(day)s") % {"day": day}
    said += _(", to: %(places)s") % {"places": left} if left else ""
    return said + (_(", until %(end)s") % {"end": words.moment(row.expires_at)} if row.expires_at else "")


def _cuts(demand: Demand, target: Target, row: Restriction) -> Iterator[Any]:
    """What was asked and is not granted, and why."""
    if target.asked != Asked.WITHHOLD:
        yield _("No demand ends a meeting: it goes on for everybody else.")
    beyond = cut(demand, row.effective_from, row.expires_at)[1]
    if beyond:
        yield _("Beyond the authority’s own territory: %(places)s") % {"places": words.places(beyond)}
    narrower = set(demand.territories) - set(beyond) - set(row.territories)
    if narrower:
        yield _("Further than what is necessary: %(places)s") % {"places": words.places(narrower)}
    if is_shorter(demand, row):
        longest = row.expires_at - row.effective_from >= LONGEST - _TO_THE_MINUTE
        yield _("90 days at most.") if longest else _("Longer than what is necessary.")
