"""`python -m bailiwick.geo [--data DIR] geo build|status` or `... locate`: the commands without the rest."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from bailiwick.geo.commands import register


def main(arguments: list[str]) -> int:
    """Parse and run; returns the exit code."""
    parser = ArgumentParser(prog="python -m bailiwick.geo")
    parser.add_argument("--data", type=Path, default=Path("var"), help="the data folder (default: var)")
    register(parser.add_subparsers(required=True))
    options = parser.parse_args(arguments)
    code: int = options.run(options)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
