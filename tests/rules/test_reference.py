"""docs/reference is a contract: what the tables of the rules say, it says."""

from datetime import date
from pathlib import Path

import pytest

from bailiwick.rules import decision
from bailiwick.rules.groups import MEMBERSHIPS
from bailiwick.rules.location import Undetermined
from bailiwick.rules.reach import REACH

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
TERRITORIES = (REFERENCE / "territories.md").read_text("utf-8")
DECISION = (REFERENCE / "decision.md").read_text("utf-8")


def rows(text: str) -> set[tuple[str, ...]]:
    """The rows of all tables, cells stripped of space and code marks."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return {tuple(cell.strip().replace("`", "") for cell in line.strip("|").split("|")) for line in lines}


@pytest.mark.parametrize("state", sorted(REACH))
def test_the_reference_gives_every_row_of_the_reach_table_with_its_source(state: str) -> None:
    row = REACH[state]
    reached = (row.codes,) if " " in row.codes else ()
    assert (state, *reached, row.source) in rows(TERRITORIES)


def test_the_reference_gives_no_row_the_reach_table_does_not_have() -> None:
    states = {cells[0] for cells in rows(TERRITORIES) if len(cells) in (2, 3) and len(cells[0]) == 2}
    assert states == set(REACH)


@pytest.mark.parametrize("group", sorted(MEMBERSHIPS))
def test_the_reference_gives_every_membership_with_its_days_and_source(group: str) -> None:
    for codes, since, last_day, source in MEMBERSHIPS[group]:
        until = "" if last_day == date.max else last_day.isoformat()
        assert (codes, since.isoformat(), until, source) in rows(TERRITORIES)


def test_the_reference_explains_every_reason_and_whose_fault_it_is() -> None:
    told = {cells[0]: cells[2] for cells in rows(DECISION) if len(cells) == 3}
    assert {reason: told.get(reason) for reason in Undetermined} == {
        reason: "yes" if reason.data_fault else "no" for reason in Undetermined
    }


@pytest.mark.parametrize("outcome", decision.Outcome.__subclasses__(), ids=lambda kind: kind.__name__)
def test_the_reference_names_every_outcome(outcome: type) -> None:
    assert f"`{outcome.__name__}" in DECISION
