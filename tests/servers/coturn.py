"""A TURN server of our own on loopback, set up as docs/how-to/operate.md says: it relays to the media
server's address and to nothing else, and keeps no log."""

import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import ServerProcess, free_port, listens

SETTINGS = """
listening-ip=127.0.0.1
realm=bailiwick
use-auth-secret
no-tcp-relay
no-tls
no-dtls
no-cli
allow-loopback-peers
denied-peer-ip=0.0.0.0-255.255.255.255
denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
no-stdout-log
log-file=/dev/null
"""


@dataclass(frozen=True, slots=True)
class RunningCoturn:
    port: int
    secret: str
    process: ServerProcess

    @property
    def url(self) -> str:
        return f"turn://127.0.0.1:{self.port}"


@contextmanager
def running_coturn() -> Iterator[RunningCoturn]:
    """Start one, throw it away at the end. Needs Debian's package coturn."""
    program = shutil.which("turnserver")
    if program is None:
        raise RuntimeError("coturn is not on this machine: install the package coturn")
    folder = Path(tempfile.mkdtemp(prefix="bailiwick-coturn-"))
    port, secret = free_port(), secrets.token_hex(16)
    media = _media_address()
    own = {
        "listening-port": port,
        "static-auth-secret": secret,
        "relay-ip": media,
        "allowed-peer-ip": media,
        "pidfile": folder / "pid",
        "userdb": folder / "db",
    }
    lines = [f"{name}={value}" for name, value in own.items()]
    (folder / "turnserver.conf").write_text(SETTINGS + "\n".join(lines) + "\n", encoding="utf-8")
    try:
        words = [program, "-c", str(folder / "turnserver.conf")]
        process = ServerProcess(words, folder / "coturn.log", cwd=folder)
        try:
            process.wait_until(lambda: listens(port))
            yield RunningCoturn(port, secret, process)
        finally:
            process.stop()
    finally:
        shutil.rmtree(folder)


def _media_address() -> str:
    """Where Janus, on this machine, has its media: the address packets to elsewhere would leave from (none is
    sent), loopback without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(asked.getsockname()[0])
