"""The project's Python environment: exactly what the lock names, every file checked against its hash."""

import sys
from pathlib import Path
from typing import Final

from provision.places import BAILIWICK, PYTHON, REQUIREMENTS, ROOT, VENV
from provision.running import Failed, run, say
from provision.stamps import digest, fresh, write

PIP: Final[list[str | Path]] = [PYTHON, "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input"]
# Only wheels: building a package would fetch what it is built with, and no hash covers that.
INSTALL: Final[list[str | Path]] = [*PIP, "install", "--require-hashes", "--only-binary", ":all:"]


def ensure(*, dev: bool) -> None:
    """Make .venv and bring it to the state of the lock and of pyproject.toml."""
    if not PYTHON.exists():
        say(f"Making .venv with Python {sys.version_info.major}.{sys.version_info.minor}")
        run([sys.executable, "-m", "venv", VENV])
    install("dev" if dev else "run")
    _install_project()


def install(lock: str) -> None:
    """Install requirements/<lock>.txt unless that has been done."""
    file = REQUIREMENTS / f"{lock}.txt"
    value = digest([file], _version())
    stamp = VENV / ".stamps" / lock
    if fresh(stamp, value):
        return
    count = sum("==" in line for line in file.read_text(encoding="utf-8").splitlines())
    say(f"Installing {count} Python packages into .venv, each checked against requirements/{lock}.txt")
    run([*INSTALL, "-r", file])
    write(stamp, value)


def ensure_chromium() -> None:
    """Playwright's own Chromium, for systems that package none; the libraries it needs come with apt."""
    value = digest([REQUIREMENTS / "dev.txt"])
    stamp = VENV / ".stamps" / "chromium"
    if fresh(stamp, value):
        return
    say("Fetching Playwright's Chromium (BSD) and, as root, the libraries it needs")
    run([PYTHON, "-m", "playwright", "install", "--with-deps", "chromium"])
    write(stamp, value)


def _install_project() -> None:
    """The project itself, editable, built with what the lock brought.

    The scripts name this folder, so its own name is an input: a clone that was moved is installed again.
    """
    value = digest([ROOT / "pyproject.toml"], str(ROOT), _version())
    stamp = VENV / ".stamps" / "project"
    if fresh(stamp, value) and BAILIWICK.exists():
        return
    run([*PIP, "install", "--no-deps", "--no-build-isolation", "--editable", ROOT])
    write(stamp, value)


def _version() -> str:
    """The version of .venv's Python, which a new one of the system may have replaced."""
    for line in (VENV / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "version":
            return value.strip()
    raise Failed("the folder .venv is no virtual environment; delete it")
