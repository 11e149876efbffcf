"""golang.org/x/mod/sumdb, which shares no code with ours, reads our logs over HTTP and agrees."""

import subprocess
from pathlib import Path

import pytest

from bailiwick.tlog.encoding import to_base64
from tests.monitor.kit import VKEY, entries_of, publish, run, tree_of
from tests.monitor.server import serving
from tests.servers.go import interop, read_by_go


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return interop(tmp_path_factory.mktemp("go"))


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 600])
def test_go_finds_the_same_root_every_entry_and_every_older_tree(
    program: Path, tmp_path: Path, size: int
) -> None:
    with serving(publish(tmp_path, entries_of(size))) as url:
        found = read_by_go(program, url, VKEY)
    root = to_base64(tree_of(entries_of(size)).root())
    assert found == {"size": size, "root": root, "included": size, "consistent": size}


def test_go_finds_its_way_in_a_log_of_three_levels(program: Path, tmp_path: Path) -> None:
    with serving(publish(tmp_path, entries_of(66_000))) as url:
        assert read_by_go(program, url, VKEY, "some")["included"] == 7


def test_go_reads_a_mirror(program: Path, tmp_path: Path) -> None:
    log = publish(tmp_path / "log", entries_of(300))
    assert run("mirror", log, tmp_path / "copy", "--vkey", VKEY, "--quiet") == 0
    with serving(tmp_path / "copy") as url:
        assert read_by_go(program, url, VKEY)["size"] == 300


@pytest.mark.parametrize(
    "name", ["checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000"]
)
def test_go_refuses_what_we_refuse(program: Path, tmp_path: Path, name: str) -> None:
    log = publish(tmp_path, entries_of(300))
    good = (log / name).read_bytes()
    (log / name).write_bytes(good[:20] + bytes([good[20] ^ 1]) + good[21:])
    assert run("verify", log, "--vkey", VKEY) == 4
    with serving(log) as url, pytest.raises(subprocess.CalledProcessError):
        read_by_go(program, url, VKEY)
