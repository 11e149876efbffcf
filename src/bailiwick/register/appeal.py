"""Objecting (`/appeal`): without an account, for whoever is kept out and for the host. The token by which an
appeal is followed up is shown once, and comes back in a form's body or stands behind a `#`: never in what a
server or a proxy writes down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick.meetings.presences import Person
from bailiwick.orders import receipts
from bailiwick.orders.actions import appeals
from bailiwick.orders.desk_queries import Appeal, is_logged
from bailiwick.register import words

_LONGEST: Final = 8000
_MOST: Final = 5
"""Restrictions that one form objects to; a receipt names as many as kept somebody out."""


@dataclass(frozen=True, slots=True)
class Filed:
    """One appeal as the person sees it; `token` only when it was just filed."""

    row: Appeal
    outcome: Any
    token: str = ""


class AppealForm(forms.Form):
    """What somebody objects to, and why."""

    text = forms.CharField(
        label=_("Why you object"),
        help_text=_("Only what you want to be read. You need not say who you are."),
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 7, "autocomplete": "off"}),
    )
    not_here = forms.BooleanField(
        label=_("This is not where I am"),
        help_text=_("The place is that of the network you come from: a VPN or roaming can put it elsewhere."),
        required=False,
    )
    receipt = forms.CharField(
        label=_("Your receipt, pasted"),
        help_text=_("From the page that kept you out. It says which restriction, on what evidence."),
        max_length=receipts.LARGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )
    receipt_file = forms.FileField(label=_("Or your receipt as a file"), required=False)
    restriction = forms.CharField(
        label=_("Or the restriction’s number, without a receipt"),
        help_text=_("The 32 letters and digits at the end of its address in the public register."),
        max_length=36,
        required=False,
    )
    bind = forms.BooleanField(
        label=_("If it is decided that it does not apply to me, exempt my account"),
        help_text=_("Otherwise it is not kept which account you have."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        pasted = found.get("receipt") or self._from_file()
        found["checked"] = self._check(pasted) if pasted else None
        if not self.errors:
            found["ids"] = self._ids(found)
        return found

    def _from_file(self) -> str:
        file = self.cleaned_data.get("receipt_file")
        if file is None:
            return ""
        return str(file.read(receipts.LARGEST + 1).decode("utf-8", "replace"))

    def _check(self, text: str) -> receipts.Receipt | None:
        try:
            return receipts.check(text)
        except receipts.BadReceipt as error:
            said = _("That is no receipt of this server, or not all of it.")
            self.add_error("receipt", forms.ValidationError(said, code=error.code))
            return None

    def _ids(self, found: dict[str, Any]) -> list[UUID]:
        named = [*found["checked"].restrictions] if found["checked"] else [found["restriction"]]
        ids = [made for name in dict.fromkeys(named) if (made := _logged(name))][:_MOST]
        if not ids:
            text = _("There is no such restriction in the public register.")
            self.add_error("restriction", forms.ValidationError(text, code="no_such_restriction"))
        return ids

    def full_text(self) -> str:
        """What is kept: the first line is always ours, and says what the receipt was worth."""
        return f"{_evidence(self.cleaned_data['checked'])}\n\n{self.cleaned_data['text'].strip()}"


def _logged(name: str) -> UUID | None:
    try:
        made = UUID(name.strip())
    except ValueError:
        return None
    return made if is_logged(made) else None


def _evidence(receipt: receipts.Receipt | None) -> str:
    if receipt is None:
        return "[No receipt.]"
    votes = ", ".join(f"{vote.source}: {vote.code or 'none'}" for vote in receipt.votes)
    return f"[Receipt of this server, checked: {receipt.at:%Y-%m-%d %H:%M} UTC; {votes}.]"


class TokenForm(forms.Form):
    """What follows an appeal up."""

    token = forms.CharField(
        label=_("Your token"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-token": ""}),
    )


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Both forms. Nothing in the address is read."""
    return _page(request, AppealForm(), TokenForm())


def _page(request: HttpRequest, form: AppealForm, token: TokenForm, **more: Any) -> HttpResponse:
    if not request.user.is_authenticated:
        del form.fields["bind"]
    status = 422 if form.errors or token.errors else 200
    context = {"form": form, "token_form": token, **more}
    response = render(request, "register/appeal.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
def file(request: HttpRequest) -> HttpResponse:
    """An appeal for each restriction that the receipt names, with its token, shown this once."""
    form = AppealForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, TokenForm())
    now, who = timezone.now(), _person(request, bind=form.cleaned_data["bind"])
    filed = [_file(one, form, who, now) for one in form.cleaned_data["ids"]]
    return _page(request, AppealForm(), TokenForm(), filed=filed)


def _file(one: UUID, form: AppealForm, who: Person, now: datetime) -> Filed:
    row, token = appeals.file(one, form.full_text(), who, now, not_here=form.cleaned_data["not_here"])
    return Filed(row, "", token)


def _person(request: HttpRequest, *, bind: bool) -> Person:
    """Whom an exemption would be for: nobody, unless they asked for it."""
    user = request.user
    return Person() if isinstance(user, AnonymousUser) or not bind else Person(account_id=user.pk)


@require_POST
def follow(request: HttpRequest) -> HttpResponse:
    """How an appeal stands, and the answer with its reasons, for whoever has the token."""
    form = TokenForm(request.POST)
    row = appeals.by_token(form.cleaned_data["token"].strip()) if form.is_valid() else None
    if row is None:
        if not form.errors:
            text = _("No appeal has this token.")
            form.add_error("token", forms.ValidationError(text, code="no_such_appeal"))
        return _page(request, AppealForm(), form)
    shown = Filed(row, words.APPEALS.get(row.outcome, ""))
    return _page(request, AppealForm(), TokenForm(), followed=shown)
