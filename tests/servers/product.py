"""The whole product, started as an operator starts it, on free ports with a data folder of its own.

    with product() as server:
        host = server.host("host@example.org")
        slug = host.create_meeting(title="Weekly")
        server.meeting_url(slug)

Everything is done through the public interface, but for signing in (`tests.servers.hand`). Times, pids and
CPU are there for benchmarks; `server.files()` are all files that might hold what must not be kept (P9).
"""

import json
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from tests.factories.geo import PLACES, Prefixes, write_small_table
from tests.servers.prepared import prepare
from tests.servers.process import ServerProcess, free_port, outside_environment

ROOT: Final = Path(__file__).parent.parent.parent
SOURCES: Final = ("mm", "dbip", "ipfire")
START_SECONDS: Final = 180.0
LOOPBACK: Final = "127.0.0.0/8,::1/128"
RTP_PORTS: Final = 2000


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP request got. `json`: an empty object if the body is none."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return {}


class Hand:
    """Speaks to `tests.servers.hand`: `hand("sign_in", email=...)`."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.servers.hand"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                env=dict(env),
                text=True,
            )

    def __call__(self, act: str, **arguments: Any) -> Any:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the hand has no pipes")
        self._process.stdin.write(json.dumps({"do": act, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the hand failed at {act}; see its log")
        return json.loads(line)

    def close(self) -> None:
        self._process.communicate(timeout=60)


class Host:
    """Somebody signed in, with a browser's cookies. `address`: what a proxy says they come from."""

    def __init__(self, server: "Product", session: str, account: str) -> None:
        self.account = account
        self.session = session
        self.csrf = secrets.token_hex(16)
        self.address: str | None = None
        self._server = server

    @property
    def cookies(self) -> dict[str, str]:
        return {"sessionid": self.session, "csrftoken": self.csrf}

    def request(self, method: str, path: str, content: Any = None) -> Answer:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRFToken": self.csrf,
            "Origin": self._server.url,
        }
        if self.address is not None:
            headers["X-Forwarded-For"] = self.address
        return self._server.request(method, path, content, headers)

    def create_meeting(self, **fields: Any) -> str:
        """Its slug."""
        answer = self._server.hand("create_meeting", account=self.account, fields=fields)
        return str(answer["slug"])

    def set_rule(self, slug: str, mode: str, *territories: str, undetermined: str = "admit") -> Answer:
        """Answered when the change is committed."""
        rule = {"mode": mode, "territories": list(territories), "undetermined": undetermined}
        return self.request("PUT", f"/api/meetings/{slug}/rule", rule)

    def clear_rule(self, slug: str) -> Answer:
        return self.request("DELETE", f"/api/meetings/{slug}/rule")


class Product:
    """A running server. `stop` and `start` keep ports and data."""

    def __init__(
        self, data: Path, env: Mapping[str, str], arguments: tuple[str, ...], name: str = "127.0.0.1"
    ) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://{name}:{self.port}"
        self.log = data / "logs" / "serve.log"
        first = random.randrange(20_000, 60_000 - RTP_PORTS, 100)
        self.env = {
            **outside_environment(),
            "BAILIWICK_DATA": str(data),
            "BAILIWICK_URL": self.url,
            "BAILIWICK_TRUSTED_PROXIES": LOOPBACK,
            "BAILIWICK_RTP_PORTS": f"{first}-{first + RTP_PORTS - 1}",
            "BAILIWICK_LOG_FILES": "on",
            **env,
        }
        self._arguments = arguments
        self._process: ServerProcess | None = None
        self._hand: Hand | None = None

    @property
    def process(self) -> ServerProcess:
        """The supervisor."""
        if self._process is None:
            raise RuntimeError("the server has not been started")
        return self._process

    @property
    def janus_pid(self) -> int:
        (pid,) = [pid for pid in descendants(self.process.pid) if _name(pid) == "janus"]
        return pid

    @property
    def web_pids(self) -> tuple[int, ...]:
        """The web processes."""
        children = descendants(self.process.pid)
        return tuple(pid for pid in children if "bailiwick.config.serving" in _command_line(pid))

    @property
    def hand(self) -> Hand:
        if self._hand is None:
            self._hand = Hand(self.env, self.data / "logs" / "hand.log")
        return self._hand

    def start(self) -> None:
        command = [sys.executable, "-m", "bailiwick.config", "--data", str(self.data), "serve"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), *self._arguments]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._process = ServerProcess(command, self.log, cwd=ROOT, env=self.env)
        self._process.wait_until(self.healthy, START_SECONDS)

    def wait_for_log(self) -> None:
        """Until it has published its first entries: a moment after it is healthy."""
        self.process.wait_until(lambda: self.request("GET", "/log/proof/0").status == 200, START_SECONDS)

    def stop(self) -> None:
        if self._hand is not None:
            self._hand.close()
            self._hand = None
        if self._process is not None:
            self._process.stop(seconds=30)
            self._process = None

    def healthy(self) -> bool:
        try:
            return self.request("GET", "/healthz").status == 200
        except OSError:
            return False

    def request(
        self, method: str, path: str, content: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One HTTP request; `content` becomes JSON."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = None if content is None else json.dumps(content)
        sent = {**({"Content-Type": "application/json"} if body else {}), **(headers or {})}
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def join(self, slug: str, *, address: str, name: str = "Somebody") -> Answer:
        """Ask at the door, once."""
        return self.request(
            "POST",
            f"/m/{slug}/join",
            {"name": name, "invitation": None},
            {"X-Forwarded-For": address, "Origin": self.url},
        )

    def host(self, email: str = "host@example.org") -> Host:
        answer = self.hand("sign_in", email=email)
        return Host(self, answer["session"], answer["account"])

    def meeting_url(self, slug: str) -> str:
        return f"{self.url}/m/{slug}"

    def files(self) -> Iterator[Path]:
        """Every file of the server's, logs and write-ahead logs included, but for the location table."""
        for path in sorted(self.data.rglob("*")):
            if path.is_file() and path.suffix != ".bwt":
                yield path


def descendants(pid: int) -> Iterator[int]:
    """The process's children and theirs."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return
    for child in map(int, children):
        yield child
        yield from descendants(child)


def cpu_seconds(*pids: int) -> float:
    """User and system time of these processes so far, all the threads they have, to the nanosecond."""
    threads = (thread for pid in pids for thread in Path(f"/proc/{pid}/task").iterdir())
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except FileNotFoundError:
        return ""


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


@contextmanager
def product(
    *arguments: str,
    data: Path | None = None,
    env: Mapping[str, str] | None = None,
    places: Prefixes | Path | None = None,
    name: str = "127.0.0.1",
    from_nothing: bool = False,
) -> Iterator[Product]:
    """Start one, stop it at the end. `arguments`: more of `serve`'s. `data`: a folder to keep; else one that
    is thrown away. `places`: what the location table holds (by default `PLACES`), or a table to copy. `name`:
    `localhost` for passkeys, which belong to a name. `from_nothing`: with a first start's own work, which
    `prepared` else has done already."""
    folder = Path(tempfile.mkdtemp(prefix="bailiwick-product-")) if data is None else data
    table = folder / "geo" / "table.bwt"
    if isinstance(places, Path):
        table.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(places, table)
    elif not table.exists():
        table.parent.mkdir(parents=True, exist_ok=True)
        write_small_table(table, places or PLACES, SOURCES, [_built()] * len(SOURCES))
    if not from_nothing and "BAILIWICK_DATABASE_URL" not in (env or {}):
        prepare(folder)
    server = Product(folder, env or {}, arguments, name)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        if data is None:
            shutil.rmtree(folder)


def _built() -> float:
    """Yesterday."""
    return time.time() - 86_400
