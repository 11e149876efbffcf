"""The form of an access rule: a meeting's on its host's pages, the server's at the desk."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter
from bailiwick.rules.territory import Code, UnknownTerritory, parse_territory


def codes(text: str) -> tuple[Code, ...]:
    """Codes from a form's text, separated by commas or spaces; UnknownTerritory for a wrong one."""
    return tuple(sorted(parse_territory(text.replace(",", " ").split())))


class RuleForm(forms.Form):
    """Which countries, which way, and what of those who cannot be located: all three are asked."""

    mode = forms.ChoiceField(
        label=_("Who can come in"),
        choices=(
            ("allow", _("Only people in the countries I choose")),
            ("deny", _("Everybody except people in the countries I choose")),
        ),
        widget=forms.RadioSelect,
    )
    territories = forms.CharField(
        label=_("Countries and territories"),
        help_text=_("Two-letter codes, separated by commas."),
        max_length=1200,
        error_messages={"required": _("Choose at least one country.")},
    )
    undetermined = forms.ChoiceField(
        label=_("If it cannot be told where somebody is"),
        choices=(
            ("admit", _("They can come in")),
            ("waiting_room", _("They wait until a host lets them in")),
            ("refuse", _("They are refused")),
        ),
        widget=forms.RadioSelect,
    )

    def clean_territories(self) -> tuple[str, ...]:
        try:
            return codes(self.cleaned_data["territories"])
        except UnknownTerritory as error:
            raise forms.ValidationError(
                _("There is an unknown country code in it."), code=error.code
            ) from None

    def rule(self, setter: RuleSetter = RuleSetter.HOST) -> AccessRule:
        """The rule the valid form says."""
        data = self.cleaned_data
        territories = parse_territory(data["territories"])
        return AccessRule(Mode(data["mode"]), territories, OnUndetermined(data["undetermined"]), setter)


def initial(row: Any) -> dict[str, str]:
    """The form's first values for a rule's row; None: nothing chosen yet."""
    if row is None:
        return {}
    return {"mode": row.mode, "territories": ",".join(row.territories), "undetermined": row.undetermined}
