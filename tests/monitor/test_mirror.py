"""`bailiwick log mirror`: an exact copy, right at every moment, whatever kills it and whoever lies to it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bailiwick.monitor import durable
from bailiwick.monitor.checking import check_whole
from bailiwick.monitor.errors import InUse, LogForked, LogShrank
from bailiwick.monitor.mirror import LOCK, edge_tiles, mirror
from bailiwick.monitor.source import Folder
from bailiwick.monitor.trust import read_head
from bailiwick.tlog.errors import LogMismatch, NotStored, TlogError
from bailiwick.tlog.tiles import tiles_of
from tests.monitor.kit import BARE, POLICY, VKEY, entries_of, files, head, publish, run


class Killed(BaseException):
    """As SIGKILL would: nothing catches it."""


class Counting(Folder):
    """A source that remembers what it was asked for."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked: list[str] = []

    def fetch(self, path: str) -> bytes:
        self.asked.append(path)
        return super().fetch(path)


def copy_of(source: Folder, folder: Path, *, recheck: bool = False) -> None:
    mirror(source, folder, POLICY, lambda _: lambda _: None, recheck=recheck)


def sound(folder: Path) -> int:
    """Verify a copy; its size."""
    seen = read_head(Folder(folder), BARE).checkpoint
    check_whole(seen, Folder(folder), lambda _: None)
    return seen.size


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return publish(tmp_path / "log", entries_of(700))


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 700, 65_535, 65_536, 65_800])
def test_a_copy_has_the_bytes_of_the_original(tmp_path: Path, size: int) -> None:
    log = publish(tmp_path / "log", entries_of(size))
    copy_of(Folder(log), tmp_path / "copy")
    assert files(tmp_path / "copy") == files(log)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536, 70_000, 2**24 + 1])
def test_the_right_edge_is_the_partial_tiles_from_the_top(size: int) -> None:
    partial = {(level, size >> 8 * level) for level in range(4)}
    assert [(tile.level, tile.index, tile.width) for tile in edge_tiles(size)] == [
        (level, count // 256, count % 256) for level, count in sorted(partial, reverse=True) if count % 256
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(st.lists(st.integers(0, 1200), min_size=2, max_size=5).map(sorted))
def test_a_copy_follows_a_growing_log_and_fetches_only_what_is_new(tmp_path: Path, sizes: list[int]) -> None:
    shutil.rmtree(tmp_path / "copy", ignore_errors=True)
    before = 0
    for size in sizes:
        source = Counting(publish(tmp_path / "log", entries_of(size)))
        copy_of(source, tmp_path / "copy")
        assert sound(tmp_path / "copy") == size
        bundles = {path for path in source.asked if "entries" in path and ".p/" not in path}
        assert len(bundles) <= size // 256 - before // 256
        before = size


def test_partial_tiles_go_when_the_full_ones_are_there(tmp_path: Path) -> None:
    for size in (10, 200, 700):
        copy_of(Folder(publish(tmp_path / "log", entries_of(size))), tmp_path / "copy")
    expected = {tile.path for tile in tiles_of(700)}
    assert {name for name in files(tmp_path / "copy") if name.startswith(("tile/0", "tile/1"))} == expected


def test_where_the_log_dropped_a_partial_tile_it_is_cut_from_the_full_one(tmp_path: Path) -> None:
    log = publish(tmp_path / "log", entries_of(700))
    for name in ("tile/0/002.p", "tile/entries/002.p"):
        shutil.rmtree(log / name)
    for name, data in files(publish(tmp_path / "grown", entries_of(900))).items():
        if name in {"tile/0/002", "tile/entries/002"}:
            (log / name).write_bytes(data)
    copy_of(Folder(log), tmp_path / "copy")
    assert files(tmp_path / "copy") == files(publish(tmp_path / "again", entries_of(700)))


def test_a_copy_can_be_copied(log: Path, tmp_path: Path) -> None:
    assert run("mirror", log, tmp_path / "one", "--vkey", VKEY, "--quiet") == 0
    assert run("mirror", tmp_path / "one", tmp_path / "two", "--vkey", VKEY, "--json") == 0
    assert files(tmp_path / "two") == files(log)


STEPS = [(0, step) for step in range(8)] + [(300, step) for step in range(6)]
"""The size of the copy before, and which of the writes that make it 700 is the last (the checkpoint's)."""


def killing(monkeypatch: pytest.MonkeyPatch, at: int, *, persisted: bool) -> None:
    """Die at a write, before or after it had its effect."""
    real: Callable[..., None] = durable.write
    left = [at]

    def write(path: Path, data: bytes, mode: int = durable.PUBLIC) -> None:
        left[0] -= 1
        if left[0] >= 0:
            real(path, data, mode)
        elif persisted:
            real(path, data, mode)
            raise Killed
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f"{durable.TEMPORARY}{path.name}").write_bytes(data[: len(data) // 2])
            raise Killed

    monkeypatch.setattr(durable, "write", write)


@pytest.mark.parametrize("persisted", [False, True])
@pytest.mark.parametrize(("before", "step"), STEPS)
def test_killed_at_any_write_the_copy_is_sound_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, before: int, persisted: bool
) -> None:
    copy = tmp_path / "copy"
    if before:
        copy_of(Folder(publish(tmp_path / "log", entries_of(before))), copy)
    log = publish(tmp_path / "log", entries_of(700))
    with monkeypatch.context() as killed:
        killing(killed, step, persisted=persisted)
        with pytest.raises(Killed):
            copy_of(Folder(log), copy)
    if (copy / "checkpoint").exists():
        assert sound(copy) in {before, 700}
    done = {name for name in files(copy) if (copy / name).stat().st_size and durable.TEMPORARY not in name}
    source = Counting(log)
    copy_of(source, copy)
    assert sound(copy) == 700
    again = {path for path in source.asked if path in done and ".p/" not in path and path != "checkpoint"}
    assert again <= {"tile/0/000", "tile/0/001"}, "only the proof that it grew reads what is there"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.data())
def test_what_does_not_hash_to_the_checkpoint_is_never_stored(
    log: Path, tmp_path: Path, data: st.DataObject
) -> None:
    shutil.rmtree(tmp_path / "copy", ignore_errors=True)
    name = data.draw(st.sampled_from(sorted(files(log))))
    good = (log / name).read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    (log / name).write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    try:
        with pytest.raises(TlogError) as error:
            copy_of(Folder(log), tmp_path / "copy")
    finally:
        (log / name).write_bytes(good)
    if isinstance(error.value, LogMismatch) and ".p/" not in name:
        assert error.value.path == name, "from the root down, the file itself is the one that is wrong"
    assert "checkpoint" not in files(tmp_path / "copy")
    honest = files(log)
    assert all(honest[found] == stored for found, stored in files(tmp_path / "copy").items())


def test_a_log_that_rewrote_its_past_is_not_followed(tmp_path: Path) -> None:
    copy, log = tmp_path / "copy", tmp_path / "log"
    copy_of(Folder(publish(log, entries_of(300))), copy)
    publish(log, [b"another", *entries_of(699)])
    with pytest.raises(LogForked):
        copy_of(Folder(log), copy)
    assert sound(copy) == 300
    (evidence,) = copy.glob("checkpoint.evidence-*")
    assert (evidence / "remembered").read_bytes() == head(entries_of(300))
    publish(log, entries_of(299))
    with pytest.raises(LogShrank):
        copy_of(Folder(log), copy)
    assert sound(copy) == 300


def test_a_damaged_copy_is_mended_on_request(log: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy_of(Folder(log), copy)
    for name in ("tile/0/000", "tile/entries/001"):
        (copy / name).write_bytes((copy / name).read_bytes()[:-1] + b"!")
    copy_of(Folder(log), copy)
    with pytest.raises(LogMismatch):
        sound(copy)
    source = Counting(log)
    copy_of(source, copy, recheck=True)
    assert sound(copy) == 700
    assert {path for path in source.asked if ".p/" not in path} == {
        "checkpoint",
        "tile/0/000",
        "tile/entries/001",
    }


def test_two_at_once_do_not_share_a_folder(log: Path, tmp_path: Path) -> None:
    with durable.alone(tmp_path / "copy" / LOCK), pytest.raises(InUse):
        copy_of(Folder(log), tmp_path / "copy")
    copy_of(Folder(log), tmp_path / "copy")


def test_a_file_that_is_gone_is_named(log: Path, tmp_path: Path) -> None:
    (log / "tile/entries/001").unlink()
    with pytest.raises(LogMismatch, match="tile/entries/001: not_stored") as error:
        copy_of(Folder(log), tmp_path / "copy")
    assert isinstance(error.value.__cause__, NotStored)
