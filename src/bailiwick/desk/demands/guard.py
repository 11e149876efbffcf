"""The doors of these pages: roles as `orders.permissions` has them, and what is refused, in words."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from bailiwick.accounts.roles import Role
from bailiwick.desk import access
from bailiwick.desk.access import Member, View
from bailiwick.desk.frame import show
from bailiwick.notices.problem_json import document, problem_json, wants_json
from bailiwick.orders.errors import OrdersError
from bailiwick.orders.permissions import MAY, Act, is_open

from .said_of_papers import PAPERS

SECTION: Final = "desk_demands"
HANDLING: Final = (Role.INTAKE, Role.REVIEWER, Role.APPROVER, Role.APPEALS)
"""Who reads demands. What somebody wrote in an appeal, only appeals and auditors read."""

SAID: Final[dict[str, tuple[int, Any]]] = {
    "bad_approval": (
        422,
        _("The passkey did not sign exactly this text, here and now. Load the page again and sign again."),
    ),
    "unknown_passkey": (
        422,
        _("That passkey is not one that your account registered, or is of a kind that cannot be checked."),
    ),
    "no_signer": (
        409,
        _(
            "One of the two passkeys is not among those that may sign, or was removed meanwhile: what is"
            " approved with it counts nowhere. Look at the page “Who may sign”."
        ),
    ),
    "already_signer": (
        409,
        _(
            "That passkey may sign, could once, or is proposed already. A removed passkey never comes back:"
            " add another one to your account and propose that."
        ),
    ),
    "same_person": (403, _("It takes a second person, with a passkey of their own, who did not propose it.")),
    "took_part": (
        403,
        _("You took part in this restriction. Somebody who did not must decide on objections to it."),
    ),
    "no_such_restriction": (404, _("There is no such restriction, or it was changed or ended already.")),
    "no_such_demand": (404, _("There is nothing there, or it was decided already, perhaps by a colleague.")),
    "not_possible_now": (409, _("It is not in a state in which that can be done. Look at its page again.")),
    "demands_off": (
        409,
        _(
            "This server takes no demands of authorities, so nothing is examined or granted. What arrives is"
            " recorded and refused; what was granted before can be ended."
        ),
    ),
    "not_narrower": (
        422,
        _("A correction only takes away: fewer territories, or an earlier end. More is a new demand."),
    ),
    "beyond_territory": (
        422,
        _("Nothing of it lies in the authority’s own territory, so nothing can be granted. Refuse it."),
    ),
    "authority_exists": (
        409,
        _("An authority of that name and state is there already, or is proposed. Change that one instead."),
    ),
    "invalid_field": (422, _("A field cannot be used as it is.")),
    **PAPERS,
}


def page(*roles: Role) -> Callable[[View], View]:
    """A page for these roles and auditors."""
    return lambda view: access.page(*roles)(told(view))


def transition(act: Act) -> Callable[[View], View]:
    """A form for whoever may do this; auditors never."""
    return lambda view: access.act(*MAY[act])(told(view))


def may(member: Member, act: Act) -> bool:
    """Whether to offer it."""
    return is_open(act) and not member.roles.isdisjoint(MAY[act])


def told(view: View) -> View:
    """What `orders` refuses, as a page with its status."""

    @wraps(view)
    def answered(request: HttpRequest, member: Member, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, member, *args, **kwargs)
        except OrdersError as error:
            return refused(request, member, error)

    return answered


def refused(request: HttpRequest, member: Member, error: OrdersError) -> HttpResponse:
    """Why not; nothing was changed."""
    status, text = SAID.get(error.code, (409, _("That cannot be done.")))
    if wants_json(request):
        return problem_json(document(error.code, status, str(text), field=getattr(error, "field", "")))
    context = {"code": error.code, "text": text, "field": getattr(error, "field", "")}
    context["signers"] = error.code in ("no_signer", "already_signer")
    return show(request, member, "desk/demands/refused.html", SECTION, context, status)
