"""Access rules: a meeting's and the server's."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter
from bailiwick.rules.territory import UnknownTerritory, parse_territory
from bailiwick.web.sentences import codes


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


class ServerRuleForm(RuleForm):
    """A proposal for the whole server; the question about authorities has no default answer."""

    statement = forms.CharField(
        label=_("Why"),
        help_text=_("Published with the rule, word for word."),
        min_length=20,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    authority_prompted = forms.ChoiceField(
        label=_("Did a public authority, anywhere, ask for this or prompt it?"),
        help_text=_(
            "Formally or informally, in writing or not. Your answer is published with your approval."
        ),
        choices=(("no", _("No, nobody did")), ("yes", _("Yes"))),
        widget=forms.RadioSelect,
    )

    def prompted(self) -> bool:
        """The answer."""
        return bool(self.cleaned_data["authority_prompted"] == "yes")


def initial(row: Any) -> dict[str, str]:
    """The form's first values for a rule's row; None: nothing chosen yet."""
    if row is None:
        return {}
    return {"mode": row.mode, "territories": ",".join(row.territories), "undetermined": row.undetermined}
