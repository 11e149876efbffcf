"""A restriction's page: signed by whoever proposed it, approved by somebody else, undone by one person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick.desk.access import Member, View
from bailiwick.desk.frame import show
from bailiwick.orders import desk_queries as queries
from bailiwick.orders.actions import granting, later, resuming
from bailiwick.orders.desk_queries import Restriction
from bailiwick.orders.entries import begins
from bailiwick.orders.errors import BeyondTerritory, InvalidOrder
from bailiwick.orders.permissions import Act

from . import words
from .decided import decided
from .forms import add_error
from .guard import HANDLING, SAID, SECTION, may, page, transition
from .passkey import asked, assertion, those_that_sign
from .review_forms import EndForm, NarrowForm, TermsForm


@page(*HANDLING)
def shown(request: HttpRequest, member: Member, restriction_id: UUID) -> HttpResponse:
    """What it says, who signed it, what followed, and what can be done."""
    return _show(request, member, queries.restriction(restriction_id))


def _show(
    request: HttpRequest, member: Member, row: Restriction, end: EndForm | None = None,
    narrow: NarrowForm | None = None, again: TermsForm | None = None,
) -> HttpResponse:  # fmt: skip
    signed = [each.account_id for each in row.approvals.all()]
    context: dict[str, Any] = {
        "row": row,
        "text": queries.text_to_sign(row),
        "altered": queries.is_altered(row),
        "decided": decided(row.document),
        "begins": _begins(row),
        "places": words.places(row.territories),
        "reasons": [dict(words.reasons()).get(code, code) for code in row.reasons],
        "later": row.later.all(),
        "history": words.history(queries.history([f"restriction:{row.pk}"])),
        "may_discard": row.outbox_id is None and may(member, Act.DISCARD),
        "standing": words.standing(row, timezone.now()),
        "may_undo": can_change(row) and may(member, Act.WITHDRAW),
        "end": end or EndForm(),
        "narrow": narrow or NarrowForm(),
        "again": again or _again(member, row),
        "signing": _signing(member, row, bool(signed)),
    }
    status = 422 if (end or narrow or again) else 200
    return show(request, member, "desk/demands/restriction.html", SECTION, context, status)


def _begins(row: Restriction) -> datetime | None:
    """When it has, or would have, effect; None: as soon as it can."""
    return begins(row) if row.outbox_id is not None or row.effective_from > timezone.now() else None


def _again(member: Member, row: Restriction) -> TermsForm | None:
    """The form by which what was suspended is proposed again; None: this person has none to fill in."""
    if row.outbox_id is None or not may(member, Act.PROPOSE) or not resuming.can_resume(row, timezone.now()):
        return None
    end = resuming.left_of(row).until
    return TermsForm(initial={"law": row.law, "reasons": row.reasons, "until": end})


def can_change(row: Restriction) -> bool:
    """Whether there is anything left of it."""
    return row.outbox_id is not None and not words.standing(row, timezone.now()).over


def _signing(member: Member, row: Restriction, signed: bool) -> dict[str, str] | None:
    """What the page asks a passkey for; None: this person has nothing to sign here."""
    own = row.proposed_by_id == member.id
    if row.outbox_id is not None or queries.is_altered(row):
        return None
    if own and not signed and may(member, Act.SIGN):
        act = "desk_sign_restriction"
    elif signed and not own and may(member, Act.APPROVE):
        act = "desk_approve_restriction"
    else:
        return None
    return asked(act, those_that_sign(member))


@transition(Act.SIGN)
def sign(request: HttpRequest, member: Member, restriction_id: UUID) -> HttpResponse:
    """Whoever proposed it signs first."""
    granting.sign(member.id, restriction_id, assertion(request, member), timezone.now())
    messages.success(request, _("Signed. Somebody else must approve it."))
    return redirect("desk_restriction", restriction_id)


@transition(Act.APPROVE)
def approve(request: HttpRequest, member: Member, restriction_id: UUID) -> HttpResponse:
    """A second person signs; then it goes to the public log, and is enforced once that is proven."""
    granting.approve(member.id, restriction_id, assertion(request, member), timezone.now())
    messages.success(request, _("Approved. It takes effect once it is proven to be in the public log."))
    return redirect("desk_restriction", restriction_id)


@transition(Act.PROPOSE)
def again(request: HttpRequest, member: Member, restriction_id: UUID) -> HttpResponse:
    """What was suspended, without effect until two people have signed it."""
    form, now = TermsForm(request.POST), timezone.now()
    if form.is_valid():
        try:
            made = resuming.propose_again(member.id, restriction_id, form.plan(now), now)
        except InvalidOrder as error:
            add_error(form, error)
        except BeyondTerritory as error:
            form.add_error(None, str(SAID[error.code][1]))
        else:
            messages.success(request, _("Proposed. Sign it, then somebody else must approve it."))
            return redirect("desk_restriction", made.pk)
    return _show(request, member, queries.restriction(restriction_id), again=form)


@transition(Act.DISCARD)
def discard(request: HttpRequest, member: Member, restriction_id: UUID) -> HttpResponse:
    """Drop a proposal."""
    demand_id = queries.restriction(restriction_id).demand_id
    granting.discard(member.id, restriction_id, timezone.now())
    messages.success(request, _("Discarded. Nothing was granted."))
    return redirect("desk_demand", demand_id)


def _ending(act: Act, action: Any, done: Any) -> View:
    @transition(act)
    def ended(request: HttpRequest, member: Member, restriction_id: UUID) -> HttpResponse:
        form = EndForm(request.POST)
        if not form.is_valid():
            return _show(request, member, queries.restriction(restriction_id), end=form)
        action(member.id, restriction_id, form.cleaned_data["reason"], timezone.now())
        messages.success(request, str(done))
        return redirect("desk_restriction", restriction_id)

    return ended


suspend = _ending(
    Act.SUSPEND,
    later.suspend,
    gettext_lazy("Suspended: it keeps nobody out any more. To restrict again takes two people again."),
)
withdraw = _ending(
    Act.WITHDRAW, later.withdraw, gettext_lazy("Withdrawn: it keeps nobody out any more, and never will.")
)


@transition(Act.NARROW)
def correct(request: HttpRequest, member: Member, restriction_id: UUID) -> HttpResponse:
    """Fewer codes, or an earlier end."""
    form = NarrowForm(request.POST)
    if not form.is_valid():
        return _show(request, member, queries.restriction(restriction_id), narrow=form)
    later.narrow(
        member.id,
        restriction_id,
        timezone.now(),
        territories=form.left(),
        until=form.cleaned_data["until"],
    )
    messages.success(request, _("Narrowed, at once."))
    return redirect("desk_restriction", restriction_id)
