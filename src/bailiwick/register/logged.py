"""Published entries by their type, with their indices, as the checkpoint covers them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bailiwick.ledger.contents import Contents

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Logged(Generic[E]):
    """An entry and its index."""

    index: int
    entry: E


def every(kind: type[E], contents: Contents) -> tuple[Logged[E], ...]:
    """All entries of a type that the checkpoint covers."""
    return tuple(Logged(index, entry) for index, entry in contents.every(kind))


def grouped(by: str, entries: Iterable[Logged[Any]]) -> dict[str | None, list[Logged[Any]]]:
    """The entries, in their order, by one of their fields."""
    found: dict[str | None, list[Logged[Any]]] = defaultdict(list)
    for each in entries:
        found[getattr(each.entry, by)].append(each)
    return found
