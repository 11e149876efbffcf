"""Published entries by their type, with their indices, as the checkpoint covers them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bailiwick.ledger import queries

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Logged(Generic[E]):
    """An entry and its index."""

    index: int
    entry: E


def every(kind: type[E], size: int) -> tuple[Logged[E], ...]:
    """All entries of a type that the checkpoint covers."""
    name: str = kind.model_fields["type"].default  # type: ignore[attr-defined]  # every type of entry is a model
    found = ((index, entry) for index, entry in queries.entries_of(name) if index < size)
    return tuple(Logged(index, entry) for index, entry in found if isinstance(entry, kind))


def grouped(by: str, entries: Iterable[Logged[Any]]) -> dict[str | None, list[Logged[Any]]]:
    """The entries, in their order, by one of their fields."""
    found: dict[str | None, list[Logged[Any]]] = defaultdict(list)
    for each in entries:
        found[getattr(each.entry, by)].append(each)
    return found
