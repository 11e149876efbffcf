"""When the authority was told that its demand arrived."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick.desk.access import Member
from bailiwick.orders.actions.informing import inform
from bailiwick.orders.errors import InvalidOrder
from bailiwick.orders.permissions import Act

from .guard import transition


class InformedForm(forms.Form):
    """A day, not a time: no log or report has more."""

    day = forms.DateField(
        label=gettext_lazy("The authority was told that it arrived, on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


@transition(Act.INFORM)
def informed(request: HttpRequest, member: Member, demand_id: UUID) -> HttpResponse:
    """Write it down, once."""
    form = InformedForm(request.POST)
    if not form.is_valid():
        raise InvalidOrder("day")
    inform(member.id, demand_id, form.cleaned_data["day"], timezone.now())
    messages.success(request, _("Written down."))
    return redirect("desk_demand", demand_id)
