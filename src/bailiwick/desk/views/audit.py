"""What the staff did."""

from django import forms
from django.http import HttpRequest, HttpResponse

from bailiwick.accounts import queries
from bailiwick.accounts.roles import Role
from bailiwick.desk.access import Member, page
from bailiwick.desk.frame import show

PAGE = 100


class _Before(forms.Form):
    before = forms.IntegerField(min_value=1, required=False)


@page(Role.ADMINISTRATOR)
def trail(request: HttpRequest, member: Member) -> HttpResponse:
    """A hundred acts, newest first, and a way to older ones."""
    form = _Before(request.GET)
    before = form.cleaned_data["before"] if form.is_valid() else None
    acts = queries.trail(before, PAGE)
    older = acts[-1].id if len(acts) == PAGE else None
    return show(request, member, "desk/audit.html", "desk_audit", {"acts": acts, "older": older})
