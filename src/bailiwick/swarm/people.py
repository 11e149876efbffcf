"""Whom a swarm consists of, and who of them sends what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, zip_longest


class Sends(StrEnum):
    """Video comes with sound, as a person's does."""

    VIDEO = "video"
    SOUND = "sound"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Person:
    """A synthetic participant. `origin`: what was asked for (a country's code, or `undetermined`); `label`:
    its name, shown in the picture; `headers`: sent with every request, they carry the address (never
    printed)."""

    name: str
    origin: str
    label: str
    headers: Mapping[str, str]
    sends: Sends = Sends.NOTHING
    index: int = 0

    def __repr__(self) -> str:
        return f"<person {self.index} from {self.origin}>"


def interleave(groups: Iterable[Sequence[Person]]) -> list[Person]:
    """One of each group in turn, so that the first few come from as many places as there are."""
    rounds = zip_longest(*groups)
    return [replace(person, index=i) for i, person in enumerate(p for p in chain(*rounds) if p is not None)]


def assign(people: Sequence[Person], video: int, sound: int | None) -> list[Person]:
    """The first `video` of them send video and sound, the next `sound` sound (None: all the rest)."""
    last = len(people) if sound is None else video + sound
    return [
        replace(p, sends=Sends.VIDEO if i < video else Sends.SOUND if i < last else Sends.NOTHING)
        for i, p in enumerate(people)
    ]
