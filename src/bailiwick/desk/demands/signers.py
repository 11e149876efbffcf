"""Who may sign: whose passkeys count, proposing one's own, approving another's, taking one away."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick.accounts.queries import Passkey, passkeys
from bailiwick.desk.access import Member
from bailiwick.desk.frame import show
from bailiwick.orders import desk_queries
from bailiwick.orders import signer_queries as queries
from bailiwick.orders.actions import signers as actions
from bailiwick.orders.errors import InvalidOrder, UnknownPasskey
from bailiwick.orders.permissions import Act
from bailiwick.orders.signer_queries import Listed, Signer

from . import words
from .guard import HANDLING, SECTION, may, page, transition
from .passkey import asked, assertion, those_that_sign

REASONS: Final = (
    ("left", gettext_lazy("They no longer do this work")),
    ("lost", gettext_lazy("The passkey is lost")),
    ("compromised", gettext_lazy("Somebody else may have it")),
)
_IDLE: Final = {
    "unknown": gettext_lazy("Nobody here knows whose it is. Find out how it came there, and remove it."),
    "no_role": gettext_lazy("Its holder has no role for this any more. Remove it."),
    "unregistered": gettext_lazy("Its holder’s account does not have it any more. Remove it."),
}


class RemoveForm(forms.Form):
    """Which passkey, and why."""

    key = forms.RegexField(r"^[0-9a-f]{64}$")
    reason = forms.ChoiceField(choices=REASONS)


@dataclass(frozen=True, slots=True)
class Own:
    """A passkey of one's own, and whether it can be proposed."""

    passkey: Passkey
    is_new: bool


@page(*HANDLING)
def listing(request: HttpRequest, member: Member) -> HttpResponse:
    """Those that count, those that are proposed, and one's own."""
    context: dict[str, Any] = {
        "on_roll": [(each, _IDLE.get(each.idle, "")) for each in queries.on_roll()],
        "proposed": queries.proposed(),
        "own": _own(member) if may(member, Act.PROPOSE_SIGNER) else [],
        "may_propose": may(member, Act.PROPOSE_SIGNER),
        "may_remove": may(member, Act.REMOVE_SIGNER),
        "reasons": REASONS,
    }
    return show(request, member, "desk/demands/signers.html", SECTION, context)


def _own(member: Member) -> list[Own]:
    found = passkeys(member.id)
    known = queries.known_before(each.key for each in found)
    return [Own(each, each.key not in known) for each in found]


@page(*HANDLING)
def shown(request: HttpRequest, member: Member, signer_id: UUID) -> HttpResponse:
    """One that was proposed: what is signed, who signed, and what this person can do."""
    row = queries.proposal(signer_id)
    context = {
        "row": row,
        "listed": Listed(row.key, row),
        "own": row.account_id == member.id,
        "text": queries.text_of(row),
        "signing": _signing(member, row),
        "may_discard": row.outbox_id is None and may(member, Act.DISCARD_SIGNER),
        "history": words.history(desk_queries.history([f"signer:{row.pk}"])),
    }
    return show(request, member, "desk/demands/signer.html", SECTION, context)


def _signing(member: Member, row: Signer) -> dict[str, str] | None:
    """What the page asks a passkey for; None: this person has nothing to sign here."""
    if row.outbox_id is not None:
        return None
    if not row.is_proven:
        if row.account_id != member.id or not may(member, Act.PROVE_SIGNER):
            return None
        return asked("desk_prove_signer", (each for each in passkeys(member.id) if each.key == row.key))
    signed = {each.account_id for each in row.approvals.all()}
    if member.id in signed or not may(member, Act.APPROVE_SIGNER):
        return None
    counting = those_that_sign(member)
    if row.account_id == member.id and not counting:
        return None
    return asked("desk_approve_signer", counting)


@transition(Act.PROPOSE_SIGNER)
def propose(request: HttpRequest, member: Member) -> HttpResponse:
    """One's own passkey, by the number its account gave it."""
    chosen = request.POST.get("passkey", "")
    found = next((each for each in passkeys(member.id) if str(each.id) == chosen), None)
    if found is None:
        raise UnknownPasskey
    made = actions.propose(member.id, found.public_key, timezone.now())
    messages.success(request, _("Proposed. Show now that you hold it."))
    return redirect("desk_signer", made.pk)


@transition(Act.PROVE_SIGNER)
def prove(request: HttpRequest, member: Member, signer_id: UUID) -> HttpResponse:
    """Its holder signs with it."""
    actions.prove(member.id, signer_id, assertion(request, member), timezone.now())
    messages.success(request, _("Shown. Tell your colleagues its fingerprint, in person or by telephone."))
    return redirect("desk_signer", signer_id)


@transition(Act.APPROVE_SIGNER)
def approve(request: HttpRequest, member: Member, signer_id: UUID) -> HttpResponse:
    """Somebody who may sign approves; the second time it goes to the public log."""
    made = actions.approve(member.id, signer_id, assertion(request, member), timezone.now())
    done = _("Approved. One more who may sign must approve it.")
    if made.outbox_id is not None:
        done = _("Approved. It may sign from now on, and the public log says so.")
    messages.success(request, done)
    return redirect("desk_signer", signer_id)


@transition(Act.DISCARD_SIGNER)
def discard(request: HttpRequest, member: Member, signer_id: UUID) -> HttpResponse:
    """Drop a proposal."""
    actions.discard(member.id, signer_id, timezone.now())
    messages.success(request, _("Discarded. Nothing was given."))
    return redirect("desk_signers")


@transition(Act.REMOVE_SIGNER)
def remove(request: HttpRequest, member: Member) -> HttpResponse:
    """It signs nothing from now on."""
    form = RemoveForm(request.POST)
    if not form.is_valid():
        raise InvalidOrder("reason" if "reason" in form.errors else "key")
    actions.remove(member.id, form.cleaned_data["key"], form.cleaned_data["reason"], timezone.now())
    messages.success(request, _("Removed. It signs nothing from now on, and never comes back."))
    return redirect("desk_signers")
