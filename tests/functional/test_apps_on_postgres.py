"""The apps' tests that depend on the database's own rules, run again on a real PostgreSQL.

Constraints, locks and case-insensitive look-ups differ between the two; the tests are the same.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.postgres import RunningPostgres

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 900
"""Each of the tests within has its own limit."""
APPS = (
    "apps/test_meetings.py",
    "apps/test_people.py",
    "apps/test_lock_order.py",
    "apps/test_mail_limit.py",
    "apps/test_server_rule.py",
    "apps/test_notices.py",
    "apps/test_authorisation.py",
    "accounts/test_roles.py",
    "accounts/test_suspensions.py",
    "accounts/test_suspension_appeals.py",
    "accounts/test_own_data.py",
    "desk/test_abuse.py",
)
DEMANDS = (
    "orders/test_demands.py",
    "orders/test_authorities.py",
    "orders/test_clocks.py",
    "desk/test_long_lists.py",
    "orders/test_appeals.py",
    "orders/test_attacks_granting.py",
    "orders/test_signers.py",
    "orders/test_attacks_told.py",
    "orders/test_set_back.py",
    "orders/test_taken_in_log.py",
    "orders/test_recovered.py",
    "orders/test_steps.py",
    "orders/test_originals.py",
    "orders/test_host_mail.py",
    "machine/test_promises_hold.py",
)


def passes(files: tuple[str, ...], server: RunningPostgres, data: Path) -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            *(f"tests/{each}" for each in files),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "BAILIWICK_DATABASE_URL": server.url,
            "BAILIWICK_DATA": str(data),
            "MACHINE_EXAMPLES": "2",
        },
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:]


@pytest.mark.postgres
@pytest.mark.timeout(MOST_SECONDS + 60)
def test_meetings_people_roles_and_suspensions_behave_the_same_on_postgresql(
    postgres_server: RunningPostgres, tmp_path: Path
) -> None:
    passes(APPS, postgres_server, tmp_path)


@pytest.mark.postgres
@pytest.mark.timeout(MOST_SECONDS + 60)
def test_demands_restrictions_and_appeals_behave_the_same_on_postgresql(
    postgres_server: RunningPostgres, tmp_path: Path
) -> None:
    passes(DEMANDS, postgres_server, tmp_path)
