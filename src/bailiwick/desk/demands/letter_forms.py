"""What a demand says, as a form. Every field that a demand must fill can be left empty: what it does not say
is recorded as that, and sent back."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from bailiwick.accounts.queries import by_email
from bailiwick.meetings.errors import NoSuchMeeting
from bailiwick.meetings.queries import by_slug
from bailiwick.orders.actions.intake import WRITTEN, Added, Letter, Named
from bailiwick.orders.desk_queries import Asked, Authority, Channel, Demand

from . import words
from .fields import Codes, Moment, area
from .forms import ACCEPTED, small_enough

_MOST_NAMED: Final = 50
_HTTP: Final = URLValidator(schemes=["http", "https"])


def _day(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **options)


class WrittenForm(forms.Form):
    """What a demand says, as far as it says it (DSA Art. 9(2))."""

    reference = forms.CharField(label=_("Reference number"), max_length=120, required=False)
    contact = forms.CharField(label=_("Contact at the authority"), max_length=200, required=False)
    law = forms.CharField(
        label=_("Legal basis"),
        help_text=_("Instrument and provision, as the letter cites them."),
        max_length=500,
        required=False,
    )
    law_url = forms.CharField(
        label=_("Where that law can be read"),
        help_text=_("The address the letter gives: https://…"),
        max_length=500,
        required=False,
        validators=[_HTTP],
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    statement = forms.CharField(
        label=_("The authority’s reasons"), max_length=20_000, required=False, widget=area(5)
    )
    territories = Codes(label=_("Territory asked for"), required=False)
    redress_provider = forms.CharField(
        label=_("What we can do against it"), max_length=2000, required=False, widget=area(2)
    )
    redress_recipient = forms.CharField(
        label=_("What those affected can do against it"), max_length=2000, required=False, widget=area(2)
    )
    language = forms.CharField(label=_("Language of the letter"), max_length=16, required=False)
    issued_on = _day(_("Issued on"))
    ends_at = Moment(label=_("Asks for effect until (UTC)"), required=False)
    confidential = forms.BooleanField(
        label=_("It asks to be kept secret"), help_text=_("Then it is refused at once."), required=False
    )
    emergency = forms.BooleanField(
        label=_("It is an emergency"),
        help_text=_("Due within a day in place of ten. It takes the same two people."),
        required=False,
    )

    def written(self) -> dict[str, Any]:
        """By the names that `orders` has."""
        return {name: self.cleaned_data[name] for name in (*WRITTEN, "territories")}


class NamesForm(forms.Form):
    """What a demand names, and what it asks to do with that."""

    withhold = forms.CharField(label=_("Meetings to withhold"), required=False, widget=area(2))
    to_end = forms.CharField(label=_("Meetings to end"), required=False, widget=area(2))
    close_account = forms.CharField(
        label=_("Accounts to close or restrict"),
        help_text=_(
            "An e-mail address a line. No demand closes an account; it is recorded that it was asked."
        ),
        required=False,
        widget=area(2),
    )
    elsewhere = forms.IntegerField(
        label=_("How many other things it names"),
        help_text=_("What is not on this server, or neither a meeting nor an account."),
        min_value=0,
        max_value=_MOST_NAMED,
        initial=0,
        required=False,
    )

    def clean_withhold(self) -> list[Named]:
        return [*_meetings(self.cleaned_data["withhold"], Asked.WITHHOLD)]

    def clean_to_end(self) -> list[Named]:
        return [*_meetings(self.cleaned_data["to_end"], Asked.END_MEETING)]

    def clean_close_account(self) -> list[Named]:
        return [*_accounts(self.cleaned_data["close_account"])]

    def named(self) -> tuple[Named, ...]:
        """All of the valid form, in the order of its fields."""
        data = self.cleaned_data
        others = [Named(Asked.OTHER)] * (data["elsewhere"] or 0)
        return (*data["withhold"], *data["to_end"], *data["close_account"], *others)


class LetterForm(WrittenForm, NamesForm):
    """A demand that arrived."""

    authority = forms.ChoiceField(label=_("Authority"), required=False)
    state = forms.CharField(
        label=_("State, by its own word"),
        help_text=_("Its two-letter code, as GB or CN; EU or EEA for a body of theirs."),
        max_length=3,
        required=False,
    )
    kind = forms.ChoiceField(label=_("Kind, by its own word"), required=False)
    channel = forms.ChoiceField(label=_("How it arrived"), choices=words.CHANNELS, widget=forms.RadioSelect)
    received_on = _day(
        _("Arrived on"),
        help_text=_("Empty: today. The day it reached us, and not the day you record it: it is published."),
    )
    original = forms.FileField(
        label=_("The letter as a file"),
        help_text=_(
            "PDF, PNG, JPEG or plain text, 10 MB at most. Kept encrypted, read by staff only, and deleted"
            " some time after the demand is answered. The public log has a salted commitment to it."
        ),
        required=False,
        widget=forms.FileInput(attrs=ACCEPTED),
    )
    note = forms.CharField(
        label=_("Or its text, or a note of what was said"), max_length=50_000, required=False, widget=area(3)
    )

    def __init__(self, data: Any = None, files: Any = None, *, authorities: list[Authority]) -> None:
        super().__init__(data, files)
        _offer(self, _("Not one that is added here"), authorities)
        self.fields["kind"].choices = [("", "—"), *words.kinds()]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_state(self) -> str:
        return str(self.cleaned_data["state"]).strip().upper()

    def clean_original(self) -> Any:
        return small_enough(self.cleaned_data["original"])

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if not found.get("authority") and not (found.get("state") and found.get("kind")):
            text = _("Say which authority: one that is added here, or its state and kind by its own word.")
            self.add_error("authority", forms.ValidationError(text, code="required"))
        if not found.get("original") and not found.get("note") and "original" not in self.errors:
            text = _("Bring the letter, or write down what was said.")
            self.add_error("original", forms.ValidationError(text, code="required"))
        return found

    def letter(self) -> Letter:
        """The valid form's letter."""
        data = self.cleaned_data
        by_word = {} if data["authority"] else {"state": data["state"], "kind": data["kind"]}
        return Letter(
            channel=Channel(data["channel"]),
            received_on=data["received_on"],
            authority_id=UUID(data["authority"]) if data["authority"] else None,
            targets=self.named(),
            **by_word,
            **self.written(),
        )

    def original_bytes(self) -> bytes:
        """What is committed to."""
        file = self.cleaned_data["original"]
        return file.read() if file else str(self.cleaned_data["note"]).encode()


class SupplementForm(WrittenForm, NamesForm):
    """What the authority added, or was recorded wrongly. The letter, its channel and its day are in the log
    already."""

    authority = forms.ChoiceField(
        label=_("Authority"),
        help_text=_("Once it is one that two people added here. The public log then says so."),
        required=False,
    )
    dropped = forms.MultipleChoiceField(
        label=_("Recorded as named, by mistake"),
        help_text=_("What you mark is taken out of the record."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, data: Any = None, *, row: Demand, named: Sequence[tuple[str, str]], authorities: list[Authority]
    ) -> None:
        first: dict[str, Any] = {name: getattr(row, name) for name in WRITTEN}
        first |= {"territories": " ".join(row.territories), "authority": row.authority_id or ""}
        super().__init__(data, initial=first)
        _offer(self, _("Not one that is added here"), authorities)
        self.fields["dropped"].choices = list(named)  # type: ignore[attr-defined]  # a ChoiceField
        if not named:
            del self.fields["dropped"]

    def added(self) -> Added:
        """The valid form's."""
        data = self.cleaned_data
        return Added(
            fields=self.written(),
            authority_id=UUID(data["authority"]) if data["authority"] else None,
            targets=self.named(),
            dropped=frozenset(map(int, data.get("dropped", ()))),
        )


def _offer(form: forms.Form, none: Any, authorities: list[Authority]) -> None:
    known = [(str(row.pk), f"{row.name} ({row.state})") for row in authorities]
    form.fields["authority"].choices = [("", none), *known]  # type: ignore[attr-defined]  # a ChoiceField


def _lines(text: str) -> list[tuple[int, str]]:
    found = [(place, line.strip()) for place, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(found) > _MOST_NAMED:
        raise forms.ValidationError(_("More than 50. Take them in as several demands."), code="too_many")
    return found


def _meetings(text: str, asked: Asked) -> Iterator[Named]:
    for place, line in _lines(text):
        try:
            slug = urlsplit(line).path.rstrip("/").rsplit("/", 1)[-1]
            yield Named(asked, meeting_id=by_slug(slug).pk)
        except (NoSuchMeeting, ValueError):
            raise _not_here(place) from None


def _accounts(text: str) -> Iterator[Named]:
    for place, line in _lines(text):
        found = by_email(line)
        if found is None:
            raise _not_here(place)
        yield Named(Asked.CLOSE_ACCOUNT, account_id=found.pk)


def _not_here(place: int) -> forms.ValidationError:
    text = _("Line %(place)d is not on this server. Correct it, or count it among the other things named.")
    return forms.ValidationError(text, code="not_here", params={"place": place})
