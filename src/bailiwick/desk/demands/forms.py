"""What is asked at the desk about demands, but for what a letter says (`letter_forms`)."""

from base64 import urlsafe_b64decode
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick.orders.errors import AuthorityExists, InvalidOrder
from bailiwick.orders.papers.errors import PaperError, PaperTooLarge
from bailiwick.orders.papers.limits import LARGEST

from . import words
from .fields import area
from .said_of_papers import PAPERS

_MOST_SIGNED: Final = 4096


ACCEPTED: Final = {"accept": ".pdf,.png,.jpg,.jpeg,.txt"}
"""What a browser offers to choose; what a file is, its content says."""


def add_paper_error(form: forms.Form, field: str, error: PaperError) -> None:
    """A document that cannot be taken in."""
    form.add_error(field, forms.ValidationError(PAPERS[error.code][1], code=error.code))


def small_enough(file: Any) -> Any:
    """The file, if one was brought; ValidationError for one that is too large."""
    if file is not None and file.size > LARGEST:
        code = PaperTooLarge.code
        raise forms.ValidationError(PAPERS[code][1], code=code)
    return file


def status_of(form: forms.Form) -> int:
    """Of the answer that shows the form: 200, or what its first error of a document says, or 422."""
    codes = [each.code for errors in form.errors.as_data().values() for each in errors]
    return next((PAPERS[code][0] for code in codes if code in PAPERS), 422) if codes else 200


_SAID: Final = {
    AuthorityExists.code: _(
        "An authority of that name and state is there already, or is proposed. Change that one instead."
    )
}
_WHY: Final = {
    "state": _("There is no such code: two letters as ISO 3166-1 has them (GB, not UK), or EU, or EEA."),
    "kind": _("Bodies of the EU and the EEA are supranational, and no others are."),
    "authority": _("It must be one that two people added here."),
    "received_on": _("A day that is over or today, and within the last year."),
    "law_url": _("An address that begins with https:// or http://."),
    "channels": _("Say by what its letters are known; of a change, something that is different."),
    "reasoning": _("Give reasons, or the text of the demand: one of the two at least."),
    "dropped": _("Something of it is gone already. Load the page again."),
}


def add_error(form: forms.Form, error: InvalidOrder) -> None:
    """A refused field, at the field if the form has it."""
    where = error.field if error.field in form.fields else None
    text = _SAID.get(error.code) or _WHY.get(error.field, _("This cannot be used as it is."))
    form.add_error(where, forms.ValidationError(text, code=error.code))


class AuthorityForm(forms.Form):
    """An authority to propose. Its territory is not asked: it follows from the state."""

    name = forms.CharField(label=_("Name"), min_length=3, max_length=200)
    state = forms.CharField(
        label=_("State"),
        help_text=_("Its two-letter code; EU or EEA for a body of theirs."),
        max_length=3,
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=words.kinds)
    channels = forms.CharField(
        label=_("Official channels"),
        help_text=_("By what its letters are known to be its own. Published with its entry."),
        min_length=3,
        max_length=2000,
        widget=area(3),
    )

    def clean_state(self) -> str:
        return str(self.cleaned_data["state"]).strip().upper()


class AuthorityChangeForm(forms.Form):
    """Another name, or other channels. State and kind stay."""

    name = forms.CharField(label=_("Name"), min_length=3, max_length=200)
    channels = forms.CharField(
        label=_("Official channels"),
        help_text=_("By what its letters are known to be its own. Published with its entry."),
        min_length=3,
        max_length=2000,
        widget=area(3),
    )


class AuthorityEndForm(forms.Form):
    """Why no more demands of an authority are reviewed."""

    reason = forms.ChoiceField(label=_("Why"), choices=words.ENDED, widget=forms.RadioSelect)


class SignatureForm(forms.Form):
    """What a passkey answered in the page, as base64url."""

    credential = forms.CharField(max_length=_MOST_SIGNED)
    authenticator_data = forms.CharField(max_length=_MOST_SIGNED)
    client_data = forms.CharField(max_length=_MOST_SIGNED)
    signature = forms.CharField(max_length=_MOST_SIGNED)

    def clean(self) -> dict[str, bytes]:
        """Bytes by name."""
        try:
            return {name: _bytes(text) for name, text in self.cleaned_data.items()}
        except ValueError:
            raise forms.ValidationError(_("Not a passkey’s answer."), code="bad_approval") from None


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
