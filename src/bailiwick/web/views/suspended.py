"""What the owner of a suspended account sees who signs in: why, and a way to appeal."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bailiwick.accounts.actions import suspensions as actions
from bailiwick.accounts.errors import AccountError
from bailiwick.accounts.suspended import case


class _AppealForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Why it is wrong"),
        min_length=20,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


@never_cache
@require_http_methods(["GET", "POST"])
def suspended(request: HttpRequest) -> HttpResponse:
    """The statement of reasons and the appeal, for an hour after a sign-in."""
    found = case(request, timezone.now())
    if found is None:
        return redirect("account_login")
    form = _AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.appeal(found.row.pk, form.cleaned_data["text"], timezone.now())
        except AccountError as error:
            form.add_error(None, forms.ValidationError(str(error), code=error.code))
        else:
            messages.success(request, _("Your appeal is filed. The answer comes by mail."))
            return redirect("suspended")
    context = {"row": found.row, "appeal": found.appeal, "form": form}
    return render(request, "web/suspended.html", context, status=422 if form.errors else 200)
