"""A Redis of our own: in memory only, on loopback."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import ServerProcess, free_port


@dataclass(frozen=True, slots=True)
class RunningRedis:
    host: str
    port: int
    process: ServerProcess

    @property
    def url(self) -> str:
        return f"redis://{self.host}:{self.port}/0"


@contextmanager
def running_redis() -> Iterator[RunningRedis]:
    """Start one, throw it away at the end. Needs Debian's package redis-server."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("Redis is not on this machine: install the package redis-server")
    folder = Path(tempfile.mkdtemp(prefix="bailiwick-redis-"))
    port = free_port()
    words = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    try:
        process = ServerProcess([*words, "--dir", str(folder)], folder / "redis.log", cwd=folder)
        try:
            process.wait_until(lambda: _answers(port))
            yield RunningRedis("127.0.0.1", port, process)
        finally:
            process.stop()
    finally:
        shutil.rmtree(folder)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
    except OSError:
        return False
