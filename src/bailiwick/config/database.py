"""`bailiwick migrate`: checks the settings, brings the database up to date, collects static files."""

from __future__ import annotations

import hashlib
import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bailiwick.config.django_ready import make_ready

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    Subparsers = _SubParsersAction[ArgumentParser]

FAILED: Final = 1
BAD_SETTING: Final = 2


def register(subparsers: Subparsers) -> None:
    """Add `migrate`."""
    parser = subparsers.add_parser(
        "migrate",
        help="bring the database and static files up to date",
        description="Check all settings, migrate the database, collect static files. `bailiwick serve` does "
        "this by itself; with several machines on one database, run it once before they start.",
    )
    parser.set_defaults(run=run)


def run(_options: Namespace) -> int:
    os.umask(0o077)
    make_ready()
    from django.db import OperationalError

    if not _checked():
        return BAD_SETTING
    try:
        bring_up_to_date()
    except OperationalError as error:
        print(f"bailiwick migrate: the database cannot be used: {_reason(error)}", file=sys.stderr)
        return FAILED
    if not _log_ready():
        return FAILED
    collect_static()
    return 0


def _checked() -> bool:
    """Print every finding; whether none of them stops the start."""
    from django.core import checks

    found = checks.run_checks()
    for finding in found:
        level = "error" if finding.is_serious() else "warning"
        hint = f" {finding.hint}" if finding.hint else ""
        print(f"bailiwick: {level}: {finding.msg}{hint}", file=sys.stderr)
    return not any(finding.is_serious() for finding in found)


def bring_up_to_date() -> None:
    """Migrate, if there is anything to migrate."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        _take_your_time()
        print("Bringing the database up to date", file=sys.stderr)
        call_command("migrate", interactive=False, verbosity=0)
    connection.close()


def _take_your_time() -> None:
    """A large table may take longer to change than any request may last (`settings`)."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SET lock_timeout = '60s'")


def _log_ready() -> bool:
    """Begin the public log, or look whether it can go on. What stands in the way is told in a sentence."""
    from django.db import connection

    from bailiwick.config.public_log import make_ready
    from bailiwick.ledger.errors import LogRefuses

    try:
        if not make_ready():
            print(
                "bailiwick: warning: the public log is behind what was signed before (log_rewound): "
                "nothing is appended to it. See docs/how-to/public-log.md",
                file=sys.stderr,
            )
    except LogRefuses as error:
        print(f"bailiwick migrate: the public log cannot go on ({error.code}): {error}", file=sys.stderr)
        return False
    finally:
        connection.close()
    return True


def _reason(error: Exception) -> str:
    """The first line of the driver's text, which names host and database but no secret."""
    return str(error).strip().partition("\n")[0]


def collect_static() -> None:
    """Collect static files unless the same ones have been collected.

    Old ones stay: pages that people have open still ask for them.
    """
    from django.conf import settings
    from django.core.management import call_command

    stamp, value = Path(settings.STATIC_ROOT) / ".stamp", _static_digest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == value:
        return
    print("Collecting static files", file=sys.stderr)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(value, encoding="ascii")


def _static_digest() -> str:
    """Over names, sizes and times of all static files."""
    from django.contrib.staticfiles.finders import get_finders

    total = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(["CVS", ".*", "*~"]):
            status = Path(storage.path(name)).stat()
            total.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return total.hexdigest()
