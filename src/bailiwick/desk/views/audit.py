"""What the staff did: all of it, or by person, act and subject."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from bailiwick.accounts import queries
from bailiwick.accounts.roles import Role
from bailiwick.desk.access import Member, page
from bailiwick.desk.frame import show
from bailiwick.desk.subjects import page_of

PAGE = 100


class _TrailForm(forms.Form):
    """Which acts to show. A person is chosen by number, so that no address stands in a link."""

    who = forms.ChoiceField(label=_("Who"), required=False)
    code = forms.CharField(
        label=_("What"),
        help_text=_("An act’s code or its beginning: “demand.”."),
        max_length=48,
        required=False,
    )
    subject = forms.CharField(
        label=_("To what"), help_text=_("Or its beginning: “restriction:”."), max_length=120, required=False
    )
    before = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        people = [(str(row.pk), row.email) for row in queries.ever_staff()]
        self.fields["who"].choices = [("", _("everybody")), *people]  # type: ignore[attr-defined]  # a ChoiceField

    def found(self) -> list[queries.Act]:
        """The acts; of what is nonsense, all."""
        said = self.cleaned_data if self.is_valid() else {}
        actor = UUID(said["who"]) if said.get("who") else None
        narrower = {name: said.get(name, "") for name in ("code", "subject")}
        return queries.trail(said.get("before"), PAGE, actor=actor, **narrower)


@page(Role.ADMINISTRATOR)
def trail(request: HttpRequest, member: Member) -> HttpResponse:
    """A hundred acts, newest first, and a way to older ones."""
    form = _TrailForm(request.GET)
    acts = form.found()
    context = {
        "form": form,
        "searching": any(request.GET.get(name) for name in ("who", "code", "subject")),
        "acts": [(act, page_of(act.subject, member)) for act in acts],
        "older": _older(request, acts),
    }
    return show(request, member, "desk/audit.html", "desk_audit", context)


def _older(request: HttpRequest, acts: list[queries.Act]) -> str:
    """The query of the next page; empty where this one is not full."""
    if len(acts) < PAGE:
        return ""
    query = request.GET.copy()
    query["before"] = str(acts[-1].id)
    return f"?{query.urlencode()}"
