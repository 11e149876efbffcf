"""What was published of a demand, and taking it down: proposed by one person, carried out by another."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick.desk.access import Member
from bailiwick.desk.frame import show
from bailiwick.ledger import queries as ledger
from bailiwick.orders import desk_queries as queries
from bailiwick.orders.actions import takedowns as actions
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand
from bailiwick.orders.permissions import Act

from . import words
from .guard import HANDLING, SECTION, may, page, transition


class TakedownForm(forms.Form):
    """Why a document must not be read any more."""

    document = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=words.REMOVALS)


@dataclass(frozen=True, slots=True)
class Published:
    """One document, whether it is served, what was proposed of it, and the form to propose it."""

    name: str
    is_served: bool
    takedown: Any
    reason: Any
    form: TakedownForm | None


@page(*HANDLING)
def listing(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """Each of them, with what can be done."""
    row = queries.demand(demand_id)
    context = {
        "row": row,
        "documents": [_published(member, name) for name in actions.documents_of(row)],
        "may_approve": may(member, Act.APPROVE_TAKEDOWN),
        "may_discard": may(member, Act.DISCARD_TAKEDOWN),
    }
    return show(request, member, "desk/demands/documents.html", SECTION, context)


def _published(member: Member, name: str) -> Published:
    takedown = queries.takedown_of(name)
    served = ledger.document(name) is not None
    offered = served and takedown is None and may(member, Act.PROPOSE_TAKEDOWN)
    form = TakedownForm(initial={"document": name}, auto_id=f"%s-{name[:8]}") if offered else None
    reason = "" if takedown is None else dict(words.REMOVALS)[takedown.reason]
    return Published(name, served, takedown, reason, form)


@transition(Act.PROPOSE_TAKEDOWN)
def propose(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """Served until somebody else carries it out."""
    form = TakedownForm(request.POST)
    if not form.is_valid():
        raise InvalidOrder("reason")
    data = form.cleaned_data
    actions.propose(member.id, demand_id, data["document"], data["reason"], timezone.now())
    messages.success(request, _("Proposed. Somebody else must take it down."))
    return redirect("desk_documents", demand_id)


@transition(Act.APPROVE_TAKEDOWN)
def approve(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """No longer served, from now on."""
    actions.approve(member.id, _which(request), timezone.now())
    messages.success(request, _("Taken down. The public log says so, and keeps its hash."))
    return redirect("desk_documents", demand_id)


@transition(Act.DISCARD_TAKEDOWN)
def discard(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """It stays published."""
    actions.discard(member.id, _which(request), timezone.now())
    messages.success(request, _("Discarded. It stays published."))
    return redirect("desk_documents", demand_id)


def _which(request: HttpRequest) -> int:
    given = request.POST.get("id", "")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise NoSuchDemand
    return int(given)
