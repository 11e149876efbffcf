"""Figures as an oracle: an exact count that moves the moment somebody is withheld, beside a register that
lists the one restriction in force, would tell whoever watches that somebody from there was at the door."""

from typing import Any

from bailiwick.gate.ending import Ending, EndReason
from bailiwick.live.connection import Connection
from bailiwick.live.metrics import REGISTRY, counted
from tests.gate.kit import House, meeting
from tests.live.kit import live, request
from tests.live.test_withheld import proven, until_refused
from tests.orders.kit import Registry


def labels() -> set[Any]:
    return {
        value for family in REGISTRY.collect() for each in family.samples for value in each.labels.values()
    }


async def test_p9_no_figure_moves_for_a_restriction_alone(house: House, registry: Registry) -> None:
    gate, row = await house.gate(), await meeting()
    await proven(registry, row)
    await until_refused(gate, row, "CN")
    answer = await request(live(gate), f"/m/{row.slug}/join", b"{}", place="CN")
    assert answer.status == 451
    assert "withheld" not in labels()
    assert "kept_out" in labels()


async def test_p9_nor_for_whom_it_removes() -> None:
    Connection("0" * 32, []).ended(Ending(EndReason.WITHHELD, restrictions=("0" * 32,)))
    assert "withheld" not in labels()


def test_what_keeps_somebody_out_for_good_is_one_outcome() -> None:
    same = {counted(code) for code in ("withheld", "refused_by_rule", "blocked")}
    assert same == {"kept_out"}
    assert counted("admitted") == "admitted"
