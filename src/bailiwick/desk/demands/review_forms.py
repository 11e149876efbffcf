"""What is asked when a demand is reviewed, and of what was granted."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick.ledger.vocabulary import second
from bailiwick.orders.actions.appeals import Ruling
from bailiwick.orders.actions.drafting import Plan
from bailiwick.orders.actions.refusals import Why
from bailiwick.orders.desk_queries import Outcome, Restriction
from bailiwick.rules.territory import Territory

from . import words
from .fields import Codes, Moment, area
from .forms import ACCEPTED, small_enough


class ReviewForm(forms.Form):
    """Three questions, answered in writing and published with whatever is granted."""

    legality = forms.CharField(
        label=_("Is it lawful?"),
        help_text=_("In the authority’s own law, by the authority that asks, and here."),
        min_length=20, max_length=5000, widget=area(),
    )  # fmt: skip
    necessity = forms.CharField(
        label=_("Is it necessary?"),
        help_text=_("What would happen without it, and why nothing milder would do."),
        min_length=20, max_length=5000, widget=area(),
    )  # fmt: skip
    proportionality = forms.CharField(
        label=_("Is it proportionate?"),
        help_text=_("Who loses what, for how long, against what is gained."),
        min_length=20, max_length=5000, widget=area(),
    )  # fmt: skip
    redacted = forms.CharField(
        label=_("The demand as everybody may read it"),
        help_text=_(
            "Its text, without names, addresses, meeting links and whatever else points to a person."
            " Published word for word."
        ),
        min_length=20, max_length=50_000, required=False, widget=area(8),
    )  # fmt: skip
    redacted_file = forms.FileField(
        label=_("Or a file with all of that blacked out"),
        help_text=_(
            "PDF, PNG, JPEG or plain text, 10 MB at most. Of a PDF or picture only new pictures of its pages"
            " are published, so nothing hidden under a black bar comes with it; look at the file once more."
        ),
        required=False,
        widget=forms.FileInput(attrs=ACCEPTED),
    )

    def clean_redacted_file(self) -> Any:
        return small_enough(self.cleaned_data["redacted_file"])

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        given = [name for name in ("redacted", "redacted_file") if found.get(name)]
        if len(given) != 1 and not {"redacted", "redacted_file"} & set(self.errors):
            text = _("Give the text or a file: one of the two.")
            self.add_error("redacted", forms.ValidationError(text, code="required"))
        return found

    def answers(self) -> dict[str, str]:
        """The three answers of the valid form."""
        return {name: self.cleaned_data[name] for name in ("legality", "necessity", "proportionality")}

    def redacted_bytes(self) -> bytes:
        """What everybody may read, as it was brought."""
        file = self.cleaned_data["redacted_file"]
        data: bytes = file.read() if file else str(self.cleaned_data["redacted"]).encode()
        return data


class WhyForm(forms.Form):
    """What is published of a refusal: reasons in words, and the demand's text. Neither must be."""

    reasoning = forms.CharField(
        label=_("Why, in words"),
        help_text=_("Published with the refusal, word for word. Name nobody."),
        max_length=5000, required=False, widget=area(),
    )  # fmt: skip
    redacted = forms.CharField(
        label=_("Its text, for everybody to read"),
        help_text=_(
            "Its text, without names, addresses, meeting links and whatever else points to a person."
            " Published word for word. Empty: the copy of the review, if there is one."
        ),
        max_length=50_000, required=False, widget=area(6),
    )  # fmt: skip
    redacted_file = forms.FileField(
        label=_("Or its file, blacked out"),
        help_text=_("PDF, PNG, JPEG or plain text. Pictures of its pages are published, made anew."),
        required=False,
        widget=forms.FileInput(attrs=ACCEPTED),
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="why_%s")  # the review's form on the same page has such fields

    def clean_redacted_file(self) -> Any:
        return small_enough(self.cleaned_data["redacted_file"])

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if found.get("redacted") and found.get("redacted_file"):
            text = _("Give the text or a file: one of the two.")
            self.add_error("redacted", forms.ValidationError(text, code="required"))
        return found

    def why(self) -> Why:
        """Of the valid form."""
        file = self.cleaned_data["redacted_file"]
        data: bytes = file.read() if file else str(self.cleaned_data["redacted"]).encode()
        return Why(self.cleaned_data["reasoning"], data)

    @property
    def document(self) -> str:
        """The field that a document was brought in."""
        return "redacted_file" if self.cleaned_data.get("redacted_file") else "redacted"


class RefusalForm(WhyForm):
    """Why not. `target`: one of the things named, of which the codes alone are said."""

    field_order = ("reasons", "reasoning", "redacted", "redacted_file", "target")
    reasons = forms.MultipleChoiceField(
        label=_("Why"), choices=words.REFUSALS, widget=forms.CheckboxSelectMultiple
    )
    target = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False, widget=forms.HiddenInput)


class TermsForm(forms.Form):
    """What a restriction says."""

    law = forms.CharField(
        label=_("Law"),
        help_text=_("As it will stand in the public log: Latin letters and digits."),
        max_length=120,
    )
    reasons = forms.MultipleChoiceField(
        label=_("Grounds"), choices=words.reasons, widget=forms.CheckboxSelectMultiple
    )
    until = Moment(label=_("Until (UTC)"), help_text=_("90 days at most, and no longer than asked."))
    only = Codes(
        label=_("Only in"),
        help_text=_("Codes, if less than what is left after the cut is enough. Empty: all that is left."),
        required=False,
    )

    def plan(self, now: datetime) -> Plan:
        """The valid form's plan, as proposed now."""
        data = self.cleaned_data
        only = frozenset(data["only"]) or None
        return Plan(data["law"].strip(), tuple(data["reasons"]), second(now), data["until"], only)


class PlanForm(TermsForm):
    """A restriction of one meeting."""

    begins = Moment(
        label=_("In force from (UTC)"),
        help_text=_("Empty: at once, as soon as it is approved and proven to be in the public log."),
        required=False,
    )
    renews = forms.ChoiceField(label=_("Renews"), required=False)
    field_order = ("law", "reasons", "begins", "until", "only", "renews")

    def __init__(self, data: Any = None, *, earlier: list[Restriction], **options: Any) -> None:
        super().__init__(data, **options)
        rows = [(str(row.pk), words.moment(row.expires_at)) for row in earlier]
        self.fields["renews"].choices = [("", _("nothing: it is the first")), *rows]  # type: ignore[attr-defined]  # a ChoiceField

    def plan(self, now: datetime) -> Plan:
        """The same, from when it says, and as the renewal it says it is."""
        data = self.cleaned_data
        renews = UUID(data["renews"]) if data["renews"] else None
        made = super().plan(now)
        return replace(made, begins=data["begins"] or made.begins, renews=renews)


class EndForm(forms.Form):
    """Why a restriction is suspended or withdrawn."""

    reason = forms.ChoiceField(label=_("Why"), choices=words.ENDINGS)


class NarrowForm(forms.Form):
    """What is left of a restriction."""

    territories = Codes(label=_("What is left of the territory"), required=False)
    until = Moment(label=_("Earlier end (UTC)"), required=False)

    def left(self) -> Territory | None:
        """The codes, or None: as they were."""
        return frozenset(self.cleaned_data["territories"]) or None


class RulingForm(NarrowForm):
    """How an appeal is decided."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=words.OUTCOMES, widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("Reasons"),
        help_text=_("The person reads them with their key. Do not repeat who or where they are."),
        min_length=20,
        max_length=10_000,
        widget=area(6),
    )
    field_order = ("outcome", "answer", "territories", "until")

    def ruling(self) -> Ruling:
        """The valid form's ruling."""
        data = self.cleaned_data
        return Ruling(Outcome(data["outcome"]), data["answer"], self.left(), data["until"])
