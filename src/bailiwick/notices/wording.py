"""What somebody reads who is kept out, in the languages there are catalogues for: one JSON file a language,
the same that the room in the browser uses. English is the text that was reviewed; the others say that they
were not. Names of territories are neutral in each of them (`territories.json`: CLDR's, but for our own)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bailiwick.rules.territory import CODES, Code, name

_FOLDER: Final = Path(__file__).parent / "catalogues"
TAGS: Final = ("en", "fr", "ar", "zh-Hans", "zh-Hant")
"""BCP 47, English first."""
_RIGHT_TO_LEFT: Final = ("ar",)
_TRADITIONAL: Final = ("hant", "tw", "hk", "mo")
_MOST_PARTS: Final = 40
"""Of an Accept-Language header; whoever sends more gets what the first ones ask for."""


@dataclass(frozen=True, slots=True)
class Language:
    """A catalogue: `text` by key, and names of territories."""

    tag: str
    texts: Mapping[str, str]
    names: Mapping[str, str]

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, for the `dir` attribute."""
        return "rtl" if self.tag in _RIGHT_TO_LEFT else "ltr"

    def text(self, key: str, **values: object) -> str:
        """The text of a key, with `{name}` replaced; KeyError for a key there is not."""
        found = self.texts[key]
        for place, value in values.items():
            found = found.replace(f"{{{place}}}", str(value))
        return found

    def word(self, prefix: str, code: str) -> str:
        """The word for a code of a closed vocabulary (`kind`, `reason`); one there is no word for, as it
        is."""
        return self.texts.get(f"{prefix}.{code}", code)

    def territory(self, code: str) -> str:
        """The neutral name of a territory, or of a supranational body."""
        if own := self.texts.get(f"territory.{code}"):
            return own
        if code in CODES and self.tag == "en":
            return name(Code(code))
        return self.names.get(code, code)


@cache
def language(tag: str) -> Language:
    """One of TAGS; KeyError for another."""
    if tag not in TAGS:
        raise KeyError(tag)
    texts = json.loads((_FOLDER / f"{tag.lower()}.json").read_text(encoding="utf-8"))
    return Language(tag, texts, _territories().get(tag.lower(), {}))


@cache
def _territories() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((_FOLDER / "territories.json").read_text(encoding="utf-8"))
    return found


def languages() -> tuple[Language, ...]:
    """All of them, English first."""
    return tuple(map(language, TAGS))


def chosen(accept_language: str) -> Language:
    """The language that an Accept-Language header (RFC 9110, 12.5.4) likes best here, else English."""
    for wanted in _preferred(accept_language):
        if tag := _tag(wanted):
            return language(tag)
    return language("en")


def _preferred(header: str) -> Sequence[str]:
    """The ranges in it, the best first, those of weight 0 left out. Nonsense is passed over."""
    weighted = []
    for part in header.split(",")[:_MOST_PARTS]:
        wanted, _, parameter = part.strip().partition(";")
        weight = _weight(parameter.strip())
        if wanted and weight > 0:
            weighted.append((-weight, wanted.strip().lower()))
    return [wanted for _, wanted in sorted(weighted, key=lambda each: each[0])]


def _weight(parameter: str) -> float:
    if not parameter.startswith("q="):
        return 1.0
    try:
        return float(parameter[2:])
    except ValueError:
        return 0.0


def _tag(wanted: str) -> str | None:
    """Which catalogue speaks to whoever wants this: Chinese by its script, else by where it is written so."""
    first, *rest = wanted.split("-")
    if first == "zh":
        simplified = "hans" in rest or not any(each in _TRADITIONAL for each in rest)
        return "zh-Hans" if simplified else "zh-Hant"
    return next((tag for tag in TAGS if tag == first), None)
