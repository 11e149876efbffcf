"""What was remembered: only growth passes; a contradiction is the loudest error, and the evidence is kept."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bailiwick.monitor.errors import LogForked, LogShrank
from bailiwick.monitor.memory import Forked, Memory, check_growth
from bailiwick.monitor.source import Folder
from bailiwick.monitor.trust import read_head
from bailiwick.monitor.witness import parse_request
from bailiwick.tlog.checkpoints import open_checkpoint
from bailiwick.tlog.errors import LogMismatch
from bailiwick.tlog.keys import SigningKey
from bailiwick.tlog.proofs import verify_consistency
from tests.monitor.kit import BARE, LOG, VKEY, entries_of, head, publish, run, tree_of


def verify(log: Path, memory: Path) -> int:
    return run("verify", log, "--vkey", VKEY, "--remember", memory)


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "seen"


def evidence(memory: Path) -> list[Path]:
    return list(memory.parent.glob("seen.evidence-*"))


def test_a_log_may_grow_from_one_look_to_the_next(
    tmp_path: Path, memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    for size in (0, 3, 3, 300, 700):
        assert verify(publish(log, entries_of(size)), memory) == 0
        assert memory.read_bytes() == head(entries_of(size))
    said = capsys.readouterr().out
    assert "nothing was remembered" in said
    assert "it has only grown since you last looked, when it had 300 entries" in said


def test_a_rewritten_entry_is_the_loudest_error_and_both_checkpoints_and_the_proof_are_kept(
    tmp_path: Path, memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = publish(tmp_path / "log", entries_of(300))
    assert verify(log, memory) == 0
    rewritten = [*entries_of(299), b"another", *entries_of(100)]
    assert verify(publish(log, rewritten), memory) == 5
    assert "the log rewrote entries that it had signed before (log_forked)" in capsys.readouterr().err
    assert memory.read_bytes() == head(entries_of(300)), "the older one stays remembered"
    (place,) = evidence(memory)
    assert (place / "remembered").read_bytes() == head(entries_of(300))
    assert (place / "seen").read_bytes() == head(rewritten)
    request = parse_request((place / "request").read_bytes())
    old, _ = open_checkpoint((place / "remembered").read_bytes(), [LOG.verifier])
    new, _ = open_checkpoint(request.checkpoint, [LOG.verifier])
    other = tree_of(rewritten[:300]).root()
    verify_consistency(request.old, new.size, other, new.root, request.proof)
    assert other != old.root, "the newer tree provably begins with another one"


def test_two_roots_of_one_size_are_a_fork(tmp_path: Path, memory: Path) -> None:
    log = publish(tmp_path / "log", entries_of(40))
    assert verify(log, memory) == 0
    assert verify(publish(log, entries_of(40, "other")), memory) == 5
    assert len(evidence(memory)) == 1


def test_a_log_that_shows_less_than_before_is_told_apart(
    tmp_path: Path, memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = publish(tmp_path / "log", entries_of(300))
    assert verify(log, memory) == 0
    assert verify(publish(log, entries_of(299)), memory) == 5
    assert "shows 299 entries and had signed 300 before (log_shrank)" in capsys.readouterr().err
    assert memory.read_bytes() == head(entries_of(300))
    assert len(evidence(memory)) == 1


def test_the_same_contradiction_twice_is_kept_once(tmp_path: Path, memory: Path) -> None:
    log = publish(tmp_path / "log", entries_of(40))
    verify(log, memory)
    publish(log, entries_of(30))
    assert [verify(log, memory), verify(log, memory)] == [5, 5]
    assert len(evidence(memory)) == 1


def test_damaged_tiles_accuse_nobody_of_a_fork(tmp_path: Path, memory: Path) -> None:
    """The tiles do not lead to the signed root, so they say nothing about the past."""
    log = publish(tmp_path / "log", entries_of(300))
    assert verify(log, memory) == 0
    publish(log, entries_of(700))
    tile = log / "tile/0/001"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    assert verify(log, memory) == 4
    assert evidence(memory) == []


@pytest.mark.parametrize("data", [b"", b"nonsense", head(entries_of(3))[:-5], bytes(2_000_000)])
def test_what_is_remembered_badly_stops_the_check(tmp_path: Path, memory: Path, data: bytes) -> None:
    memory.write_bytes(data)
    assert verify(publish(tmp_path / "log", entries_of(3)), memory) == 1
    assert memory.read_bytes() == data


def test_a_follower_of_a_log_that_retired_its_key_names_both_once(
    tmp_path: Path, memory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = publish(tmp_path / "log", entries_of(3))
    assert verify(log, memory) == 0
    key = SigningKey(LOG.name, b"N" * 32)
    publish(log, entries_of(5))
    (log / "checkpoint").write_bytes(head(entries_of(5), key=key))
    new = ["--vkey", key.verifier.vkey]
    assert run("verify", log, *new, "--remember", memory) == 2
    assert "add --vkey with the key that the log had then" in capsys.readouterr().err
    assert memory.read_bytes() == head(entries_of(3))
    assert run("verify", log, *new, "--vkey", VKEY, "--remember", memory) == 0
    assert run("verify", log, *new, "--remember", memory) == 0
    assert memory.read_bytes() == head(entries_of(5), key=key)


def test_a_log_that_does_not_verify_is_not_remembered(tmp_path: Path, memory: Path) -> None:
    log = publish(tmp_path / "log", entries_of(300))
    (log / "tile/0/000").unlink()
    assert verify(log, memory) == 4
    assert not memory.exists()


def test_remembering_never_goes_back(tmp_path: Path, memory: Path) -> None:
    """Two checks that overlap: the slower one saw the smaller checkpoint."""
    log = publish(tmp_path / "log", entries_of(5))
    slow = read_head(Folder(log), BARE)
    publish(log, entries_of(9))
    kept = Memory(memory, BARE)
    kept.keep(read_head(Folder(log), BARE))
    kept.keep(slow)
    assert memory.read_bytes() == head(entries_of(9))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.integers(1, 600), st.integers(0, 100), st.integers(0, 699))
def test_any_rewriting_before_the_remembered_size_is_a_fork_and_after_it_is_not(
    tmp_path: Path, old: int, more: int, at: int
) -> None:
    before, _ = open_checkpoint(head(entries_of(old)), [LOG.verifier])
    entries = entries_of(old + more)
    entries[at % len(entries)] = b"rewritten"
    log = publish(tmp_path / "log", entries)
    seen = read_head(Folder(log), BARE).checkpoint
    if at % len(entries) >= old:
        check_growth(before, seen, Folder(log).fetch)
    else:
        with pytest.raises(LogForked) as error:
            check_growth(before, seen, Folder(log).fetch)
        assert isinstance(error.value, Forked) == (more > 0)


def test_growth_without_the_right_tiles_is_a_mismatch_and_a_smaller_log_shrank(tmp_path: Path) -> None:
    log = publish(tmp_path / "log", entries_of(10))
    ten = read_head(Folder(log), BARE).checkpoint
    publish(log, entries_of(20))
    twenty = read_head(Folder(log), BARE).checkpoint
    with pytest.raises(LogShrank):
        check_growth(twenty, ten, Folder(log).fetch)
    (log / "tile/0/000.p/20").write_bytes(bytes(20 * 32))
    with pytest.raises(LogMismatch):
        check_growth(ten, twenty, Folder(log).fetch)
