"""Forms of the desk. Errors carry the domain's stable codes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick.accounts.actions.suspension_appeals import Outcome
from bailiwick.accounts.actions.suspensions import Ground, Source, Statement
from bailiwick.accounts.errors import AccountError
from bailiwick.accounts.roles import Role
from bailiwick.accounts.terms import terms
from bailiwick.meetings.errors import MeetingError
from bailiwick.meetings.forms import RuleForm

ROLES = {
    Role.INTAKE: _("Intake: takes in demands and abuse reports"),
    Role.REVIEWER: _("Reviewer: examines them and proposes"),
    Role.APPROVER: _("Approver: the second person, approves or not"),
    Role.APPEALS: _("Appeals: decides on what others decided before"),
    Role.AUDITOR: _("Auditor: reads everything, changes nothing, holds no other role"),
    Role.ADMINISTRATOR: _("Administrator: roles and server-wide rules"),
}


def add_error(form: forms.Form, error: AccountError | MeetingError) -> None:
    """Show a refused action in its form: at the field it names, if the form has it."""
    where = error.field if error.field in form.fields else None
    form.add_error(where, forms.ValidationError(str(error), code=error.code))


class Numbered(forms.Form):
    """Which row a button belongs to."""

    id = forms.IntegerField(min_value=1, max_value=2**31 - 1)


class RoleForm(forms.Form):
    """A role for somebody."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Of an account on this server whose owner has confirmed the address."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, label) for role, label in ROLES.items()],
        widget=forms.RadioSelect,
    )


class AssignForm(Numbered):
    """Who deals with an alarm."""

    to = forms.UUIDField()


class PromptedForm(forms.Form):
    """The question that everybody who decides answers; it has no default answer."""

    authority_prompted = forms.ChoiceField(
        label=_("Did a public authority, anywhere, ask for this or prompt it?"),
        help_text=_(
            "Formally or informally, in writing or not, or through somebody else's complaint. If so, it is a"
            " demand."
        ),
        choices=(("no", _("No, nobody did")), ("yes", _("Yes"))),
        widget=forms.RadioSelect,
    )

    def prompted(self) -> bool:
        """The answer."""
        return bool(self.cleaned_data["authority_prompted"] == "yes")


class SuspensionForm(PromptedForm):
    """A statement of reasons, as its reader will get it."""

    email = forms.EmailField(
        label=_("Whose account: its e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    ground = forms.ChoiceField(
        label=_("What breaks the terms"),
        help_text=_("What is said in a meeting is none of these."),
        choices=(
            (Ground.ABUSE_OF_OTHERS.value, _("Abuse of other people")),
            (Ground.COMPROMISED.value, _("Somebody else has taken the account over")),
            (Ground.FRAUD.value, _("Fraud")),
            (Ground.SPAM.value, _("Spam")),
        ),
        widget=forms.RadioSelect,
    )
    facts = forms.CharField(
        label=_("What happened"),
        help_text=_("Their owner reads this word for word. Name nobody else."),
        min_length=20,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    section = forms.ChoiceField(
        label=_("Which of the terms"),
        help_text=_("A section of the terms of use in force; its owner gets a link to this version."),
        choices=lambda: [("", "—"), *((each, each) for each in terms().sections)],
    )
    terms = forms.CharField(
        label=_("Why it breaks them"),
        min_length=20,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    source = forms.ChoiceField(
        label=_("How it became known"),
        choices=(
            (Source.NOTICE.value, _("Somebody told us")),
            (Source.OWN_INITIATIVE.value, _("We found it ourselves")),
        ),
        widget=forms.RadioSelect,
    )
    automated = forms.BooleanField(label=_("An automated means found it"), required=False)
    until = forms.DateTimeField(
        label=_("Until (UTC)"),
        help_text=_("Empty: until further notice."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def statement(self) -> Statement:
        """Of the valid form."""
        data = self.cleaned_data
        return Statement(
            Ground(data["ground"]),
            Source(data["source"]),
            data["facts"],
            data["section"],
            data["terms"],
            data["automated"],
            data["until"],
        )


class AnswerForm(forms.Form):
    """The decision on an appeal."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=(
            (
                Outcome.REINSTATED.value,
                _("The suspension was wrong: if it is in force, it ends at once"),
            ),
            (Outcome.UPHELD.value, _("The suspension was right: one in force stays")),
        ),
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Why"),
        help_text=_("Sent to the account's owner word for word."),
        min_length=20,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def outcome(self) -> Outcome:
        """Of the valid form."""
        return Outcome(self.cleaned_data["decision"])


class ApproveRuleForm(PromptedForm, Numbered):
    """The second person's answer to the same question."""


class ServerRuleForm(PromptedForm, RuleForm):
    """A proposal for the whole server; the question about authorities has no default answer."""

    statement = forms.CharField(
        label=_("Why"),
        help_text=_("Published with the rule, word for word."),
        min_length=20,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
