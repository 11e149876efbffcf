"""Which row a button belongs to."""

from django.http import HttpRequest

from bailiwick.desk.forms import Numbered


def number(request: HttpRequest) -> int:
    """The id that was sent; 0, which no row has, for anything else."""
    form = Numbered(request.POST)
    return int(form.cleaned_data["id"]) if form.is_valid() else 0
