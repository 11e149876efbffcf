"""`bailiwick log witness` as a process: the protocol over HTTP, SIGKILL at any moment, and an orderly end."""

import http.client
import json
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from bailiwick.tlog.checkpoints import open_checkpoint, parse_checkpoint
from bailiwick.tlog.keys import VerifierKey
from bailiwick.tlog.notes import Note, parse_note, parse_signatures, signed_by
from tests.monitor.kit import LOG
from tests.monitor.test_witness import NAME, OTHER, TREE, body, note
from tests.servers.witness import RunningWitness

LOGS = ("--log", LOG.verifier.vkey)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def witness(data: Path) -> Iterator[RunningWitness]:
    running = RunningWitness(data, *LOGS, "--name", "witness.example")
    yield running
    running.kill()


def test_the_protocol_is_answered_as_specified(witness: RunningWitness) -> None:
    assert witness.ask("GET", "/healthz") == (200, "text/plain; charset=utf-8", b"ok\n")
    assert witness.ask("GET", f"/{NAME}/checkpoint")[0] == 404
    status, _, lines = witness.add(body(0, 3))
    assert status == 200
    (signed,) = signed_by(note(3).with_signatures(parse_signatures(lines.decode())), [witness.key])
    assert abs((signed.at or 0) - time.time()) < 60
    assert witness.add(body(0, 5)) == (409, "text/x.tlog.size", b"3\n")
    assert witness.add(body(3, 5, OTHER))[0] == 422
    assert witness.add(body(3, 3, OTHER))[0] == 422
    assert witness.add(b"nonsense")[0] == 400
    assert witness.add(body(3, 5).replace(b"meet.", b"mood."))[0] == 404
    assert witness.add(body(3, 5).replace(b"\n5\n", b"\n6\n"))[0] == 403
    status, _, latest = witness.ask("GET", f"/{NAME}/checkpoint")
    assert status == 200
    assert open_checkpoint(latest, [LOG.verifier])[0].size == 3
    assert [each.key for each in signed_by(parse_note(latest), [witness.key])] == [witness.key]
    assert [
        witness.ask(*words)[0] for words in [("GET", "/add-checkpoint"), ("GET", "/"), ("POST", "/x")]
    ] == [
        405,
        404,
        404,
    ]
    assert witness.add(bytes(70_000))[0] == 413


def test_its_key_is_its_owners_and_its_log_names_nobody(witness: RunningWitness, data: Path) -> None:
    witness.add(body(0, 3))
    witness.add(b"nonsense")
    key = data / "witness.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text().strip() not in witness.said
    told = witness.log.read_text()
    assert [json.loads(line)["event"] for line in told.splitlines()] == [
        "checkpoint_cosigned",
        "checkpoint_refused",
    ]
    assert "127.0.0.1" not in told


def test_it_ends_in_order_and_goes_on_with_its_history(witness: RunningWitness, data: Path) -> None:
    witness.add(body(0, 3))
    witness.process.send_signal(signal.SIGTERM)
    assert witness.end() in {0, -signal.SIGTERM}
    again = RunningWitness(data, *LOGS)
    try:
        assert again.key == witness.key
        assert again.add(body(0, 5)) == (409, "text/x.tlog.size", b"3\n")
    finally:
        again.kill()


def test_a_second_one_with_the_same_key_does_not_start(witness: RunningWitness, data: Path) -> None:
    second = RunningWitness(data, *LOGS)
    assert (second.end(), second.port) == (1, 0)
    assert "in_use" in second.log.read_text()


def test_without_its_history_it_does_not_start(witness: RunningWitness, data: Path) -> None:
    witness.kill()
    (data / "witness").rename(data / "lost")
    second = RunningWitness(data, *LOGS)
    assert (second.end(), second.port) == (1, 0)
    assert "history_missing" in second.log.read_text()
    begun = RunningWitness(data, *LOGS, "--begin")
    assert begun.port
    begun.kill()


def submit(
    witness: RunningWitness, faces: list[bytes], got: list[tuple[bytes, bytes]], stop: threading.Event
) -> None:
    """Show requests to a witness until it is gone; what it signed."""
    for data in faces:
        if stop.is_set():
            return
        with suppress(OSError, http.client.HTTPException):
            status, _, lines = witness.add(data)
            if status == 200:
                got.append((data, lines))


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_it_never_signs_against_itself(data: Path, seed: int) -> None:
    """Two faces of one log, shown to a witness that is killed and started again all the time."""
    rng = random.Random(seed)
    key: VerifierKey | None = None
    signed: list[tuple[bytes, bytes]] = []
    for _ in range(4):
        witness = RunningWitness(data, *LOGS, "--name", "witness.example")
        key = key or witness.key
        assert witness.key == key
        size = _size(witness)
        stop = threading.Event()
        faces = [body(old, old + 1, tree) for old in range(size, size + 40) for tree in (TREE, OTHER)]
        threads = [
            threading.Thread(target=submit, args=(witness, faces[start:], signed, stop)) for start in range(3)
        ]
        for thread in threads:
            thread.start()
        time.sleep(rng.uniform(0.0, 0.25))
        witness.kill()
        stop.set()
        for thread in threads:
            thread.join()
    assert key is not None
    assert signed
    sides = {_side(data, lines, key) for data, lines in signed}
    assert len(sides) == 1, "both faces were cosigned"
    witness = RunningWitness(data, *LOGS)
    try:
        assert _size(witness) >= max(parse_checkpoint(_note(data).text).size for data, _ in signed)
    finally:
        witness.kill()


def _size(witness: RunningWitness) -> int:
    assert sha256(LOG.name.encode()).hexdigest() == NAME
    status, _, latest = witness.ask("GET", f"/{NAME}/checkpoint")
    return open_checkpoint(latest, [LOG.verifier])[0].size if status == 200 else 0


def _note(data: bytes) -> Note:
    return parse_note(data.partition(b"\n\n")[2])


def _side(data: bytes, lines: bytes, key: VerifierKey) -> str:
    """Which face a cosignature is for, once it is verified."""
    found = parse_note(data.partition(b"\n\n")[2])
    assert signed_by(found.with_signatures(parse_signatures(lines.decode())), [key])
    checkpoint = parse_checkpoint(found.text)
    return "one" if checkpoint.root == TREE.root(checkpoint.size) else "other"
