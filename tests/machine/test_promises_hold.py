"""Whatever happens between desk, gate and clock, P1 to P9 hold for every single person (issue 4). What must
be so is told by an oracle written apart (`oracle`), which knows neither the gate's decision nor its tables.

The number of examples grows with MACHINE_EXAMPLES: `MACHINE_EXAMPLES=2000 pytest tests/machine`.
"""

import ast
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.promises import Promises
from tests.machine.story import Stage

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "8"))


@pytest.mark.timeout(300 + 100 * EXAMPLES)  # generous: machines are busy
def test_p1_p2_p3_p4_p5_p6_p7_p8_p9_hold_whatever_happens(stage: Stage) -> None:
    class Machine(Promises):
        pass

    Machine.stage = stage
    run_state_machine_as_test(Machine, settings=settings(
        max_examples=EXAMPLES, stateful_step_count=20,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    ))  # fmt: skip


def test_the_oracle_knows_nothing_of_the_product() -> None:
    found = set()
    for node in ast.walk(ast.parse((Path(__file__).parent / "oracle.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    assert found == {"collections.abc", "dataclasses", "datetime", "tests.machine.places"}


def test_every_promise_is_an_invariant() -> None:
    for number in range(1, 10):
        assert any(name.startswith(f"p{number}_") for name in dir(Promises)), number
