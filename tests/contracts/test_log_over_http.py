"""A public log read over HTTP: verified, mirrored, and from servers that lie, stall or break off."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path

import pytest

from bailiwick.monitor import http_source
from bailiwick.monitor.errors import BadAnswer, StandsStill, TooLarge, Unreachable
from bailiwick.monitor.http_source import HttpSource
from bailiwick.register import answers
from bailiwick.tlog.errors import NotStored
from tests.monitor.kit import VKEY, entries_of, files, publish, run
from tests.monitor.server import answering, serving


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return publish(tmp_path / "log", entries_of(20_000))


def bailiwick(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "bailiwick.config", "log", *map(str, words)]


def test_a_log_on_a_server_is_verified_and_mirrored(log: Path, tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        assert run("verify", f"{url}/log", "--vkey", VKEY, "--quiet") == 0
        assert run("verify", f"{url}/log/", "--vkey", VKEY, "--entry", "19999", "--quiet") == 0
        assert run("mirror", f"{url}/log", tmp_path / "copy", "--vkey", VKEY, "--quiet") == 0
        assert run("verify", f"{url}/copy", "--vkey", VKEY, "--quiet") == 0
        assert run("verify", f"{url}/nowhere", "--vkey", VKEY, "--quiet") == 1
    assert files(tmp_path / "copy") == files(log)


class Countdown:
    """Sees the so-manieth request come."""

    def __init__(self) -> None:
        self._left = 0
        self.over = threading.Event()

    def start(self, requests: int) -> None:
        self._left = requests
        self.over.clear()

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.over.set()


def killed_at(countdown: Countdown, requests: int, command: list[str]) -> bool:
    """Killed while its so-manieth request was on the way; False: it needed fewer, and has ended well."""
    countdown.start(requests)
    process = subprocess.Popen(command)
    while process.poll() is None and not countdown.over.wait(0.01):
        pass
    process.send_signal(signal.SIGKILL)
    code = process.wait()
    assert code in {0, -signal.SIGKILL}
    return code != 0


def test_a_mirror_killed_at_any_moment_goes_on_where_it_was(log: Path, tmp_path: Path) -> None:
    """SIGKILL, again and again, a little later each time; what is there is always right."""
    copy, countdown, kills = tmp_path / "copy", Countdown(), 0
    command = bailiwick("mirror", "URL", copy, "--vkey", VKEY, "--quiet")
    with serving(log, countdown) as url:
        command[command.index("URL")] = url
        for requests in count(1, 7):
            if not killed_at(countdown, requests, command):
                break
            kills += 1
            honest = files(log)
            found = files(copy) if copy.exists() else {}
            assert all(honest.get(name, data) == data for name, data in found.items())
            assert "checkpoint" not in found or run("verify", copy, "--vkey", VKEY, "--quiet") == 0
    assert kills > 3
    assert {name: data for name, data in files(copy).items() if "partly" not in name} == files(log)


def test_interrupted_by_the_user_it_ends_at_once(log: Path, tmp_path: Path) -> None:
    asked = threading.Event()

    def stall(_handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        time.sleep(60)

    with answering(stall) as url:
        # a shell's background jobs ignore the signal, and so would what they start: tests may be run by one
        command = ["env", "--default-signal=INT", *bailiwick("verify", url, "--vkey", VKEY)]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        assert asked.wait(60)  # sooner, and an import in progress might swallow the signal
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


OPEN: list[HttpSource] = []


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


def source(url: str) -> HttpSource:
    OPEN.append(HttpSource(url, sleep=lambda _: None))
    return OPEN[-1]


def test_a_server_that_is_busy_for_a_moment_is_asked_again() -> None:
    waits: list[float] = []
    tries = count()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        reply(handler, 503 if next(tries) < 3 else 200, b"here", Retry_After="7")

    with answering(answer) as url, closing(HttpSource(url, sleep=waits.append)) as asking:
        assert asking.fetch("checkpoint") == b"here"
    assert waits == [7.0, 7.0, 7.0]


def test_a_log_that_stands_still_is_told_apart_from_a_server_that_is_busy() -> None:
    """By the answer of our own server. Asking it again soon would keep people waiting for nothing."""
    waits: list[float] = []
    said = [answers._stopped("log_rewound"), answers._stopped("database_unavailable")]

    def answer(handler: BaseHTTPRequestHandler) -> None:
        told = said.pop(0) if len(said) > 1 else said[0]
        reply(handler, told.status_code, told.content, **{"Retry-After": told["Retry-After"]})

    with answering(answer) as url, closing(HttpSource(url, sleep=waits.append)) as asking:
        with pytest.raises(StandsStill, match="log_rewound"):
            asking.fetch("checkpoint")
        assert waits == []
        with pytest.raises(Unreachable, match="503"):
            asking.fetch("checkpoint")
    assert waits == [30.0] * 4


@pytest.mark.parametrize("body", [
    b"", b"[]", b'"log_rewound"', b'{"code":"log_unavailable"}', b'{"code":"log_unavailable","reason":1}',
    b'{"code":"log_unavailable","reason":"log_\\u001b[2J"}', b"[" * 100_000,
])  # fmt: skip
def test_what_a_busy_server_sends_along_is_not_repeated(body: bytes) -> None:
    with answering(lambda handler: reply(handler, 503, body)) as url, pytest.raises(Unreachable, match="503"):
        source(url).fetch("checkpoint")


def test_a_server_that_stays_busy_is_unreachable() -> None:
    with answering(lambda handler: reply(handler, 500, b"")) as url, pytest.raises(Unreachable, match="500"):
        source(url).fetch("checkpoint")


def test_nobody_there_is_unreachable_and_the_address_is_not_in_the_text() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(Unreachable) as error:
        source(f"http://127.0.0.1:{port}").fetch("checkpoint")
    assert "127.0.0.1" not in str(error.value)


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_not_stored(status: int) -> None:
    with (
        answering(lambda handler: reply(handler, status, b"no such page" * 50)) as url,
        pytest.raises(NotStored),
    ):
        source(url).fetch("tile/0/000.p/1")


@pytest.mark.parametrize(("status", "header"), [(302, "Location"), (206, "X"), (403, "X")])
def test_another_answer_is_a_bad_one_and_nobody_is_followed_elsewhere(status: int, header: str) -> None:
    with (
        answering(lambda handler: reply(handler, status, b"", **{header: "http://127.0.0.1:1/"})) as url,
        pytest.raises(BadAnswer),
    ):
        source(url).fetch("checkpoint")


def test_what_is_encoded_is_not_taken_for_the_file() -> None:
    with (
        answering(lambda handler: reply(handler, 200, b"x", Content_Encoding="gzip")) as url,
        pytest.raises(BadAnswer),
    ):
        source(url).fetch("checkpoint")


def test_an_endless_answer_is_cut_off() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:
            handler.wfile.write(bytes(65_536))

    with answering(answer) as url, pytest.raises(TooLarge):
        source(url).fetch("tile/0/000")


def test_an_answer_that_breaks_off_is_asked_for_again_and_never_taken_for_whole() -> None:
    tries = count()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if next(tries) < 2:
            handler.send_response(200)
            handler.send_header("Content-Length", "8192")
            handler.end_headers()
            handler.wfile.write(bytes(100))
            handler.close_connection = True
        else:
            reply(handler, 200, bytes(8192))

    with answering(answer) as url:
        assert source(url).fetch("tile/0/000") == bytes(8192)


def test_a_server_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_source, "DEADLINE", 0.3)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "8192")
        handler.end_headers()
        for _ in range(8192):
            handler.wfile.write(b".")
            time.sleep(0.05)

    began = time.monotonic()
    with answering(answer) as url, pytest.raises(Unreachable):
        source(url).fetch("tile/0/000")
    assert time.monotonic() - began < 10


def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_source, "TIMEOUT", 0.2)
    with answering(lambda _: time.sleep(2)) as url, pytest.raises(Unreachable):
        source(url).fetch("checkpoint")


def test_what_is_no_http_is_unreachable() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"SSH-2.0-nonsense\r\n")
        handler.close_connection = True

    with answering(answer) as url, pytest.raises(Unreachable):
        source(url).fetch("checkpoint")
