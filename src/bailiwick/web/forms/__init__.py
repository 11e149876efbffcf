"""Forms of the host's pages. Errors carry the domain's stable codes."""

from django import forms

from bailiwick.accounts.errors import AccountError
from bailiwick.meetings.errors import MeetingError


def add_error(form: forms.Form, error: AccountError | MeetingError) -> None:
    """Show a refused action in its form: at the field it names, if the form has it."""
    where = error.field if error.field in form.fields else None
    form.add_error(where, forms.ValidationError(str(error), code=error.code))
