"""The public log's own tests that depend on the database, run again on a real PostgreSQL, and for longer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.postgres import RunningPostgres

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 900
"""Each of the tests within has its own limit."""
# Those of one line in one run: most of a short one is the making of a database.
FILES = (
    "ledger/test_sequencing.py",
    "ledger/test_triggers.py",
    "ledger/test_races.py",
    "ledger/test_one_history.py",
    "ledger/test_flipped.py",
    "ledger/test_recovering.py",
    "ledger/test_witnesses.py ledger/test_quorums.py ledger/test_keys.py ledger/test_policies.py"
    " ledger/test_loops.py",
    "contracts/test_log_killed.py",
)


@pytest.mark.postgres
@pytest.mark.timeout(MOST_SECONDS + 60)
@pytest.mark.parametrize("files", FILES)
def test_the_log_behaves_the_same_on_postgresql(
    files: str, postgres_server: RunningPostgres, tmp_path: Path
) -> None:
    environ = {
        **os.environ,
        "BAILIWICK_DATABASE_URL": postgres_server.url,
        "BAILIWICK_DATA": str(tmp_path),
        "LEDGER_EXAMPLES": "20",
    }
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    words += [f"tests/{file}" for file in files.split()]
    run = subprocess.run(
        words, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
    )
    assert run.returncode == 0, run.stdout[-4000:]
