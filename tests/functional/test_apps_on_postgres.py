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
FILES = (
    "apps/test_meetings.py",
    "apps/test_people.py",
    "apps/test_server_rule.py",
    "apps/test_notices.py",
    "apps/test_authorisation.py",
    "accounts/test_roles.py",
    "accounts/test_suspensions.py",
    "accounts/test_own_data.py",
    "desk/test_abuse.py",
)


@pytest.mark.postgres
def test_meetings_people_roles_and_suspensions_behave_the_same_on_postgresql(
    postgres_server: RunningPostgres, tmp_path: Path
) -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            *(f"tests/{name}" for name in FILES),
        ],
        cwd=ROOT,
        env={**os.environ, "BAILIWICK_DATABASE_URL": postgres_server.url, "BAILIWICK_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:]
