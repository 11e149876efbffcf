"""Co-hosts and invitations."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _


class CoHostForm(forms.Form):
    """By the e-mail address of an account."""

    email = forms.EmailField(
        label=_("E-mail address of their account"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )


class InvitationForm(forms.Form):
    """Several addresses at once; which of them is wrong is `actions.people`'s to say."""

    emails = forms.CharField(
        label=_("E-mail addresses"),
        help_text=_("One to a line, or separated by commas. Each gets a personal link."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"}),
    )
    exempt = forms.BooleanField(
        label=_("The country rule does not apply to them"),
        help_text=_(
            "For people you know, wherever they are. It goes by the personal link, so tell them to keep it."
        ),
        required=False,
    )

    def addresses(self) -> list[str]:
        """The addresses, not yet checked."""
        return [part for part in re.split(r"[\s,;]+", self.cleaned_data["emails"]) if part]
