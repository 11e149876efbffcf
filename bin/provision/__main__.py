"""`python bin/provision COMMAND ...`, as the five scripts in bin/ call it."""

import sys
from pathlib import Path

# Run as a folder, so that no PYTHONPATH leaks into the processes started from here.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from provision import bench, check, serve, setup, suite  # noqa: E402
from provision.running import Failed  # noqa: E402

COMMANDS = {
    "setup": setup.main,
    "serve": serve.main,
    "test": suite.main,
    "check": check.main,
    "bench": bench.main,
}


def main() -> int:
    name, *arguments = sys.argv[1:]
    try:
        return COMMANDS[name](arguments)
    except Failed as failure:
        print(f"bin/{name}: {failure}", file=sys.stderr)
        return failure.exit_code
    except KeyboardInterrupt:
        return 130


sys.exit(main())
