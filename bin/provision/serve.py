"""bin/serve: set up, then become `bailiwick serve`."""

import argparse
import os
from collections.abc import Sequence

from provision import setup
from provision.places import BAILIWICK, data_folder
from provision.running import environment

DESCRIPTION = """\
Install what is missing, then serve meetings: media server, web processes and all. Ends on Ctrl-C.
Settings come from BAILIWICK_... in the environment, see docs/reference/settings.md."""


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    data = data_folder(options.data)
    setup.serving(data)
    words = [
        str(BAILIWICK),
        "--data",
        str(data),
        "serve",
        "--host",
        options.host,
        "--port",
        str(options.port),
    ]
    # The server takes this process over, so that signals and exit code are its own.
    os.execve(BAILIWICK, [*words, *(["--demo"] if options.demo else [])], environment())  # noqa: S606


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/serve", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument("--data", metavar="DIR", help="folder of all state (default: var)")
    parser.add_argument(
        "--demo", action="store_true", help="with sample data and synthetic participants; on loopback only"
    )
    return parser
