"""A PostgreSQL of our own: an empty cluster, reached as its superuser over loopback."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import ServerProcess, free_port

USER = "postgres"
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "listen_addresses": "127.0.0.1",
}
"""Durable is not asked of a test's database."""


@dataclass(frozen=True, slots=True)
class RunningPostgres:
    host: str
    port: int
    user: str
    dbname: str
    process: ServerProcess

    @property
    def url(self) -> str:
        return f"postgres://{self.user}@{self.host}:{self.port}/{self.dbname}"


@contextmanager
def running_postgres() -> Iterator[RunningPostgres]:
    """Make a cluster, start it, throw it away at the end. Needs Debian's package postgresql."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="bailiwick-postgres-"))
    try:
        if _as_other():
            shutil.chown(folder, USER)
        port = free_port()
        process = _start(programs, folder, port)
        try:
            process.wait_until(lambda: _ready(programs, port))
            yield RunningPostgres("127.0.0.1", port, USER, "postgres", process)
        finally:
            # SIGINT is PostgreSQL's "fast shutdown"; SIGTERM would wait for clients.
            process.stop(signal.SIGINT)
    finally:
        shutil.rmtree(folder)


def _start(programs: Path, folder: Path, port: int) -> ServerProcess:
    data = folder / "data"
    _run(
        [str(programs / "initdb"), "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"],
        folder,
    )
    options = [word for name, value in QUICK.items() for word in ("-c", f"{name}={value}")]
    words = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), *options]
    return ServerProcess([*_as_other(), *words], folder / "postgres.log", cwd=folder)


def _ready(programs: Path, port: int) -> bool:
    words = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(words, check=False).returncode == 0


def _run(words: list[str], folder: Path) -> None:
    subprocess.run([*_as_other(), *words], check=True, capture_output=True, cwd=folder)


def _as_other() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam(USER)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    if found:
        return found[-1]
    if on_path is None:
        raise RuntimeError("PostgreSQL is not on this machine: install the package postgresql")
    return Path(on_path).resolve().parent
