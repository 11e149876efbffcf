"""Codes, names, groups and how far each state's word counts."""

from collections import Counter
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.rules.groups import MEMBERSHIPS, TABLES_BEGIN
from bailiwick.rules.reach import REACH
from bailiwick.rules.territory import (
    CODES,
    ISO_CODES,
    Code,
    Continent,
    UnknownTerritory,
    check_territory,
    continent,
    group,
    name,
    own_territory,
    own_territory_source,
    parse_code,
    parse_territory,
)

# The alpha-2 column of ISO 3166-1 as Debian's iso-codes 4.15 gives it, taken apart from our table.
ISO_3166_1 = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""

NOT_CODES = [
    "",
    "C",
    "CHN",
    "cn",
    "Cn",
    " CN",
    "CN ",
    "CN\n",
    "UK",
    "EU",
    "AP",
    "AN",
    "SU",
    "ZZ",
    "UN",
    "OS",
    "AB",
    "??",
]
NOT_CODES += ["CN-HK", "CN-TW", "UA-43", "156", "EH\x00", "ＣＮ"]

TODAY = date(2026, 11, 21)
MEMBERS_2026 = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
PARTS_2026 = "AX GF GP MF MQ RE YT"
CAREFUL = ["CN", "HK", "MO", "TW"]
DEPENDENT = "AI AS AW AX BL BM BQ BV CC CK CW CX FK FO GF GG GI GL GP GS GU HK HM IM IO JE KY MF MO MP MQ MS"
DEPENDENT += " NC NF NU PF PM PN PR RE SH SJ SX TC TF TK UM VG VI WF YT"


def test_there_are_249_iso_codes_and_kosovo() -> None:
    assert frozenset(ISO_3166_1.split()) == ISO_CODES
    assert len(ISO_CODES) == 249
    assert frozenset({*ISO_CODES, "XK"}) == CODES


@pytest.mark.parametrize("text", NOT_CODES)
def test_what_is_not_a_code_is_refused(text: str) -> None:
    with pytest.raises(UnknownTerritory) as refused:
        parse_code(text)
    assert refused.value.code == "unknown_territory"


@given(st.text(max_size=5))
def test_whatever_is_parsed_is_one_of_the_codes_unchanged(text: str) -> None:
    if text in CODES:
        assert parse_code(text) == text
    else:
        with pytest.raises(UnknownTerritory):
            parse_code(text)


def test_one_bad_code_spoils_a_territory() -> None:
    assert parse_territory(["HK", "DE", "HK"]) == {"DE", "HK"}
    assert parse_territory([]) == frozenset()
    with pytest.raises(UnknownTerritory):
        parse_territory(["HK", "EU"])


def test_a_text_is_not_taken_for_a_list_of_letters() -> None:
    with pytest.raises(UnknownTerritory):
        parse_territory("CN")
    with pytest.raises(UnknownTerritory):
        parse_territory("")


def test_a_territory_built_by_hand_is_checked_as_well() -> None:
    check_territory(CODES)
    check_territory(frozenset())
    for bad in ("EU", "cn", None):
        with pytest.raises(UnknownTerritory):
            check_territory(frozenset({Code("CN"), bad}))  # type: ignore[arg-type]  # None is the case


def test_every_code_has_a_name_of_its_own() -> None:
    names = Counter(name(code) for code in CODES)
    assert len(names) == 250
    assert all(text == text.strip() and len(text) >= 4 for text in names)


def test_names_are_neutral() -> None:
    assert [name(Code(code)) for code in CAREFUL] == ["Mainland China", "Hong Kong", "Macao", "Taiwan"]
    assert not any("China" in name(code) for code in CODES - {Code("CN")})
    assert name(Code("PS")) == "Palestine"
    assert name(Code("XK")) == "Kosovo"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AT", "Austria"),
        ("AU", "Australia"),
        ("CD", "Congo (Democratic Republic)"),
        ("CG", "Congo (Republic)"),
        ("CH", "Switzerland"),
        ("DM", "Dominica"),
        ("DO", "Dominican Republic"),
        ("GB", "United Kingdom"),
        ("KP", "North Korea"),
        ("KR", "South Korea"),
        ("ME", "Montenegro"),
        ("MF", "Saint Martin (French part)"),
        ("NE", "Niger"),
        ("NG", "Nigeria"),
        ("SI", "Slovenia"),
        ("SK", "Slovakia"),
        ("SX", "Sint Maarten (Dutch part)"),
        ("UA", "Ukraine"),
        ("VG", "British Virgin Islands"),
        ("VI", "United States Virgin Islands"),
    ],
)
def test_names_easily_mistaken_are_right(code: str, expected: str) -> None:
    assert name(Code(code)) == expected


def test_every_code_has_a_continent() -> None:
    assert {continent(code) for code in CODES} == set(Continent)
    assert continent(Code("NA")) is Continent.AF
    assert continent(Code("TW")) is Continent.AS


def test_the_european_union_today() -> None:
    assert len(MEMBERS_2026.split()) == 27
    assert group("EU", TODAY) == parse_territory(f"{MEMBERS_2026} {PARTS_2026}".split())


def test_the_european_economic_area_today_is_the_union_and_three_states() -> None:
    assert group("EEA", TODAY) - group("EU", TODAY) == {"IS", "LI", "NO"}
    assert group("EU", TODAY) < group("EEA", TODAY)


def test_the_unions_law_is_not_carried_where_the_treaties_do_not_apply() -> None:
    outside = "BL BQ AW CW SX FO GL GG GB GI IM JE NC PF PM SJ TF WF CH XK TR"
    assert not group("EU", TODAY) & parse_territory(outside.split())


@pytest.mark.parametrize(
    ("code", "last_day_out", "first_day_in"),
    [
        ("PL", date(2004, 4, 30), date(2004, 5, 1)),
        ("CY", date(2004, 4, 30), date(2004, 5, 1)),
        ("BG", date(2006, 12, 31), date(2007, 1, 1)),
        ("RO", date(2006, 12, 31), date(2007, 1, 1)),
        ("HR", date(2013, 6, 30), date(2013, 7, 1)),
        ("YT", date(2013, 12, 31), date(2014, 1, 1)),
    ],
)
def test_a_code_joins_the_union_on_its_day(code: str, last_day_out: date, first_day_in: date) -> None:
    assert first_day_in - last_day_out == timedelta(days=1)
    assert code not in group("EU", last_day_out)
    assert code in group("EU", first_day_in)


@pytest.mark.parametrize(
    ("code", "last_day_in", "first_day_out"),
    [
        ("GB", date(2020, 1, 31), date(2020, 2, 1)),
        ("GI", date(2020, 1, 31), date(2020, 2, 1)),
        ("BL", date(2011, 12, 31), date(2012, 1, 1)),
    ],
)
def test_a_code_leaves_union_and_area_at_the_end_of_its_last_day(
    code: str, last_day_in: date, first_day_out: date
) -> None:
    assert code in group("EU", last_day_in) & group("EEA", last_day_in)
    assert code not in group("EU", first_day_out) | group("EEA", first_day_out)


def test_the_area_followed_the_union_later() -> None:
    assert "RO" not in group("EEA", date(2007, 7, 31))
    assert "RO" in group("EEA", date(2007, 8, 1))
    assert "HR" not in group("EEA", date(2014, 4, 11))
    assert "HR" in group("EEA", date(2014, 4, 12))


def test_the_number_of_member_states_is_that_of_history() -> None:
    history = {2004: 15, 2005: 25, 2007: 27, 2012: 27, 2014: 28, 2019: 28, 2021: 27, 2026: 27}
    parts = parse_territory(f"{PARTS_2026} BL GI".split())
    assert {year: len(group("EU", date(year, 1, 2)) - parts) for year in history} == history


def test_a_day_before_the_tables_is_refused_not_guessed() -> None:
    assert group("EU", TABLES_BEGIN)
    with pytest.raises(ValueError, match="2004"):
        group("EU", TABLES_BEGIN - timedelta(days=1))


def test_a_group_without_a_table_is_refused() -> None:
    with pytest.raises(UnknownTerritory):
        group("UN", TODAY)  # type: ignore[arg-type]  # what a caller without type checks could ask


def test_every_membership_has_a_source_and_names_no_code_twice_at_once() -> None:
    for rows in MEMBERSHIPS.values():
        assert all(source and since <= last for _, since, last, source in rows)
        listed = [code for codes, *_ in rows for code in codes.split()]
        assert len(listed) == len(set(listed))


def test_p1_every_states_territory_contains_its_own_code() -> None:
    assert all(code in own_territory(code) for code in CODES)


def test_p1_mainland_china_is_itself_alone() -> None:
    assert own_territory(Code("CN")) == {"CN"}


def test_p1_nothing_but_itself_derives_hong_kong_macao_or_taiwan() -> None:
    for careful in ("HK", "MO", "TW"):
        assert [state for state in sorted(CODES) if careful in own_territory(state)] == [careful]
        assert own_territory(Code(careful)) == {careful}
    groups = group("EU", TODAY) | group("EEA", TODAY)
    assert not groups & {"CN", "HK", "MO", "TW"}


def test_p1_states_territories_never_overlap() -> None:
    states = CODES - parse_territory(DEPENDENT.split())
    for one, other in combinations(sorted(states), 2):
        assert not own_territory(one) & own_territory(other), (one, other)


def test_p1_a_dependent_territorys_authorities_reach_it_alone() -> None:
    for code in DEPENDENT.split():
        assert own_territory(Code(code)) == {code}


def test_p1_the_table_is_exactly_as_reviewed() -> None:
    reviewed = {
        "AU": "AU CC CX NF",
        "FI": "AX FI",
        "FR": "BL FR GF GP MF MQ PM RE YT",
        "NO": "BV NO SJ",
        "US": "AS GU MP PR UM US VI",
    }
    wider = {code: " ".join(sorted(own_territory(code))) for code in CODES if len(own_territory(code)) > 1}
    assert wider == reviewed


def test_p1_every_row_of_the_table_cites_its_source() -> None:
    assert all(row.codes.split()[0] == state for state, row in REACH.items())
    assert all(len(row.source) > 20 for row in REACH.values())
    assert all(own_territory_source(Code(state)) == row.source for state, row in REACH.items())
    assert own_territory_source(Code("DE")) == "ISO 3166-1: the code assigned to it"


def test_what_is_no_code_has_no_territory() -> None:
    with pytest.raises(UnknownTerritory):
        own_territory(Code("EU"))
    with pytest.raises(UnknownTerritory):
        own_territory_source(Code("EU"))
