"""Whose keys may sign, and which two signed: by the log's own entries, as anybody can check them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bailiwick.ledger.entries import encode
from bailiwick.register import words
from bailiwick.register.book import Book, Restriction, open_book
from bailiwick.register.frame import show
from bailiwick.signing.errors import Unapproved


@dataclass(frozen=True, slots=True)
class Approvals:
    """The keys of a restriction's approvals, each with the entry that put it on the roll (None: there is
    none); `hold`: whether both were on it then and signed exactly this."""

    keys: tuple[tuple[str, int | None], ...]
    hold: bool


def approvals(book: Book, found: Restriction) -> Approvals:
    """Who approved it, checked."""
    signers = book.roll.signers
    named = tuple(each.key for each in found.entry.approvals or ())
    keys = tuple((key, signers[key].added if key in signers else None) for key in named)
    try:
        book.roll.approvers(found.approved.index, encode(found.entry))
    except Unapproved:
        return Approvals(keys, hold=False)
    return Approvals(keys, hold=True)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every key there ever was, where it came and went, and entries that had no effect."""
    book = open_book()
    every = list(book.roll.signers.values())
    context: dict[str, Any] = {
        "now": [each for each in every if each.removed is None],
        "before": [each for each in reversed(every) if each.removed is not None],
        "anew": book.roll.begun[1:],
        "refused": [(index, words.FAULTS[fault]) for index, fault in sorted(book.roll.refused.items())],
    }
    return show(request, "signers", book, context)
