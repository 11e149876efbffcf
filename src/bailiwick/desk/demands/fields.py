"""Fields that several forms here have."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick.meetings.forms import codes
from bailiwick.rules.territory import Code, UnknownTerritory


class Codes(forms.CharField):
    """Territory codes, separated by spaces or commas; cleaned to a sorted tuple."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=1200,
            help_text=options.pop("help_text", _("Two-letter codes, separated by spaces.")),
            widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
            **options,
        )

    def clean(self, value: Any) -> tuple[Code, ...]:
        """Raises ValidationError for a code that is none."""
        try:
            return codes(super().clean(value) or "")
        except UnknownTerritory as error:
            text = _("There is an unknown code in it.")
            raise forms.ValidationError(text, code=error.code) from None


class Moment(forms.DateTimeField):
    """A time on the clock of UTC."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **options)

    def clean(self, value: Any) -> datetime | None:
        """Aware, or None."""
        made = super().clean(value)
        return None if made is None else made.astimezone(UTC)


def area(rows: int = 4) -> forms.Textarea:
    """A box for longer text."""
    return forms.Textarea(attrs={"rows": rows, "autocomplete": "off"})
