"""The log's key: made once, kept from others, never mixed up, and rotated without leaving anybody behind."""

import os
import stat
from datetime import timedelta
from errno import EIO
from pathlib import Path

import pytest

from bailiwick.ledger import keyfile, queries
from bailiwick.ledger.beginning import begin, look, rewound
from bailiwick.ledger.configuration import Configuration
from bailiwick.ledger.entries import KeyRotated, statement
from bailiwick.ledger.errors import (
    LogKeyDiffers,
    LogKeyExposed,
    LogKeyMissing,
    LogMemoryUnreadable,
    LogOriginDiffers,
    LogPolicyUnusable,
    LogRefuses,
    LogRewound,
)
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.models import Head, Published
from bailiwick.ledger.rotating import RotationTooEarly, retire, rotate
from bailiwick.signing.statements import from_base64url
from bailiwick.tlog.checkpoints import open_checkpoint
from bailiwick.tlog.keys import SigningKey
from tests.ledger.kit import NOW, ORIGIN, Log, append
from tests.ledger.snapshots import behind_its_back, restored


def changed(configuration: Configuration, **fields: object) -> Configuration:
    values = {name: getattr(configuration, name) for name in configuration.__slots__}
    return Configuration(**{**values, **fields})  # type: ignore[arg-type]  # a test's values


def test_the_key_is_made_once_and_nobody_else_can_read_it(log: Log) -> None:
    path = log.configuration.key_file
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert not begin(log.configuration)
    assert path.read_bytes() == before
    keyfile.create(path, keyfile.new_key(ORIGIN))  # a second process in the same moment
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_key_that_others_can_use_signs_nothing(mode: int, log: Log) -> None:
    log.configuration.key_file.chmod(mode)
    append(1)
    with pytest.raises(LogKeyExposed):
        log.process().step()
    with pytest.raises(LogKeyExposed):
        look(log.configuration)
    assert Head.objects.get().size == 0


@pytest.mark.parametrize("text", ["", "x\n", "PRIVATE+KEY+a+b\n"])
def test_a_key_file_without_a_key_is_refused(text: str, log: Log) -> None:
    log.configuration.key_file.write_text(text)
    with pytest.raises(LogKeyMissing) as caught:
        look(log.configuration)
    assert "PRIVATE+KEY+a" not in str(caught.value)


def test_a_lost_key_is_never_made_anew(log: Log) -> None:
    log.configuration.key_file.unlink()
    with pytest.raises(LogKeyMissing):
        begin(log.configuration)
    assert not log.configuration.key_file.exists()


def test_another_key_signs_nothing(log: Log) -> None:
    keyfile.replace(log.configuration.key_file, (keyfile.new_key(ORIGIN),))
    append(1)
    for attempt in (log.process().step, lambda: look(log.configuration)):
        with pytest.raises(LogKeyDiffers):
            attempt()
    assert Head.objects.get().size == 0


def test_a_given_key_of_another_log_begins_nothing(db: None, tmp_path: Path, log: Log) -> None:
    with behind_its_back():
        Head.objects.all().delete()
    with pytest.raises(LogKeyDiffers, match=ORIGIN):
        begin(changed(log.configuration, origin="other.example.org/log"))
    assert not Head.objects.exists()


def test_a_log_keeps_its_name(log: Log) -> None:
    other = changed(log.configuration, origin="other.example.org/log")
    with pytest.raises(LogOriginDiffers, match=ORIGIN):
        begin(other)
    begin(changed(other, origin_given=False))  # the URL changed; nobody chose another name
    assert Head.objects.get().origin == ORIGIN


def test_an_emptied_database_does_not_begin_the_log_anew(log: Log) -> None:
    append(1)
    log.process().step()
    with behind_its_back():
        Head.objects.all().delete()
    with pytest.raises(LogRewound):
        begin(log.configuration)


def test_a_log_that_was_set_back_starts_and_says_so(log: Log) -> None:
    append(2)
    log.process().step()
    assert not rewound(log.configuration)
    memory = log.configuration.memory
    memory.write_bytes(memory.read_bytes().replace(b"\n2\n", b"\n7\n"))
    begin(log.configuration)
    assert rewound(log.configuration)


def test_failure_direction_a_backup_from_before_a_change_of_keys_is_restored_and_the_server_starts(
    log: Log,
) -> None:
    """The key that the database knows is gone from the file; meetings go on, and the log stands still."""
    process = log.process()
    append(1)
    process.step()
    with restored(log):
        rotate(log.configuration, NOW)
        process.step()
        retire(log.configuration)
    begin(log.configuration)
    assert rewound(log.configuration)
    append(1, 1)
    with pytest.raises(LogRewound):
        log.process().step()
    assert Head.objects.get().size == 1


@pytest.mark.parametrize("data", [b"", b"x", b"meet.example.org/log\n1\n"])
def test_a_memory_that_cannot_be_read_is_no_memory_of_nothing(data: bytes, log: Log) -> None:
    log.configuration.memory.write_bytes(data)
    append(1)
    with pytest.raises(LogMemoryUnreadable):
        log.process().step()
    assert Head.objects.get().size == 0


def test_memory_only_moves_forward(log: Log) -> None:
    append(1)
    log.process().step()
    early = log.configuration.memory.read_bytes()
    append(1, 1)
    log.process().step()
    late = log.configuration.memory.read_bytes()
    memory = Memory(log.configuration.memory)
    assert not memory.advance(early)
    assert log.configuration.memory.read_bytes() == late
    log.configuration.memory.write_bytes(early)  # set back under a process that has seen more
    highest = memory.highest()
    assert highest is not None
    assert highest.size == 2


@pytest.mark.parametrize("text", ["quorum w\n", "", "log x\nquorum none\n", "\xff"])
def test_a_policy_that_cannot_be_used_stops_the_log(text: str, log: Log, tmp_path: Path) -> None:
    (tmp_path / "policy").write_text(text, encoding="latin-1")
    broken = changed(log.configuration, policy=tmp_path / "policy")
    with pytest.raises(LogPolicyUnusable):
        begin(broken)


@pytest.mark.parametrize("which", ["the key in use", "one that comes next"])
def test_p3_the_start_refuses_a_witness_with_a_key_of_our_own(which: str, log: Log, tmp_path: Path) -> None:
    """Whoever sees it cosigned would take our word for somebody else's."""
    (used,) = keyfile.read(log.configuration.key_file)
    if which == "one that comes next":
        own = keyfile.new_key(ORIGIN)
        keyfile.replace(log.configuration.key_file, (used, own))
    else:
        own = used
    vkey = SigningKey("witness.example.org", own.seed).cosigner.vkey
    (tmp_path / "policy").write_text(f"witness w {vkey} https://w\nquorum w\n")
    with pytest.raises(LogPolicyUnusable, match="somebody else"):
        begin(changed(log.configuration, policy=tmp_path / "policy"))


# ------------------------------------------------------------ a power cut, a disk that fails


class Disk:
    """What of a folder outlives a power cut: the names it had, and what was in them, when it was last synced.

    `fails`: at which sync it fails once, and whether that had its effect all the same.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.fails = folder, ("", False)
        self.kept = self.seen()
        self._sync = os.fsync
        monkeypatch.setattr(os, "fsync", self._fsync)

    def seen(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}

    def _fsync(self, handle: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"
        failing = kind == self.fails[0]
        if not failing or self.fails[1]:
            self._sync(handle)
            self.kept = self.seen() if kind == "folder" else self.kept
        if failing:
            self.fails = ("", False)
            raise OSError(EIO, "the disk fails")


def test_a_key_outlives_a_power_cut_as_soon_as_anything_is_signed_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, first, second = tmp_path / "key", keyfile.new_key(ORIGIN), keyfile.new_key(ORIGIN)
    disk = Disk(tmp_path, monkeypatch)
    keyfile.create(path, first)
    assert disk.kept == {"key": f"{first.private}\n".encode()}
    disk.kept = {}
    keyfile.create(path, second)  # another process was first, and may not have come so far
    assert disk.kept == {"key": f"{first.private}\n".encode()}
    keyfile.replace(path, (second, first))
    assert disk.kept == {"key": f"{second.private}\n{first.private}\n".encode()}


@pytest.mark.parametrize("persisted", [False, True])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_disk_that_fails_in_a_rotation_leaves_whole_keys_and_the_next_finishes(
    kind: str, persisted: bool, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = log.process()
    append(1)
    process.step()
    path, (old,) = log.configuration.key_file, log.keys()
    disk = Disk(path.parent, monkeypatch)
    disk.fails = (kind, persisted)
    with pytest.raises(OSError, match="the disk fails"):
        rotate(log.configuration, NOW)
    assert log.keys() == [old]
    assert {name for name in disk.seen() if name.startswith("key")} == {"key"}, "a key lies about"
    path.write_bytes(disk.kept["key"])  # and the power goes
    new = rotate(log.configuration, NOW).verifier
    process.step()
    assert log.keys() == [new, old]
    assert Published.objects.get().size == 2
    assert disk.kept["key"] == path.read_bytes()


# ------------------------------------------------------------ rotation


def test_a_rotated_key_is_announced_under_both_signatures(log: Log) -> None:
    append(2)
    process = log.process()
    process.step()
    (old,) = log.keys()
    new = rotate(log.configuration, NOW).verifier
    process.step()
    assert log.keys() == [new, old]
    data = queries.checkpoint()
    assert data is not None
    for known in (old, new):
        checkpoint, _ = open_checkpoint(data, [known])
        assert checkpoint.size == 3
    said = queries.latest("key.rotated")
    assert isinstance(said, KeyRotated)
    assert (said.at, said.old, said.new) == (NOW, old.public.hex(), new.public.hex())
    for key, signature in zip((old, new), said.signatures or (), strict=True):
        key.verify(statement(said), from_base64url(signature))
    assert [line.key for line in log.policy().logs] == [new, old]
    assert stat.S_IMODE(log.configuration.key_file.stat().st_mode) == 0o600


def test_an_old_key_is_retired_once_the_new_one_has_published(log: Log) -> None:
    process = log.process()
    append(1)
    process.step()
    new = rotate(log.configuration, NOW).verifier
    with pytest.raises(RotationTooEarly):
        retire(log.configuration)
    process.step()
    assert retire(log.configuration) == 1
    append(1, 1)
    process.step()
    assert log.keys() == [new]
    data = queries.checkpoint()
    assert data is not None
    assert len(log.policy().check(data).note.signatures) == 1
    look(log.configuration)


def test_an_old_key_is_not_retired_before_the_entry_that_says_so_is_published(log: Log) -> None:
    process = log.process()
    append(1)
    process.step()
    (old,) = log.keys()
    new = rotate(log.configuration, NOW).verifier
    process.publisher.step()  # the same tree, signed by both; the entry still waits
    open_checkpoint(bytes(Published.objects.get().checkpoint), [new])
    with pytest.raises(RotationTooEarly):
        retire(log.configuration)
    process.sequencer.step()  # in the tree, and not shown to anybody
    with pytest.raises(RotationTooEarly):
        retire(log.configuration)
    assert log.keys() == [new, old]
    process.publisher.step()
    assert retire(log.configuration) == 1


def test_where_no_key_was_rotated_there_is_none_to_retire(log: Log) -> None:
    known = log.keys()
    assert retire(log.configuration) == 0
    assert log.keys() == known


def test_a_rotation_cut_short_after_the_file_is_finished_by_the_next(log: Log) -> None:
    process = log.process()
    append(1)
    process.step()
    (old,) = keyfile.read(log.configuration.key_file)
    new = keyfile.new_key(ORIGIN)
    keyfile.replace(log.configuration.key_file, (new, old))  # and then it died
    append(1, 1)
    process.step()
    assert log.keys() == [old.verifier]  # nothing changed for anybody
    assert rotate(log.configuration, NOW) == new
    process.step()
    assert log.keys() == [new.verifier, old.verifier]
    assert Published.objects.get().size == 3


def test_a_machine_with_the_old_key_file_signs_nothing_after_a_rotation(log: Log, tmp_path: Path) -> None:
    append(1)
    log.process().step()
    elsewhere = tmp_path / "elsewhere"
    keyfile.replace(elsewhere, keyfile.read(log.configuration.key_file))
    rotate(log.configuration, NOW + timedelta(minutes=1))
    other = Log(changed(log.configuration, key_file=elsewhere))
    with pytest.raises(LogKeyDiffers):
        other.process().step()
    log.process().step()
    assert Published.objects.get().size == 2


def test_every_refusal_of_the_log_has_a_code_of_its_own() -> None:
    def below(kind: type[LogRefuses]) -> list[type[LogRefuses]]:
        return [kind, *(found for each in kind.__subclasses__() for found in below(each))]

    codes = [kind.code for kind in below(LogRefuses)]
    assert len(set(codes)) == len(codes)
