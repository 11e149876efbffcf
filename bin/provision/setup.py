"""bin/setup: everything that serving (or, with --dev, testing) needs. Quick when nothing has changed."""

import argparse
import contextlib
import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from provision import browser_client, packages, state, virtualenv
from provision.places import CACHE, data_folder
from provision.running import say

DESCRIPTION = """\
Install what is missing and bring everything up to date: packages of the operating system (the only step
that needs root, and only if something is missing), Python packages into .venv, the browser client, the
database and the location table. What has not changed since the last time is not done again."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/setup", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--dev", action="store_true", help="also what the tests need: Chromium, Redis, PostgreSQL, coturn, Go"
    )
    parser.add_argument("--data", metavar="DIR", help="folder of all state (default: var)")
    parser.add_argument("--no-state", action="store_true", help="make no state: for a container's image, say")
    options = parser.parse_args(arguments)
    data = data_folder(options.data)
    install(dev=options.dev)
    if options.no_state:
        return 0
    with _alone():
        state.ensure_location_table(data)
        state.ensure_database(data)
    say("Everything is in place. Start with: bin/serve")
    return 0


def install(*, dev: bool = False) -> None:
    """Everything but state."""
    with _alone():
        packages.ensure(_needed(dev=dev))
        virtualenv.ensure(dev=dev)
        if dev and not packages.CHROMIUM.present():
            virtualenv.ensure_chromium()
        browser_client.ensure()


def serving(data: Path) -> None:
    """What bin/serve needs; the server itself migrates its database."""
    install()
    with _alone():
        state.ensure_location_table(data)


def _needed(*, dev: bool) -> list[packages.Package]:
    papers = [packages.PAPERS] if dev or takes_demands() else []
    needed = [packages.venv_package(), *packages.RUN, *papers]
    if not dev:
        return needed
    chromium = [] if packages.is_ubuntu() else [packages.CHROMIUM]
    return [*needed, *chromium, *packages.DEV]


def takes_demands() -> bool:
    """Whether the server to be set up takes demands: one that does not never opens a letter."""
    return os.environ.get("BAILIWICK_DEMANDS") == "on"


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two set-ups at once would install into each other's half-made folders: the second waits."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
