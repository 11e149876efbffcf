"""Web processes over one database and one Janus, each with a port of its own: nodes to be killed."""

import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.factories.geo import PLACES, write_small_table
from tests.gate.kit import ADDRESS
from tests.servers.janus import RunningJanus
from tests.servers.prepared import prepare
from tests.servers.process import ServerProcess, free_port, outside_environment
from tests.servers.product import ROOT, SOURCES, Hand

PRODUCT = "bailiwick.config.asgi:application"
CRASHING = "tests.doubles.crashing_web:application"


class Web:
    """One web process."""

    def __init__(self, data: Path, env: Mapping[str, str], application: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        argv = [sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1"]
        argv += ["--port", str(self.port), "--no-access-log", "--no-proxy-headers", "--lifespan", "on"]
        argv += ["--ws", "websockets-sansio", "--timeout-graceful-shutdown", "2"]
        self.process = ServerProcess(argv, data / f"web-{self.port}.log", cwd=ROOT, env=env)

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def join(self, slug: str, place: str, name: str = "Ada", **headers: str) -> dict[str, Any]:
        """The door's answer; with "status" if it is a problem."""
        request = urllib.request.Request(
            f"{self.url}/m/{slug}/join",
            data=json.dumps({"name": name}).encode(),
            headers={"X-Forwarded-For": ADDRESS[place], **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            return {"status": error.code, **json.load(error)}

    async def connect(self, place: str, first: dict[str, Any]) -> "Guest":
        socket = await connect(
            f"ws://127.0.0.1:{self.port}/ws",
            subprotocols=[Subprotocol("bailiwick.v1")],
            additional_headers={"X-Forwarded-For": ADDRESS[place]},
            open_timeout=20,
        )
        guest = Guest(socket)
        await guest.send(first)
        return guest

    async def come_in(self, slug: str, place: str, name: str = "Ada", **headers: str) -> "Guest":
        grant = self.join(slug, place, name, **headers)
        guest = await self.connect(place, {"type": "hello", "grant": grant["grant"]})
        guest.welcome = await guest.until("welcome")
        return guest

    async def resume(self, place: str, guest: "Guest") -> "Guest":
        return await self.connect(place, {"type": "resume", "token": guest.welcome["resume"]})


class Guest:
    """Somebody's WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.welcome: dict[str, Any] = {}

    async def send(self, message: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        try:
            return dict(json.loads(await self._socket.recv()))
        except ConnectionClosed as closed:
            return {"close": closed.rcvd.code if closed.rcvd else 1006}

    async def until(self, kind: str) -> dict[str, Any]:
        """The next message of that type, or the close if that comes first."""
        while True:
            message = await self.receive()
            if message.get("type") == kind or "close" in message:
                return message

    async def close(self) -> None:
        await self._socket.close()


class Town:
    """Everything nodes share."""

    def __init__(self, data: Path, janus: RunningJanus, env: Mapping[str, str], stack: ExitStack) -> None:
        self.data = data
        self.env = {
            **outside_environment(),
            "BAILIWICK_DATA": str(data),
            "BAILIWICK_URL": "http://127.0.0.1",
            "BAILIWICK_TRUSTED_PROXIES": "127.0.0.0/8",
            "BAILIWICK_JANUS_URL": janus.api_url,
            "BAILIWICK_JANUS_ADMIN_URL": janus.admin_url,
            "BAILIWICK_JANUS_SECRET": janus.secrets.seed.decode(),
            **env,
        }
        self._stack = stack
        if "BAILIWICK_DATABASE_URL" not in env:
            prepare(data)
        migrate = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
        subprocess.run(migrate, cwd=ROOT, env=self.env, check=True, timeout=120)
        self.hand = Hand(self.env, data / "hand.log")
        stack.callback(self.hand.close)

    def web(self, application: str = PRODUCT, **env: str) -> Web:
        web = Web(self.data, {**self.env, **env}, application)
        self._stack.callback(web.process.stop)
        web.process.wait_until(web.healthy, 120)
        return web

    def host(self) -> dict[str, str]:
        """Headers of somebody signed in, and their account."""
        answer = self.hand("sign_in", email="host@example.org")
        return {"account": answer["account"], "cookie": f"sessionid={answer['session']}"}

    def meeting(self, account: str) -> str:
        return str(self.hand("create_meeting", account=account, fields={})["slug"])

    def states(self) -> dict[str, str]:
        """Presences' names and states."""
        rows = self.hand("values", model="meetings.Presence", where={}, fields=["id", "state"])["rows"]
        return {row["id"]: row["state"] for row in rows}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


@contextmanager
def town(janus: RunningJanus, env: Mapping[str, str] | None = None) -> Iterator[Town]:
    """A data folder with a small location table and a migrated database."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bailiwick-town-")))
        (data / "geo").mkdir()
        write_small_table(data / "geo" / "table.bwt", PLACES, SOURCES, [time.time() - 86_400] * len(SOURCES))
        with Town(data, janus, env or {}, stack) as place:
            yield place
