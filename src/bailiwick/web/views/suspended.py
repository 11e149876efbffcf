"""What the owner of a suspended account sees, by the key in the mail or by signing in: why, and how to
appeal."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bailiwick.accounts.actions.suspension_appeals import appeal
from bailiwick.accounts.errors import AccountError
from bailiwick.accounts.suspended import Case, case, open_by_key


class _AppealForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Why it is wrong"),
        min_length=20,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class _KeyForm(forms.Form):
    token = forms.CharField(
        label=gettext_lazy("The key from our mail"),
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "data-token": ""}),
    )


@never_cache
@require_http_methods(["GET", "POST"])
def suspended(request: HttpRequest) -> HttpResponse:
    """The statement of reasons and the appeal, for an hour after the key or a sign-in; else a field for the
    key, which comes in a form's body and never in an address."""
    found = case(request, timezone.now())
    if request.method == "POST" and "token" in request.POST:
        return _take_key(request, found)
    if found is None or request.method != "POST":
        return _show(request, found)
    return _appeal(request, found)


def _take_key(request: HttpRequest, found: Case | None) -> HttpResponse:
    form = _KeyForm(request.POST)
    if form.is_valid():
        if open_by_key(request, form.cleaned_data["token"]):
            return redirect("suspended")
        said = _("There is no suspension with this key. Take it from the mail as a whole.")
        form.add_error("token", forms.ValidationError(said, code="no_such_suspension"))
    return _show(request, found, key_form=form)


def _appeal(request: HttpRequest, found: Case) -> HttpResponse:
    form = _AppealForm(request.POST)
    if form.is_valid() and not found.needs_key:
        try:
            appeal(found.row.pk, form.cleaned_data["text"], timezone.now())
        except AccountError as error:
            form.add_error(None, forms.ValidationError(str(error), code=error.code))
        else:
            messages.success(request, _("Your appeal is filed. The answer comes by mail."))
            return redirect("suspended")
    return _show(request, found, form)


def _show(
    request: HttpRequest,
    found: Case | None,
    form: _AppealForm | None = None,
    key_form: _KeyForm | None = None,
) -> HttpResponse:
    context = {"case": found, "form": form or _AppealForm(), "key_form": key_form or _KeyForm()}
    wrong = (form and form.errors) or (key_form and key_form.errors)
    return render(request, "web/suspended.html", context, status=422 if wrong else 200)
