"""The command `bailiwick`. Only commands that need the database load Django."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bailiwick.config import (
    administrator,
    database,
    environ,
    janus_command,
    log_command,
    originals_command,
    report_command,
    serve,
    signers_command,
    swarm_command,
)
from bailiwick.geo import commands as geo
from bailiwick.monitor import commands as monitor

BAD_SETTING: Final = 2
INTERRUPTED: Final = 130
DESCRIPTION: Final = """\
Meetings whose rules apply to people where they are. All state is in one data folder; settings come from
BAILIWICK_... in the environment (docs/reference/settings.md). Exit codes: 0 done, 1 failed, 2 wrong usage or
setting."""


class _Version(argparse.Action):
    """Looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"bailiwick {version('bailiwick')}")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """All commands; each sets `run`, which takes the parsed options and returns the exit code."""
    made = argparse.ArgumentParser(
        prog="bailiwick", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    _add_data(made)
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    for module in (
        serve,
        database,
        administrator,
        geo,
        report_command,
        originals_command,
        signers_command,
        swarm_command,
        janus_command,
    ):
        module.register(commands)
    log = commands.add_parser("log", help="the public log: check it, copy it, cosign it")
    log_commands = log.add_subparsers(required=True, metavar="COMMAND")
    monitor.register(log_commands)
    log_command.register(log_commands)
    return made


def _add_data(parser: argparse.ArgumentParser) -> None:
    text = "the data folder, before or after COMMAND (default: BAILIWICK_DATA, else var)"
    parser.add_argument("--data", type=Path, metavar="DIR", help=text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    anywhere = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    _add_data(anywhere)
    found, rest = anywhere.parse_known_args(arguments)
    options = parser().parse_args(rest)
    if found.data is not None:
        os.environ["BAILIWICK_DATA"] = str(found.data.expanduser().absolute())
    try:
        settings = environ.read()
        options.data = settings["DATA"]
        geo.configure(
            options,
            overrides=settings["GEO_OVERRIDES"] or None,
            stale_after_days=settings["GEO_STALE_DAYS"],
        )
        code: int = options.run(options)
    except environ.InvalidSetting as error:
        print(f"bailiwick: {error}", file=sys.stderr)
        return BAD_SETTING
    except BrokenPipeError:
        # Whoever read us (`| head`) has seen enough; Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    return code
