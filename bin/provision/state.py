"""What is in the data folder before the first start: the database's tables and the location table."""

import os
from pathlib import Path
from typing import Final

from provision import browser_client
from provision.places import BAILIWICK, ROOT
from provision.running import environment, exit_code, run, say
from provision.stamps import digest, fresh, write

SOURCE: Final = ROOT / "src" / "bailiwick"


def ensure_location_table(data: Path) -> None:
    """Build the location table where there is none.

    Not a failure of the set-up: without one everyone is undetermined, restrictions reach nobody, access
    rules do at the door what their hosts chose, and the server says so.
    """
    if (data / "geo" / "table.bwt").exists():
        return
    say("Building the location table from three databases; each says under which licence it comes.")
    say("To leave one out, stop and run: bailiwick geo build --source NAME=off (mm, dbip or ipfire)")
    browser_client.ensure_node()  # two of them come through npm
    if exit_code([BAILIWICK, "--data", data, "geo", "build"], env=environment()):
        say("There is no location table yet: everyone's location will be undetermined. Try again with:")
        say(f"  bailiwick --data {data} geo build")


def ensure_database(data: Path) -> None:
    """Tables of the database and collected static files.

    The stamp only spares time: the server looks again, at the database itself, whenever it starts.
    """
    value = digest([SOURCE], data_version(data))
    stamp = data / ".setup"
    if "BAILIWICK_DATABASE_URL" not in os.environ and fresh(stamp, value):
        return
    run([BAILIWICK, "--data", data, "migrate"])
    write(stamp, digest([SOURCE], data_version(data)))


def data_version(data: Path) -> str:
    """Changes when the database is another file: deleted, or restored from a backup."""
    path = data / "bailiwick.sqlite3"
    return str(path.stat().st_ino) if path.exists() else "none"
