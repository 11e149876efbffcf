"""What every first start does alike, done once: a data folder with empty tables and collected static files.

A first start takes six seconds of CPU, and tests start thirty servers. Keys and the public log are not in
it: each server makes its own. `test_supervision` starts one from nothing, as an operator does.
"""

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.servers.process import outside_environment

_PREPARE = """
from bailiwick.config import database
from bailiwick.config.django_ready import make_ready
make_ready()
database.bring_up_to_date()
database.collect_static()
"""
DATABASE = "bailiwick.sqlite3"


@functools.cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="bailiwick-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    env = outside_environment() | {"BAILIWICK_DATA": str(folder)}
    subprocess.run([sys.executable, "-c", _PREPARE], env=env, check=True, timeout=300, capture_output=True)
    return folder


def prepare(data: Path) -> None:
    """Fill a data folder without a database; leave any other alone."""
    if (data / DATABASE).exists():
        return
    data.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_template() / DATABASE, data / DATABASE)
    # links: collecting anew replaces files, it does not write into them
    shutil.copytree(_template() / "static", data / "static", copy_function=os.link, dirs_exist_ok=True)
    (data / "static" / ".stamp").unlink()
    shutil.copyfile(_template() / "static" / ".stamp", data / "static" / ".stamp")
