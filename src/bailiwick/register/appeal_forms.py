"""The forms to object with and to read the answer, in the language of whoever reads them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils import timezone

from bailiwick.notices.wording import Language
from bailiwick.orders import objecting, receipts
from bailiwick.orders.objecting import Hosted

LONGEST: Final = 8000
_BY: Final = ("nobody", "device", "account", "invitation")
_TOKEN: Final = re.compile(r"(?:.*#i=)?([A-Za-z0-9_-]{16,128})")
_QUIET: Final = {"autocomplete": "off", "spellcheck": "false"}


class Spoken(forms.Form):
    """A form whose labels, help and errors are a catalogue's: `KEYS` by field."""

    KEYS: Mapping[str, str] = {}

    def __init__(self, spoken: Language, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spoken = spoken
        for name, field in self.fields.items():
            key = self.KEYS[name]
            field.label = spoken.text(key)
            field.help_text = spoken.texts.get(f"{key}.help", "")
            field.error_messages.update(_messages(spoken, field))

    def fail(self, name: str, code: str, key: str) -> None:
        """The error of a field: its stable code, and what is said."""
        self.add_error(name, forms.ValidationError(self.spoken.text(key), code=code))

    @property
    def code(self) -> str:
        """The stable code of the first error that has one of its own; `invalid` for what a field itself
        refuses."""
        codes = [error.code for found in self.errors.as_data().values() for error in found]
        return next((str(code) for code in codes if code in CODES), "invalid")


CODES: Final = frozenset({"bad_receipt", "no_such_restriction", "no_such_appeal"})


def _messages(spoken: Language, field: forms.Field) -> dict[str, str]:
    """What Django would say in English, said in the language."""
    unusable = dict.fromkeys(
        [*field.error_messages, "null_characters_not_allowed"], spoken.text("appeal.error.unusable")
    )
    return unusable | {
        "required": spoken.text("appeal.error.missing"),
        "max_length": spoken.text("appeal.error.long"),
    }


class AppealForm(Spoken):
    """What somebody objects to, and why. `account`: of whoever is signed in; `hosted`: their meetings."""

    KEYS = {
        "text": "appeal.reasons",
        "not_here": "appeal.not_here",
        "receipt": "appeal.receipt",
        "receipt_file": "appeal.receipt_file",
        "restriction": "appeal.restriction",
        "meeting": "appeal.meeting",
        "by": "appeal.exempt",
        "invitation": "appeal.invitation",
    }
    text = forms.CharField(
        max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 7, "dir": "auto", "autocomplete": "off"})
    )
    not_here = forms.BooleanField(required=False)
    receipt = forms.CharField(
        max_length=receipts.LARGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr", **_QUIET}),
    )
    receipt_file = forms.FileField(required=False)
    restriction = forms.CharField(
        max_length=36, required=False, widget=forms.TextInput(attrs={"dir": "ltr", **_QUIET})
    )
    meeting = forms.ChoiceField(required=False)
    by = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    invitation = forms.CharField(
        max_length=500, required=False, widget=forms.TextInput(attrs={"dir": "ltr", **_QUIET})
    )

    def __init__(
        self, spoken: Language, *args: Any, account: UUID | None, hosted: Sequence[Hosted], **kwargs: Any
    ) -> None:
        super().__init__(spoken, *args, **kwargs)
        self._account = account
        self._offer_meetings(hosted)
        offered = [by for by in _BY if by != "account" or account is not None]
        self._choices("by", [(by, spoken.text(f"appeal.exempt.{by}")) for by in offered])
        texts = (self.fields["by"].help_text, spoken.text("appeal.exempt.device.help"))
        self.fields["by"].help_text = " ".join(map(str, texts))
        self.initial.setdefault("by", "nobody")

    def _offer_meetings(self, hosted: Sequence[Hosted]) -> None:
        if hosted:
            none = ("", self.spoken.text("appeal.meeting.none"))
            self._choices("meeting", [none, *((each.slug, each.title) for each in hosted)])
        else:
            del self.fields["meeting"]

    def _choices(self, name: str, offered: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = offered

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        given = found.get("receipt") or self._from_file()
        found["checked"] = self._check(given) if given else None
        if not self.errors:
            found["ids"] = self._ids(found)
            found["token"] = self._token(found) if found.get("by") == "invitation" else ""
        return found

    def _from_file(self) -> str:
        file = self.cleaned_data.get("receipt_file")
        return "" if file is None else read(file)

    def _check(self, text: str) -> receipts.Receipt | None:
        try:
            return receipts.check(text)
        except receipts.BadReceipt as error:
            self.fail("receipt", error.code, "appeal.receipt.bad")
            return None

    def _ids(self, found: dict[str, Any]) -> list[UUID]:
        """By the receipt, else by the number, else by the host's meeting."""
        if not found["checked"] and not found["restriction"] and found.get("meeting") and self._account:
            ids = objecting.standing_on(found["meeting"], self._account, timezone.now())
            if not ids:
                self.fail("meeting", "no_such_restriction", "appeal.error.meeting")
            return ids
        ids = objecting.logged(found["checked"].restrictions if found["checked"] else [found["restriction"]])
        left = objecting.not_withdrawn(ids)
        if not left:
            why = "withdrawn" if ids else "restriction"
            self.fail("restriction", "no_such_restriction", f"appeal.error.{why}")
        return left

    def _token(self, found: dict[str, Any]) -> str:
        """Of the personal link. Whether it is one to the meeting is not said: else whoever has a link could
        find out which restriction stands on its meeting."""
        matched = _TOKEN.fullmatch(found["invitation"].strip())
        if matched is None:
            self.fail("invitation", "invalid", "appeal.error.invitation")
            return ""
        return matched[1]

    def evidence(self) -> str:
        """What the receipt says, in our words and apart from theirs; empty without one."""
        receipt: receipts.Receipt | None = self.cleaned_data["checked"]
        return "" if receipt is None else _said(receipt)


def read(file: Any) -> str:
    """An uploaded receipt, as far as one can be long."""
    return str(file.read(receipts.LARGEST + 1).decode("utf-8", "replace"))


def _said(receipt: receipts.Receipt) -> str:
    votes = ", ".join(f"{vote.source}: {vote.code or 'none'}" for vote in receipt.votes)
    return f"{receipt.at:%Y-%m-%d %H:%M} UTC; {votes}"


class TokenForm(Spoken):
    """What leads to the answer: one key, or those of one objection to several restrictions."""

    KEYS = {"token": "appeal.key"}
    token = forms.CharField(
        max_length=100, widget=forms.TextInput(attrs={"dir": "ltr", "data-token": "", **_QUIET})
    )
