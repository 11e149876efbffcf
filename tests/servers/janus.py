"""A Janus of our own, under the production configuration."""

import os
import random
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bailiwick.media.janus.process import JanusSettings, command, render
from bailiwick.media.janus.secrets import JanusSecrets
from tests.servers.process import ServerProcess, free_port, listens

RTP_PORTS = 2000
"""UDP ports for media: two a participant, with slack."""


class RunningJanus:
    """``crash`` and ``start`` again: the same ports and secrets, nothing else survives. ``freeze``: it
    hangs."""

    def __init__(self, settings: JanusSettings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self.log = folder / "janus.log"
        self._process: ServerProcess | None = None

    @property
    def api_url(self) -> str:
        return f"ws://127.0.0.1:{self.settings.api_port}"

    @property
    def admin_url(self) -> str:
        return f"ws://127.0.0.1:{self.settings.admin_port}"

    @property
    def secrets(self) -> JanusSecrets:
        return self.settings.secrets

    @property
    def process(self) -> ServerProcess:
        if self._process is None:
            raise RuntimeError("Janus has not been started")
        return self._process

    def start(self) -> None:
        self._process = ServerProcess(command(self.folder / "etc"), self.log)
        self._process.wait_until(
            lambda: listens(self.settings.api_port) and listens(self.settings.admin_port)
        )

    def stop(self) -> None:
        if self._process is not None:
            self._process.send(signal.SIGCONT)
            self._process.stop()
            self._process = None

    def crash(self) -> None:
        self.process.kill()

    def freeze(self) -> None:
        self.process.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send(signal.SIGCONT)


@contextmanager
def running_janus(
    *, event_loops: int | None = None, reclaim_seconds: int = 15, secret: bytes | None = None
) -> Iterator[RunningJanus]:
    """Start one, stop it at the end. ``secret``: the server secret, random if not given."""
    first = random.randrange(20_000, 60_000 - RTP_PORTS, 100)
    settings = JanusSettings(
        api_port=free_port(),
        admin_port=free_port(),
        rtp_ports=(first, first + RTP_PORTS - 1),
        secrets=JanusSecrets(secret or os.urandom(32)),
        event_loops=os.cpu_count() or 1 if event_loops is None else event_loops,
        ipv6=False,
        reclaim_seconds=reclaim_seconds,
    )
    # Not below pytest's folders: Janus' own user could not reach them.
    folder = Path(tempfile.mkdtemp(prefix="bailiwick-janus-"))
    folder.chmod(0o755)
    render(settings, folder / "etc")
    janus = RunningJanus(settings, folder)
    try:
        janus.start()
        yield janus
    finally:
        janus.stop()
        shutil.rmtree(folder)
