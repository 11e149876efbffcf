"""All that was answered and all that was granted, page by page and searched: whoever reads here reads all."""

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bailiwick.desk.access import Member
from bailiwick.desk.frame import show
from bailiwick.desk.paging import paged
from bailiwick.orders import desk_queries as queries
from bailiwick.orders.desk_queries import DemandState, Sought

from . import words
from .guard import HANDLING, SECTION, page
from .queue import lines

_ANSWERED: Final = (DemandState.REFUSED, DemandState.NARROWED, DemandState.GRANTED)


class _SearchForm(forms.Form):
    """What of a list to show. What cannot be is passed over: somebody may have cut the address it is in."""

    authority = forms.ChoiceField(label=_("Authority"), required=False)
    text = forms.CharField(label=_("In the reference"), max_length=120, required=False)
    meeting = forms.CharField(label=_("Meeting"), max_length=120, required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        known = [(str(row.pk), f"{row.name} ({row.state})") for row in queries.authorities()]
        self.fields["authority"].choices = [("", _("all")), ("none", _("not added here")), *known]  # type: ignore[attr-defined]  # a ChoiceField

    def sought(self) -> Sought:
        """What is looked for, as far as it can be."""
        found = self.cleaned_data if self.is_valid() else {}
        names = ("authority", "text", "meeting", "state")
        return Sought(**{name: str(found.get(name, "")) for name in names})


class _DemandsForm(_SearchForm):
    state = forms.ChoiceField(
        label=_("Answer"),
        choices=[("", _("all")), *((each.value, words.STATES[each]) for each in _ANSWERED)],
        required=False,
    )


class _RestrictionsForm(_SearchForm):
    state = forms.ChoiceField(
        label=_("Which"),
        choices=[("", _("all")), ("running", _("not over")), ("over", _("over"))],
        required=False,
    )


@page(*HANDLING)
def answered(request: HttpRequest, member: Member) -> HttpResponse:
    """Demands that were answered, the last first."""
    form, now = _DemandsForm(request.GET), timezone.now()
    sought = form.sought()
    listed = paged(request, lambda start, count: queries.answered_demands(sought, start, count))
    context = {"listed": listed, "lines": lines(listed.rows, now)} | _searched(form, sought)
    return show(request, member, "desk/demands/answered.html", SECTION, context)


def _searched(form: _SearchForm, sought: Sought) -> dict[str, Any]:
    return {"form": form, "searching": sought != Sought()}


@page(*HANDLING)
def granted(request: HttpRequest, member: Member) -> HttpResponse:
    """Restrictions that were approved, those that are over too, the last first."""
    form, now = _RestrictionsForm(request.GET), timezone.now()
    sought = form.sought()
    listed = paged(request, lambda start, count: queries.granted(sought, now, start, count))
    rows = [(row, words.standing(row, now)) for row in listed.rows]
    context = {"listed": listed, "rows": rows} | _searched(form, sought)
    return show(request, member, "desk/demands/restrictions.html", SECTION, context)
