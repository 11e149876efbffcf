"""bin/bench: one benchmark by its name, or the list of them."""

import argparse
from collections.abc import Sequence

from provision import setup
from provision.places import PYTHON, ROOT
from provision.running import Failed, environment, exit_code, without_settings


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/bench",
        description="Run one benchmark; the last line is one JSON object. Without a name: list them.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="one of those listed without a name")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="passed on; NAME --help shows them")
    options = parser.parse_args(arguments)
    names = benchmarks()
    if options.name is None:
        print("\n".join(names))
        return 0
    if options.name not in names:
        raise Failed(f"there is no benchmark {options.name}; there are {', '.join(names)}", 2)
    setup.install(dev=True)
    module = f"benchmarks.{options.name.replace('-', '_')}"
    return exit_code([PYTHON, "-m", module, *options.options], env=without_settings(environment()))


def benchmarks() -> list[str]:
    """Their names, as typed: every module in benchmarks/ that can be run."""
    modules = (ROOT / "benchmarks").glob("[a-z]*.py")
    runnable = (path for path in modules if "__main__" in path.read_text(encoding="utf-8"))
    return sorted(path.stem.replace("_", "-") for path in runnable)
