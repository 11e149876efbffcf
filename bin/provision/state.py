"""What is in the data folder before the first start: the database's tables and the location table."""

from pathlib import Path

from provision import browser_client
from provision.places import BAILIWICK
from provision.running import environment, exit_code, run, say


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
    """Tables of the database and collected static files; quick when nothing is new."""
    run([BAILIWICK, "--data", data, "migrate"])
