"""Long lists, page by page. Nothing that is kept is out of reach of whoever may read it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from django.http import HttpRequest

T = TypeVar("T")
SIZE: Final = 50
_MOST: Final = 100_000
"""Pages: a number in an address is no way to have the database count for long."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The rows of one page. `newer`, `older`: query strings of the pages beside it; empty for none."""

    rows: list[T]
    number: int
    newer: str = ""
    older: str = ""


def paged(
    request: HttpRequest, fetch: Callable[[int, int], Sequence[T]], name: str = "page", size: int = SIZE
) -> Page[T]:
    """The page that the address names, the first for none or nonsense. `fetch(start, count)`: so many, the
    newest first; one more than a page has tells whether there are older ones."""
    number = _number(request.GET.get(name, ""))
    rows = list(fetch((number - 1) * size, size + 1))
    newer = _with(request, name, number - 1) if number > 1 else ""
    older = _with(request, name, number + 1) if len(rows) > size else ""
    return Page(rows[:size], number, newer, older)


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 9
    return min(max(int(text), 1), _MOST) if is_number else 1


def _with(request: HttpRequest, name: str, number: int) -> str:
    """The address's query with another page of this list."""
    query = request.GET.copy()
    query[name] = str(number)
    return f"?{query.urlencode()}"
