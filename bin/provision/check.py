"""bin/check: everything that can be said about the code without running it, side by side."""

import argparse
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from provision import setup, tidy
from provision.places import CLIENT, PYTHON, ROOT
from provision.running import environment, shown, without_settings


@dataclass(frozen=True)
class Check:
    """`repair`: the command that mends what this one finds, if there is one."""

    name: str
    words: tuple[str | Path, ...]
    repair: str = ""
    cwd: Path = ROOT


def _module(*words: str) -> tuple[str | Path, ...]:
    return (PYTHON, "-m", *words)


# The slow ones first: with two cores, the others then fit beside them.
CHECKS = (
    Check("types", _module("mypy")),
    Check("client types", ("npm", "run", "--silent", "types"), cwd=CLIENT),
    Check("architecture", (PYTHON.with_name("lint-imports"), "--cache-dir", ".cache/import-linter")),
    Check(
        "migrations", (PYTHON, "manage.py", "makemigrations", "--check"), "python manage.py makemigrations"
    ),
    Check(
        "client's message types",
        _module("bailiwick.live.typescript", "--check"),
        "python -m bailiwick.live.typescript",
    ),
    Check("lint", _module("ruff", "check", "--quiet", "."), "ruff check --fix ."),
    Check("format", _module("ruff", "format", "--quiet", "--check", "."), "ruff format ."),
)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/check",
        description="Format, lint, types, direction of dependencies, migrations, lock files. Under a minute.",
    )
    parser.parse_args(arguments)
    setup.install(dev=True)
    return run()


def run() -> int:
    """All checks, two at a time; the exit code."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bailiwick-check-") as data, ThreadPoolExecutor(2) as pool:
        # manage.py reads the settings, and they make their data folder
        variables = without_settings(environment()) | {"BAILIWICK_DATA": data}
        good = list(pool.map(lambda check: _passes(check, variables), CHECKS))
    good.append(_tidy())
    seconds = time.monotonic() - started
    print(f"bin/check: {'passed' if all(good) else 'FAILED'} in {seconds:.0f} s", flush=True)
    return 0 if all(good) else 1


def _passes(check: Check, variables: dict[str, str]) -> bool:
    started = time.monotonic()
    result = subprocess.run(
        check.words,
        cwd=check.cwd,
        env=variables,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    mended = f"\nTo mend it: .venv/bin/{check.repair}" if check.repair else ""
    output = "" if result.returncode == 0 else f"\n{shown(check.words)}\n{result.stdout.rstrip()}{mended}"
    verdict = "ok" if result.returncode == 0 else "FAILED"
    print(f"{verdict:6} {check.name} ({time.monotonic() - started:.1f} s){output}", flush=True)
    return result.returncode == 0


def _tidy() -> bool:
    faults = tidy.faults()
    print("\n".join([f"{'FAILED' if faults else 'ok':6} lock files and paths", *faults]), flush=True)
    return not faults
