"""Sign-up and profile."""

from typing import TYPE_CHECKING

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import Account
from .names import clean_name
from .time_zones import zones

if TYPE_CHECKING:
    _AccountForm = forms.ModelForm[Account]
else:  # generic for the type checker only
    _AccountForm = forms.ModelForm


class SignUpFields(forms.Form):
    """What an account has besides address and password; allauth puts its own fields below."""

    display_name = forms.CharField(
        label=_("Your name"),
        help_text=_("Shown to others in meetings. You can change it at any time."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def signup(self, request: HttpRequest, user: Account) -> None:
        """Called by allauth once the account is made."""
        user.display_name = clean_name(self.cleaned_data["display_name"])
        user.save(update_fields=["display_name"])


class ProfileForm(_AccountForm):
    """What the owner may change of an account without a password."""

    time_zone = forms.ChoiceField(
        label=_("Your time zone"),
        help_text=_("Proposed for new meetings. Not used for anything else."),
        choices=lambda: [(name, name.replace("_", " ")) for name in zones()],
    )

    def clean_display_name(self) -> str:
        return clean_name(self.cleaned_data["display_name"])

    class Meta:
        model = Account
        fields = ("display_name", "time_zone")
        labels = {"display_name": _("Your name")}
        help_texts = {"display_name": _("Shown to others in meetings.")}
