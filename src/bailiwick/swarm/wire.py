"""What a swarm and its worker processes tell each other."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Self

from .people import Person, Sends

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is to do. `origin`: the swarm's beginning, seconds of the monotonic clock; `spacing`:
    seconds between two joins; `subscribe`, `patience`, `ask_again`: see `participant.Manner`; `rate`:
    pictures a second."""

    url: str
    people: tuple[Person, ...]
    subscribe: int | None
    silent: bool
    spacing: float
    patience: float
    ask_again: float | None
    rate: int
    origin: float

    @classmethod
    def decode(cls, data: Mapping[str, Any]) -> Self:
        people = tuple(Person(**{**person, "sends": Sends(person["sends"])}) for person in data["people"])
        return cls(**{**data, "people": people})


@dataclass(frozen=True, slots=True)
class Progress:
    """How many stand where; `streams`: subscriptions of those not out, `flowing`: those that brought a
    packet; `received`, `lost`: packets in all."""

    door: int = 0
    waiting: int = 0
    inside: int = 0
    out: int = 0
    streams: int = 0
    flowing: int = 0
    received: int = 0
    lost: int = 0

    @property
    def everybody_out(self) -> bool:
        return self.out > 0 and self.door + self.waiting + self.inside == 0

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def encode(value: "DataclassInstance") -> Mapping[str, Any]:
    """A dataclass as JSON can carry it."""
    return asdict(value)
