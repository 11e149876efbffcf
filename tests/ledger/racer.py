"""A process that appends and steps until it is killed: `python -m tests.ledger.racer FOLDER NUMBER`.

The database is that of the settings in the environment. Prints each outbox id once its append is committed.
"""

import os
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.racer_settings"
django.setup(set_prefix=False)

from tests.ledger.kit import append, new_log  # noqa: E402


def main(folder: Path, number: int) -> None:
    log = new_log(folder)
    log.begin()
    process, count = log.process(), 0
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        count += 1
        for row in append(2, number * 100_000 + 2 * count):
            sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
        process.step()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
