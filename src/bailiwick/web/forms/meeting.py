"""Making and editing a meeting."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick.meetings.actions.schedule import LONGEST_MINUTES, MeetingFields
from bailiwick.meetings.errors import InvalidRecurrence
from bailiwick.meetings.queries import MAXIMUM_LIMIT, LeavePolicy, Meeting, recurrence_of, zone, zones
from bailiwick.meetings.recurrence import MAXIMUM_COUNT, Frequency, Recurrence

from . import add_error

_DAYS = tuple(
    (str(number), name)
    for number, name in enumerate((_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")))
)


class MeetingForm(forms.Form):
    """Title, time and recurrence, and what the door does."""

    title = forms.CharField(label=_("Title"), max_length=120)
    description = forms.CharField(
        label=_("Description"),
        help_text=_("Sent with invitations."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    timing = forms.ChoiceField(
        label=_("When"),
        choices=(("open", _("At any time: a room to come to")), ("scheduled", _("At a set time"))),
        widget=forms.RadioSelect,
    )
    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    at = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    duration_minutes = forms.IntegerField(
        label=_("Minutes"), required=False, min_value=5, max_value=LONGEST_MINUTES, initial=60
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=lambda: [(name, name.replace("_", " ")) for name in zones()]
    )
    repeats = forms.ChoiceField(
        label=_("Repeats"),
        choices=(
            ("", _("Does not repeat")),
            ("daily", _("Every day")),
            ("weekly", _("Every week on certain days")),
            ("monthly", _("Every month on the same day")),
        ),
        required=False,
    )
    weekdays = forms.MultipleChoiceField(
        label=_("On"),
        help_text=_("The day of the first meeting is always one of them."),
        choices=_DAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    finish = forms.ChoiceField(
        label=_("Ends"),
        choices=(
            ("never", _("Never")),
            ("until", _("After a last day")),
            ("count", _("After a number of times")),
        ),
        required=False,
    )
    until = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    count = forms.IntegerField(label=_("Times"), required=False, min_value=1, max_value=MAXIMUM_COUNT)
    waiting_room = forms.BooleanField(
        label=_("Waiting room"),
        help_text=_("Whoever comes waits until somebody lets them in."),
        required=False,
        show_hidden_initial=True,
    )
    locked = forms.BooleanField(
        label=_("Locked"),
        help_text=_("Nobody else comes in. Those inside stay."),
        required=False,
        show_hidden_initial=True,
    )
    maximum = forms.IntegerField(
        label=_("Most participants"), min_value=2, max_value=MAXIMUM_LIMIT, initial=100
    )
    on_host_leave = forms.ChoiceField(
        label=_("When the host leaves"),
        help_text=_("By Leave in the room. Closing the page is not leaving: the meeting goes on."),
        choices=LeavePolicy.choices,
        widget=forms.RadioSelect,
        initial=LeavePolicy.CONTINUE,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("timing") == "scheduled":
            for name in ("day", "at"):
                if name not in self.errors and not data.get(name):
                    self.add_error(name, forms.ValidationError(_("Give it for a set time."), code="required"))
        if not self.errors:
            try:
                data["recurrence"] = _recurrence(data)
            except InvalidRecurrence as error:
                add_error(self, error)
        return data

    def meeting_fields(self) -> MeetingFields:
        """What the valid form says, for `actions.schedule`. Of what can be switched in the room, too, only
        what this page was used to change: it may have been open since before."""
        data = self.cleaned_data
        scheduled = data["timing"] == "scheduled"
        starts_at = datetime.combine(data["day"], data["at"], zone(data["time_zone"])) if scheduled else None
        fields: MeetingFields = {
            "title": data["title"].strip(),
            "description": data["description"].strip(),
            "starts_at": starts_at,
            "duration_minutes": data["duration_minutes"] or 60,
            "time_zone": data["time_zone"],
            "recurrence": data["recurrence"],
            "maximum": data["maximum"],
            "on_host_leave": data["on_host_leave"],
        }
        if "waiting_room" in self.changed_data:
            fields["waiting_room"] = data["waiting_room"]
        if "locked" in self.changed_data:
            fields["locked"] = data["locked"]
        return fields


def _recurrence(data: dict[str, Any]) -> Recurrence | None:
    if data["timing"] != "scheduled" or not data["repeats"]:
        return None
    frequency = Frequency(data["repeats"])
    chosen = {int(day) for day in data["weekdays"]} | {data["day"].weekday()}
    for name in ("until", "count"):
        if data["finish"] == name and not data[name]:
            raise InvalidRecurrence(str(_("Give it, or choose “Never”.")), field=name)
    return Recurrence(
        frequency,
        tuple(sorted(chosen)) if frequency is Frequency.WEEKLY else (),
        data["until"] if data["finish"] == "until" else None,
        data["count"] if data["finish"] == "count" else None,
    )


def initial(meeting: Meeting) -> dict[str, Any]:
    """The form's first values for a meeting that exists."""
    found = recurrence_of(meeting)
    local = meeting.starts_at.astimezone(zone(meeting.time_zone)) if meeting.starts_at else None
    return {
        "title": meeting.title,
        "description": meeting.description,
        "timing": "scheduled" if local else "open",
        "day": local and local.date(),
        "at": local and local.time(),
        "duration_minutes": meeting.duration_minutes,
        "time_zone": meeting.time_zone,
        "repeats": found.frequency.value if found else "",
        "weekdays": [str(day) for day in found.weekdays] if found else [],
        "finish": "until" if found and found.until else "count" if found and found.count else "never",
        "until": found and found.until,
        "count": found and found.count,
        "waiting_room": meeting.waiting_room,
        "locked": meeting.locked,
        "maximum": meeting.maximum,
        "on_host_leave": meeting.on_host_leave,
    }


class JoinForm(forms.Form):
    """A guest types or pastes a link, or what is behind its last slash."""

    link = forms.RegexField(
        regex=r"^\s*(?:https?://[^/\s]+)?(?:/?m/)?([a-z]{4}-[a-z]{4}-[a-z]{4})(?:[#?/].*)?\s*$",
        label=_("Meeting link or code"),
        max_length=300,
        error_messages={"invalid": _("A code looks like abcd-efgh-jkmn.")},
    )

    def slug(self) -> str:
        """The meeting's part of the link."""
        found = self.fields["link"].regex.fullmatch(self.cleaned_data["link"])  # type: ignore[attr-defined]  # a RegexField's
        return str(found[1])


class ChosenMeeting(forms.Form):
    """A button beside something in a list."""

    id = forms.UUIDField()

    def chosen(self) -> UUID:
        """The thing's id."""
        return UUID(str(self.cleaned_data["id"]))
