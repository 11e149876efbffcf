"""Our side and the witness's side of tlog-witness, each written apart, over HTTP; and what is no witness."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bailiwick.ledger import queries, witnesses
from bailiwick.ledger.errors import LogRefuses, WitnessAnswerUnusable, WitnessError, WitnessUnreachable
from bailiwick.ledger.models import Head, Published
from tests.ledger.kit import Log, append, new_log
from tests.ledger.snapshots import restored
from tests.servers.witness import RunningWitness


@pytest.fixture
def log(db: None, tmp_path: Path, settings: Any) -> Log:
    made = new_log(tmp_path)
    settings.LEDGER = made.configuration
    made.begin()
    made.post = witnesses.post  # type: ignore[method-assign]  # the real network
    return made


@pytest.fixture
def witness(log: Log, tmp_path: Path) -> Iterator[RunningWitness]:
    vkey = Head.objects.get().vkeys
    running = RunningWitness(tmp_path / "witness", "--log", vkey, "--name", "witness.example")
    policy = tmp_path / "policy"
    policy.write_text(f"witness w {running.key.vkey} {running.url}\nquorum w\n")
    object.__setattr__(log.configuration, "policy", policy)
    yield running
    running.kill()


def test_the_witness_cosigns_what_we_publish(log: Log, witness: RunningWitness) -> None:
    process = log.process()
    for count in (1, 2, 300):
        append(count)
        process.step()
        data = queries.checkpoint()
        assert data is not None
        assert set(log.policy().check(data).witnesses) == {"w"}
    append(5)
    log.process().step()  # a new process: the witness tells it where it stands
    assert Published.objects.get().size == 308
    assert log.troubles == []


def test_the_witness_stops_a_machine_that_was_set_back(log: Log, witness: RunningWitness) -> None:
    process = log.process()
    append(2)
    process.step()
    with restored(log, everything=True):
        append(2)
        process.step()
    append(1, 50)
    again = log.process()
    with pytest.raises(LogRefuses):
        again.step()
    assert Head.objects.get().size == 2
    assert Head.objects.get().refused == "log_rewound"


# ------------------------------------------------------------ what else may listen there

Answer = Callable[[BaseHTTPRequestHandler], None]


def redirects(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(307)
    handler.send_header("Location", "http://127.0.0.1:9/")
    handler.end_headers()


def talks_on(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b"x" * 1_000_000)


def is_no_web_server(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SSH-2.0-x\r\n")


def drips(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


@contextmanager
def listening(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                answer(self)
            except OSError:
                return  # the client had enough

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Nobody wants to know."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = False
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/add-checkpoint"
        server.shutdown()


def test_a_redirect_is_not_followed() -> None:
    with listening(redirects) as url:
        assert witnesses.post(url, b"x").status == 307


@pytest.mark.parametrize(
    ("answer", "error"),
    [(talks_on, WitnessAnswerUnusable), (is_no_web_server, WitnessUnreachable), (drips, WitnessUnreachable)],
    ids=lambda part: part.__name__,
)
def test_what_is_no_witness_holds_nobody_up(
    answer: Answer, error: type[WitnessError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witnesses, "SECONDS", 1.0)
    started = time.monotonic()
    with listening(answer) as url:
        with pytest.raises(error) as caught:
            witnesses.post(url, b"x")
        assert time.monotonic() - started < 5
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "https://127.0.0.1:9/x", "http://[::1", "http://a b/"]
)
def test_nobody_there_is_told_without_an_address(url: str) -> None:
    with pytest.raises(WitnessUnreachable) as caught:
        witnesses.post(url, b"x")
    assert "127.0.0.1" not in str(caught.value)
