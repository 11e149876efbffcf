"""What is asked at the desk about demands. Every field that a demand must fill can be left empty: what it
does not say is recorded as that, and sent back."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick.accounts.queries import by_email
from bailiwick.meetings.errors import NoSuchMeeting
from bailiwick.meetings.queries import by_slug
from bailiwick.orders.actions.intake import WRITTEN, Letter, Named
from bailiwick.orders.desk_queries import Asked, Authority, Channel
from bailiwick.orders.errors import InvalidOrder
from bailiwick.orders.papers.errors import PaperError, PaperTooLarge
from bailiwick.orders.papers.limits import LARGEST

from . import words
from .fields import Codes, Moment, area
from .said_of_papers import PAPERS

_MOST_NAMED: Final = 50
_MOST_SIGNED: Final = 4096


ACCEPTED: Final = {"accept": ".pdf,.png,.jpg,.jpeg,.txt"}
"""What a browser offers to choose; what a file is, its content says."""


def add_paper_error(form: forms.Form, field: str, error: PaperError) -> None:
    """A document that cannot be taken in."""
    form.add_error(field, forms.ValidationError(PAPERS[error.code][1], code=error.code))


def status_of(form: forms.Form) -> int:
    """Of the answer that shows the form: 200, or what its first error of a document says, or 422."""
    codes = [each.code for errors in form.errors.as_data().values() for each in errors]
    return next((PAPERS[code][0] for code in codes if code in PAPERS), 422) if codes else 200


_WHY: Final = {
    "state": _("There is no such code: two letters as ISO 3166-1 has them (GB, not UK), or EU, or EEA."),
    "kind": _("Bodies of the EU and the EEA are supranational, and no others are."),
}


def add_error(form: forms.Form, error: InvalidOrder) -> None:
    """A refused field, at the field if the form has it."""
    where = error.field if error.field in form.fields else None
    text = _WHY.get(error.field, _("This cannot be used as it is."))
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


class WrittenForm(forms.Form):
    """What a demand says, as far as it says it (DSA Art. 9(2))."""

    reference = forms.CharField(label=_("Reference number"), max_length=120, required=False)
    contact = forms.CharField(label=_("Contact at the authority"), max_length=200, required=False)
    law = forms.CharField(
        label=_("Legal basis"), help_text=_("Instrument and provision."), max_length=120, required=False
    )
    statement = forms.CharField(
        label=_("The authority’s reasons"), max_length=20_000, required=False, widget=area(5)
    )
    territories = Codes(label=_("Territory asked for"), required=False)
    redress = forms.CharField(
        label=_("What can be done against it, by us and by those affected"),
        max_length=2000,
        required=False,
        widget=area(2),
    )
    language = forms.CharField(label=_("Language of the letter"), max_length=16, required=False)
    issued_on = forms.DateField(
        label=_("Issued on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
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
        names = (set(WRITTEN) | {"territories"}) & set(self.fields)
        return {name: self.cleaned_data[name] for name in names if name != "channel"}


class LetterForm(WrittenForm):
    """A demand that arrived."""

    authority = forms.ChoiceField(label=_("Authority"), required=False)
    state = forms.CharField(
        label=_("State, by its own word"),
        help_text=_("Its two-letter code, as GB or CN; EU or EEA for a body of theirs."),
        max_length=3,
        required=False,
    )
    kind = forms.ChoiceField(label=_("Kind, by its own word"), required=False)
    channel = forms.ChoiceField(
        label=_("How it arrived"),
        choices=words.CHANNELS,
        widget=forms.RadioSelect,
    )
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
        known = [(str(row.pk), f"{row.name} ({row.state})") for row in authorities]
        self.fields["authority"].choices = [("", _("Not one that is added here")), *known]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["kind"].choices = [("", "—"), *words.kinds()]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_state(self) -> str:
        return str(self.cleaned_data["state"]).strip().upper()

    def clean_original(self) -> Any:
        file = self.cleaned_data["original"]
        if file is not None and file.size > LARGEST:
            code = PaperTooLarge.code
            raise forms.ValidationError(PAPERS[code][1], code=code)
        return file

    def clean_withhold(self) -> list[Named]:
        return [*_meetings(self.cleaned_data["withhold"], Asked.WITHHOLD)]

    def clean_to_end(self) -> list[Named]:
        return [*_meetings(self.cleaned_data["to_end"], Asked.END_MEETING)]

    def clean_close_account(self) -> list[Named]:
        return [*_accounts(self.cleaned_data["close_account"])]

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
        others = [Named(Asked.OTHER)] * (data["elsewhere"] or 0)
        by_word = {} if data["authority"] else {"state": data["state"], "kind": data["kind"]}
        return Letter(
            channel=Channel(data["channel"]),
            authority_id=data["authority"] or None,
            targets=(*data["withhold"], *data["to_end"], *data["close_account"], *others),
            **by_word,
            **self.written(),
        )

    def original_bytes(self) -> bytes:
        """What is committed to."""
        file = self.cleaned_data["original"]
        return file.read() if file else str(self.cleaned_data["note"]).encode()


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
