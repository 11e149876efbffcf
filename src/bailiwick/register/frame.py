"""What stands around every page of the register: as of when it is, and whether the log goes on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bailiwick.ledger import queries
from bailiwick.ledger.errors import LogRefuses
from bailiwick.register.book import Book


def show(request: HttpRequest, name: str, book: Book, context: dict[str, Any]) -> HttpResponse:
    """A page of the register."""
    shown = {"size": book.size, "published_at": book.published_at, "stopped": _stopped(), **context}
    page = render(request, f"register/{name}.html", shown)
    page["Cache-Control"] = "no-cache"
    return page


def _stopped() -> bool:
    """Whether the log does not go on: then the register may be behind what it showed before, and says so."""
    try:
        queries.check_goes_on()
    except LogRefuses:
        return True
    return False
