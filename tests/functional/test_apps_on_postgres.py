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
    "test_meetings.py",
    "test_people.py",
    "test_server_rule.py",
    "test_notices.py",
    "test_authorisation.py",
)


@pytest.mark.postgres
def test_meetings_people_rules_and_alarms_behave_the_same_on_postgresql(
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
            *(f"tests/apps/{f}" for f in FILES),
        ],
        cwd=ROOT,
        env={**os.environ, "BAILIWICK_DATABASE_URL": postgres_server.url, "BAILIWICK_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:]
