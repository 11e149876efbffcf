"""A PostgreSQL that does not refuse but hangs: people are told, and the gate's threads are free again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.postgres import RunningPostgres

ROOT = Path(__file__).parents[2]

HANGING = """
import asyncio, os, signal, time
import django
django.setup()
from django.db import connection
from bailiwick.gate.errors import Unavailable
from bailiwick.config.settings import _POSTGRES_LIMITS
from bailiwick.gate.hop import SECONDS, Hop, Worker, lanes

def backend():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]

def locked():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7)")

async def refused(running):
    began = time.monotonic()
    try:
        await running
    except Unavailable as error:
        return error.detail, time.monotonic() - began
    raise AssertionError("it answered")

async def main():
    ways = lanes()
    assert ways.gate.worker is not ways.door.worker
    here, other = Hop(Worker("here"), seconds=30), Hop(Worker("other"), seconds=30)

    # a lock that somebody holds ends by the database's own limit
    def hold():
        connection.ensure_connection(); connection.set_autocommit(False); locked()
    await other.run(hold)
    assert _POSTGRES_LIMITS["lock_timeout"] < SECONDS
    with_limit = Hop(Worker("limited"), seconds=60)
    detail, took = await refused(with_limit.run(locked))
    assert detail == "OperationalError" and took < 30, (detail, took)

    # a backend that is stopped says nothing at all: given up, cut, and the thread works again
    pid = await here.run(backend)
    os.kill(pid, signal.SIGSTOP)
    short = Hop(here.worker, seconds=1.5)
    try:
        detail, took = await refused(short.run(backend))
        assert detail == "timeout" and 1 < took < 25, (detail, took)
        assert await here.run(backend) != pid
    finally:
        os.kill(pid, signal.SIGCONT)
    print("held")

asyncio.run(main())
os._exit(0)
"""


@pytest.mark.postgres
def test_a_postgresql_that_hangs_is_given_up_and_the_gates_thread_is_free_again(
    postgres_server: RunningPostgres, tmp_path: Path
) -> None:
    run = subprocess.run(
        [sys.executable, "-c", HANGING],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "BAILIWICK_DATABASE_URL": postgres_server.url,
            "BAILIWICK_DATA": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert run.stdout.strip().endswith("held"), run.stdout + run.stderr
