"""What is kept of one's account: to take away, and to delete."""

import json
from typing import Final

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from bailiwick.accounts import personal
from bailiwick.accounts.actions import deletion
from bailiwick.accounts.errors import WrongPassword
from bailiwick.web.errors import page
from bailiwick.web.forms import add_error

from .account import account_id, owner

FORMAT: Final = 1


class DeletionForm(forms.Form):
    """That one means it, and is oneself."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    sure = forms.BooleanField(label=gettext_lazy("I know that this cannot be undone"))


@login_required
@never_cache
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """What there is, and what deleting would do."""
    return _show(request, DeletionForm())


def _show(request: HttpRequest, form: DeletionForm) -> HttpResponse:
    me = account_id(request)
    found = [each for part in personal.parts() for each in part.consequences(me)]
    context = {
        "form": form,
        "consequences": found,
        "in_progress": [each for each in found if each.kind == "in_progress"],
        "holds_role": owner(request).is_staff,
    }
    return render(request, "web/own_data.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """All that is kept of the account, as one JSON file."""
    me = account_id(request)
    made = {"format": FORMAT, "made_at": timezone.now()}
    made |= {part.name: part.export(me) for part in personal.parts()}
    text = json.dumps(made, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="bailiwick-account.json"'}
    return HttpResponse(text, content_type="application/json", headers=headers)


@login_required
@never_cache
@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the account at once."""
    form = DeletionForm(request.POST)
    # whoever found a browser signed in does not get to guess the password here
    if not ratelimit.consume(request, action="login_failed", key=f"delete-{account_id(request)}"):
        return page(request, "rate_limited")
    if form.is_valid():
        try:
            deletion.delete(account_id(request), form.cleaned_data["password"], timezone.now())
        except WrongPassword as error:
            add_error(form, error)
        else:
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return redirect("landing")
    return _show(request, form)
