"""Names that others see: none can be made to look like another, or like nobody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.accounts.names import LONGEST, clean_name, clean_text


@pytest.mark.parametrize(
    "unseen",
    [
        "\u200b", "\u200e", "\u202e", "\u2066", "\u2069", "\u00ad", "\ufeff", "\x00", "\x07", "\u034f",
        "\u115f", "\u1160", "\u17b4", "\u180b", "\u2800", "\u3164", "\uffa0", "\ufe00", "\U000e0041",
        "\U000e0101", "\u2065", "\U0001d173", "\u200c", "\u200d", "\ufe0f", "\u0301",
    ],
)  # fmt: skip
def test_a_name_of_what_nobody_sees_is_no_name(unseen: str) -> None:
    assert clean_name(unseen * 3) == ""
    assert clean_name(f" {unseen} {unseen}") == ""


@pytest.mark.parametrize("unseen", ["\u200c", "\u200d", "\u200d\u200c", "\ufe0f"])
@pytest.mark.parametrize("name", ["Ada Lovelace", "Анна", "Νίκος"])
def test_joiners_make_no_second_name_that_looks_the_same(name: str, unseen: str) -> None:
    for at in range(len(name) + 1):
        assert clean_name(name[:at] + unseen + name[at:]) == name


@pytest.mark.parametrize(
    "name",
    [
        "نوید می‌خواهم", "क्‍ष", "👩‍💻", "❤️ Ada", "Nguyễn Thị Hằng", "שָׁלוֹם", "ཀྵུཾ", "María José", "王小明",
        "Zoë (she/her)", "𝒜da",
    ],
)  # fmt: skip
def test_names_stay_as_they_are_written(name: str) -> None:
    assert clean_name(name) == name


def test_marks_do_not_pile_up_over_others() -> None:
    piled = "A" + "\u0336\u0301\u0489" * 20 + "da"
    assert clean_name(piled) == "A" + piled[1:5] + "da"


ODD = st.sampled_from("aé \u0301\u20d0\ufe0f\u200c\u200d\u0915\u094d\u202e\n\u3164")


@given(st.text(max_size=200) | st.text(ODD, max_size=200))
def test_a_clean_name_is_one_short_line_and_stays_as_it_is(text: str) -> None:
    cleaned = clean_name(text)
    assert len(cleaned) <= LONGEST
    assert cleaned == clean_name(cleaned)
    assert not set("\n\r\t\u202e\u2066\x00") & set(cleaned)


def test_text_keeps_its_lines_and_loses_what_nobody_sees() -> None:
    assert clean_text("one\n\ttwo\u202e\x00 three\r\n") == "one\n\ttwo three\r\n"
