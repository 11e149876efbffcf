"""Catalogues of what somebody kept out reads: whole, neutral, chosen as the header asks."""

import json
import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.ledger.vocabulary import AuthorityKind, Reason
from bailiwick.notices.wording import TAGS, chosen, language, languages
from bailiwick.orders.models import Outcome
from bailiwick.rules.territory import CODES
from tests.register.conftest import ROOT

FOLDER = ROOT / "src/bailiwick/notices/catalogues"
HOLES = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("tag", TAGS)
def test_every_catalogue_has_every_text_with_the_same_holes(tag: str) -> None:
    english, other = language("en").texts, language(tag).texts
    assert list(other) == list(english)
    for key, text in other.items():
        assert sorted(HOLES.findall(text)) == sorted(HOLES.findall(english[key])), key
        assert text or key == "draft", key


@pytest.mark.parametrize("tag", TAGS)
def test_whatever_is_not_english_says_that_no_lawyer_has_reviewed_it(tag: str) -> None:
    assert bool(language(tag).texts["draft"]) is (tag != "en")


@pytest.mark.parametrize("tag", TAGS)
def test_every_code_of_the_log_has_a_word(tag: str) -> None:
    texts = language(tag).texts
    assert {key for key in texts if key.startswith("kind.")} == {
        f"kind.{each}" for each in get_args(AuthorityKind)
    }
    assert {key for key in texts if key.startswith("reason.")} == {
        f"reason.{each}" for each in get_args(Reason)
    }
    outcomes = {key.removeprefix("appeal.outcome.") for key in texts if key.startswith("appeal.outcome.")}
    assert outcomes == set(Outcome.values)


def test_every_territory_has_a_name_in_every_language() -> None:
    for tag, names in json.loads((FOLDER / "territories.json").read_text()).items():
        assert set(names) == set(CODES), tag
        assert all(names.values()), tag
    for each in languages():
        names = [each.territory(code) for code in sorted(CODES)]
        assert len(set(names)) == len(CODES), each.tag


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("CN", ["Mainland China", "Chine continentale", "البر الرئيسي للصين", "中国大陆", "中國大陸"]),
        ("HK", ["Hong Kong", "Hong Kong", "هونغ كونغ", "香港", "香港"]),
        ("MO", ["Macao", "Macao", "ماكاو", "澳门", "澳門"]),
        ("TW", ["Taiwan", "Taïwan", "تايوان", "台湾", "台灣"]),
    ],
)
def test_names_are_neutral_in_every_language(code: str, names: list[str]) -> None:
    assert [each.territory(code) for each in languages()] == names


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", "en"),
        ("de", "en"),
        ("fr-CA, en;q=0.8", "fr"),
        ("en;q=0.5, ar-EG", "ar"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-TW, zh;q=0.9", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-MO", "zh-Hant"),
        ("zh-Hant-CN", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("fr;q=0, ar;q=0.1", "ar"),
        ("*", "en"),
        ("de, fr;q=0.7, en;q=0.9", "en"),
        ("fr;q=nonsense, ar;q=0.2", "ar"),
        (",,;;q=", "en"),
    ],
)
def test_the_language_is_the_one_the_header_likes_best(header: str, tag: str) -> None:
    assert chosen(header).tag == tag


@given(st.text(max_size=300))
def test_any_header_gets_a_language(header: str) -> None:
    assert chosen(header).tag in TAGS


def test_arabic_alone_runs_from_right_to_left() -> None:
    assert [each.tag for each in languages() if each.direction == "rtl"] == ["ar"]
