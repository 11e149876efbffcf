"""`bailiwick serve` as the parent of the media server and of the web processes, on the real thing."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.process import listens, outside_environment
from tests.servers.product import Product, descendants, product
from tests.servers.redis import RunningRedis

pytestmark = pytest.mark.janus


@pytest.fixture(scope="module")
def server(redis_server: RunningRedis) -> Iterator[Product]:
    """One for the whole module: every test leaves it serving."""
    env = {"BAILIWICK_PROCESSES": "2", "BAILIWICK_REDIS_URL": redis_server.url}
    with product(env=env, from_nothing=True) as running:
        yield running


def eventually(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def serve(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Try to serve, where that is expected to end by itself."""
    plain = outside_environment()
    return subprocess.run(
        [sys.executable, "-m", "bailiwick.config", "--data", str(data), "serve", *arguments],
        env=plain | settings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def media_port(server: Product) -> int:
    """Where our Janus listens, as its configuration says."""
    command = Path(f"/proc/{server.janus_pid}/cmdline").read_bytes().split(b"\0")
    folder = Path(command[command.index(b"-F") + 1].decode())
    text = (folder / "janus.transport.websockets.jcfg").read_text(encoding="ascii")
    return int(
        next(line.partition("=")[2] for line in text.splitlines() if line.strip().startswith("ws_port"))
    )


def test_several_web_processes_share_one_port(server: Product) -> None:
    assert len(server.web_pids) == 2
    assert all(server.healthy() for _ in range(20))


def test_a_web_process_that_is_killed_comes_back_and_nothing_else_is_touched(server: Product) -> None:
    killed, other = server.web_pids
    janus = server.janus_pid
    os.kill(killed, signal.SIGKILL)
    assert server.healthy()
    eventually(lambda: len(server.web_pids) == 2 and killed not in server.web_pids)
    assert other in server.web_pids
    assert server.janus_pid == janus


def test_a_media_server_that_is_killed_comes_back_on_the_same_port(server: Product) -> None:
    before, port = server.janus_pid, media_port(server)
    web = server.web_pids
    os.kill(before, signal.SIGKILL)
    eventually(lambda: bool(set(names(server, "janus")) - {before}))
    eventually(lambda: listens(port))
    assert media_port(server) == port
    assert server.web_pids == web
    eventually(server.healthy)


def names(server: Product, name: str) -> list[int]:
    found = []
    for pid in descendants(server.process.pid):
        path = Path(f"/proc/{pid}/comm")
        if path.exists() and path.read_text().strip() == name:
            found.append(pid)
    return found


def test_a_media_server_that_hangs_is_replaced(server: Product) -> None:
    time.sleep(10)  # the watchdog gives a new one that long to start
    hung = server.janus_pid
    os.kill(hung, signal.SIGSTOP)
    eventually(lambda: bool(set(names(server, "janus")) - {hung}), seconds=90)
    eventually(server.healthy)


def test_a_second_server_on_the_same_data_is_refused(server: Product) -> None:
    refused = serve(server.data, "--port", "0")
    assert refused.returncode == 1
    assert f"process {server.process.pid} serves" in refused.stderr


def test_a_port_that_is_taken_is_told_in_a_sentence(server: Product, tmp_path: Path) -> None:
    refused = serve(tmp_path, "--port", str(server.port))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"bailiwick serve: port {server.port} is taken by another program; choose one with --port\n"
    )


def test_a_setting_that_cannot_be_used_is_told_in_a_sentence(tmp_path: Path) -> None:
    refused = serve(tmp_path, "--port", "0", BAILIWICK_PROCESSES="many")
    assert refused.returncode == 2
    assert refused.stderr == "bailiwick: BAILIWICK_PROCESSES: give a whole number from 1 to 32\n"


def test_a_demo_listens_on_loopback_only(tmp_path: Path) -> None:
    refused = serve(tmp_path, "--port", "0", "--demo", "--host", "0.0.0.0")  # noqa: S104
    assert refused.returncode == 1
    assert "loopback only" in refused.stderr


def test_p9_no_log_file_names_the_peer_or_the_meeting(server: Product) -> None:
    canary, slug = "198.51.100.77", "abcd-efgh-jkmn"
    server.join(slug, address=canary)
    server.request("GET", f"/m/{slug}", headers={"X-Forwarded-For": canary})
    server.request("GET", f"/api/meetings/{slug}", headers={"X-Forwarded-For": canary})
    logs = list((server.data / "logs").glob("*.log"))
    assert {log.name for log in logs} >= {"supervisor.log", "web-1.log", "web-2.log", "serve.log"}
    for log in logs:
        text = log.read_text()
        assert canary not in text
        assert slug not in text


def test_the_data_folder_is_its_owners_alone(server: Product) -> None:
    for name in ("bailiwick.sqlite3", "keys/media", "logs/web-1.log"):
        path = server.data / name
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_everything_ends_with_the_parent_even_if_that_is_killed() -> None:
    with product() as doomed:
        children = list(descendants(doomed.process.pid))
        assert len(children) >= 2
        doomed.process.kill()
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


def test_sigterm_ends_everything_in_order_and_a_new_one_starts_on_the_same_data() -> None:
    with product() as ended:
        children = list(descendants(ended.process.pid))
        started = time.monotonic()
        ended.stop()
        assert time.monotonic() - started < 25  # by force it would be after thirty
        assert not any(Path(f"/proc/{pid}").exists() for pid in children)
        assert not listens(ended.port)
        ended.start()
        assert ended.healthy()
