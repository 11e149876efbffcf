"""P1, exhaustively: an authority of X reaches X's row and no other code, for every state and every code there
is, through the reviewed table, the desk's cut, the gate's own bounds and its decision on those who are there.
The expectation is the oracle's, which does not read the table."""

from datetime import timedelta
from itertools import product

import pytest

from bailiwick.gate.verifying import Unproven, bounded
from bailiwick.ledger.entries import RestrictionApproved
from bailiwick.orders.actions.drafting import cut
from bailiwick.orders.models import Authority, Demand
from bailiwick.rules import restriction as rules
from bailiwick.rules.decision import MeetingTerms, Standing, Withheld, decide
from bailiwick.rules.location import Location, Vote, locate
from bailiwick.rules.territory import CODES, Code
from tests.machine.oracle import territory
from tests.machine.places import ALL, NETWORKS, NOWHERE, Place, answers
from tests.machine.steady import BEGINNING

SOURCES = ("mm", "dbip", "ipfire")
STANDINGS = (Standing(), Standing(inside=True), Standing(runs_meeting=True), Standing(let_in=True))


def there(evidence: str, code: str) -> Location:
    """As the location table would have it."""
    votes = zip(SOURCES, answers(evidence, code), strict=True)
    return locate([Vote(source, None if said is None else Code(said)) for source, said in votes], "table")


def entry(state: str, codes: set[str]) -> RestrictionApproved:
    """As the log has it, two people's approval of which is another matter."""
    return RestrictionApproved.model_validate(
        {
            "at": BEGINNING, "restriction": "0" * 32, "demand": "1" * 32, "authority": "2" * 32,
            "state": state, "kind": "supranational" if state == "EU" else "court", "law": "Act 1",
            "territories": tuple(sorted(codes)), "from": BEGINNING, "until": BEGINNING + timedelta(days=90),
            "reasons": ("other_law",), "target": "0" * 64, "document": "0" * 64, "original": "0" * 64,
        }
    )  # fmt: skip


def terms(found: rules.Restriction) -> MeetingTerms:
    return MeetingTerms(revision=1, rule=None, server_rule=None, restrictions=(found,))


def is_withheld(meeting: MeetingTerms, standing: Standing, location: Location) -> bool:
    return isinstance(decide(meeting, standing, location, BEGINNING), Withheld)


def test_the_list_of_codes_is_the_same_written_twice() -> None:
    assert set(ALL) == CODES
    assert len(ALL) == 250


def test_p1_whatever_an_authority_of_any_state_is_granted_reaches_its_row_only() -> None:
    """250 states, each granted all of its row: of people in each of 250 places, exactly those in the row."""
    people = {code: there("all agree", code) for code in ALL}
    for state in [*ALL, "EU"]:
        meeting = terms(bounded(entry(state, territory(state))))
        reached = {code for code in ALL if is_withheld(meeting, Standing(), people[code])}
        assert reached == territory(state), state


def test_p1_a_demand_for_the_whole_world_is_cut_to_its_authoritys_row() -> None:
    for state in [*ALL, "EU"]:
        authority = Authority(state=state, kind="supranational" if state == "EU" else "police")
        demand = Demand(authority=authority, territories=ALL)
        granted, beyond = cut(demand, BEGINNING, BEGINNING + timedelta(days=90))
        assert (granted, granted | beyond) == (territory(state), set(ALL)), state


@pytest.mark.parametrize("part", range(5))
def test_p1_no_entry_of_any_state_names_a_code_beyond_its_row(part: int) -> None:
    """All 62,500 pairs: logged as they may be, the gate enforces none that reaches further."""
    template = entry("CN", {"CN"})
    for state, code in product(ALL[part::5], ALL):
        said = template.model_copy(update={"state": Code(state), "territories": (Code(code),)})
        try:
            found = bounded(said)
        except Unproven:
            assert code not in territory(state), (state, code)
        else:
            assert found.territory == {code}
            assert code in territory(state), (state, code)


def test_p1_nobody_is_withheld_on_less_than_all_sources_wherever_they_are() -> None:
    """In a meeting withheld in every place on earth; whoever they are, and wherever they stand."""
    everywhere = [bounded(entry(state, {state})) for state in ALL]
    meeting = MeetingTerms(revision=1, rule=None, server_rule=None, restrictions=tuple(everywhere))
    for code, evidence in product(ALL, [*NETWORKS, NOWHERE]):
        sure = Place(evidence, code).surely is not None
        for standing in STANDINGS:
            assert is_withheld(meeting, standing, there(evidence, code)) is sure, (code, evidence)


def test_p1_mainland_china_hong_kong_macao_and_taiwan_reach_nobody_of_each_other() -> None:
    four = ("CN", "HK", "MO", "TW")
    for state, code in product(four, four):
        meeting = terms(bounded(entry(state, {state})))
        assert is_withheld(meeting, Standing(), there("all agree", code)) is (state == code)
