"""Whatever happens between desk, gate and clock, P1 to P9 hold for every single person (issue 4). What must
be so is told by an oracle written apart (`oracle`), which knows neither the gate's decision nor its tables.

The number of examples grows with MACHINE_EXAMPLES: `MACHINE_EXAMPLES=2000 pytest tests/machine`.
"""

import ast
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from bailiwick.gate import proofs
from bailiwick.orders import host_mail
from tests.machine.places import write_table
from tests.machine.promises import Promises
from tests.machine.steady import one_thread
from tests.machine.story import Stage

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "8"))


@pytest.fixture
def stage(db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A folder, a location table, and a thread for the gates' database work."""

    def mail_hosts(now: datetime) -> None:
        """Not on a thread of its own, which would not see this transaction."""
        host_mail.mail_hosts(host_mail.claim(now))

    monkeypatch.setattr(proofs, "tell_hosts", mail_hosts)
    monkeypatch.setattr(timezone, "now", lambda: made.clock.now)
    settings.SESSION_COOKIE_AGE = 10 * 365 * 86_400  # the story's clock jumps; sign-ins are not its subject
    write_table(tmp_path / "table.bwt")
    with one_thread() as thread:
        made = Stage(tmp_path, tmp_path / "table.bwt", settings, thread)
        yield made


@pytest.mark.timeout(60 + 20 * EXAMPLES)
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
