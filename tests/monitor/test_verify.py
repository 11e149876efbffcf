"""`bailiwick log verify` on folders: what it finds, what it says, what it ends with."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bailiwick.monitor.ahead import reading_order
from bailiwick.monitor.checking import check_whole
from bailiwick.monitor.errors import TooLarge
from bailiwick.monitor.progress import Progress, line
from bailiwick.monitor.source import Folder, limit_of
from bailiwick.monitor.trust import read_head
from bailiwick.tlog.errors import LogMismatch, TlogError
from bailiwick.tlog.keys import SigningKey
from bailiwick.tlog.notes import parse_note, sign_note
from bailiwick.tlog.tiles import bundles_of, tiles_of
from tests.monitor.kit import BARE, LOG, POLICY, VKEY, entries_of, files, head, publish, run

SIZE = 600


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return publish(tmp_path / "log", entries_of(SIZE))


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy"
    path.write_bytes(POLICY.encode())
    return path


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_a_sound_log_is_verified(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", log, "--vkey", VKEY) == 0
    assert "Verified: all 600 entries, 4 tiles and the root agree." in capsys.readouterr().out


def test_a_program_reads_the_same_as_json(
    log: Path, policy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", log, "--policy", policy, "--json") == 0
    found = told(capsys)
    assert (found["verified"], found["origin"], found["entries"]) == (True, LOG.name, SIZE)
    assert found["witnesses"] == {"w": "2027-01-15T08:00:00Z"}


def test_quiet_means_nothing_if_all_is_well(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", log, "--vkey", VKEY, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512])
def test_a_log_of_any_size_is_verified(tmp_path: Path, size: int) -> None:
    assert run("verify", publish(tmp_path, entries_of(size)), "--vkey", VKEY) == 0


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 600, 65_536, 66_000])
def test_what_is_fetched_ahead_is_what_will_be_asked_for(size: int) -> None:
    planned = list(reading_order(size))
    assert len(planned) == len(set(planned))
    assert set(planned) == {*tiles_of(size), *bundles_of(size)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_flipped_byte_of_a_tile_or_bundle_is_found_and_placed(log: Path, data: st.DataObject) -> None:
    """An entry that was changed shows in the tile above it; a tile, in itself."""
    name = data.draw(st.sampled_from(sorted(set(files(log)) - {"checkpoint"})))
    path = log / name
    good = path.read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    path.write_bytes(good[:at] + bytes([good[at] ^ data.draw(st.integers(1, 255))]) + good[at + 1 :])
    try:
        with pytest.raises(LogMismatch) as found:
            check_whole(read_head(Folder(log), BARE).checkpoint, Folder(log), lambda _: None)
    finally:
        path.write_bytes(good)
    assert found.value.path in {name, name.replace("entries", "0")}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_flipped_byte_of_a_checkpoint_is_found(log: Path, data: st.DataObject) -> None:
    good = head(entries_of(SIZE))
    at = data.draw(st.integers(0, len(good) - 1))
    (log / "checkpoint").write_bytes(
        good[:at] + bytes([good[at] ^ data.draw(st.integers(1, 255))]) + good[at + 1 :]
    )
    with pytest.raises(TlogError):
        read_head(Folder(log), POLICY)


def test_a_changed_entry_is_named_by_its_file_and_number(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = log / "tile/entries/001"
    bundle.write_bytes(bundle.read_bytes().replace(b'"entry":300', b'"entry":301'))
    assert run("verify", log, "--vkey", VKEY, "--json") == 4
    error = told(capsys)["error"]
    assert error == {
        "code": "log_mismatch",
        "text": "tile/0/001: not what the entries give, from entry 300 on",
        "path": "tile/0/001",
    }


def test_a_missing_file_is_named(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (log / "tile/0/001").unlink()
    assert run("verify", log, "--vkey", VKEY) == 4
    assert "tile/0/001: not_stored (log_mismatch)" in capsys.readouterr().err


def test_a_file_longer_than_any_of_its_kind_is_not_read_to_its_end(log: Path) -> None:
    with (log / "tile/0/000").open("ab") as file:
        file.truncate(10**10)
    with pytest.raises(TooLarge):
        Folder(log).fetch("tile/0/000")
    assert run("verify", log, "--vkey", VKEY) == 4
    assert (limit_of("tile/0/000.p/3"), limit_of("tile/entries/000.p/2")) == (96, 131_074)


def test_another_key_is_another_log(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = SigningKey(LOG.name, b"O" * 32).verifier.vkey
    assert run("verify", log, "--vkey", other) == 4
    assert "no_known_signature" in capsys.readouterr().err


def test_a_checkpoint_that_too_few_witnessed_is_refused(log: Path, policy: Path) -> None:
    assert run("verify", log, "--vkey", VKEY, "--policy", policy) == 0
    publish(log, entries_of(SIZE), witnessed=False)
    assert run("verify", log, "--vkey", VKEY) == 0
    assert run("verify", log, "--vkey", VKEY, "--policy", policy) == 4


@pytest.mark.parametrize(
    "words",
    [
        ["verify", "."],
        ["verify", "--vkey", VKEY],
        ["verify", ".", "--vkey", "nonsense"],
        ["verify", "ftp://example.org", "--vkey", VKEY],
        ["verify", "nowhere-at-all", "--vkey", VKEY],
        ["verify", "https://user:pass@example.org", "--vkey", VKEY],
        ["verify", "https://example.org/?x", "--vkey", VKEY],
        ["verify", ".", "--vkey", VKEY, "--entry", "-1"],
        ["verify", ".", "--vkey", VKEY, "--proof", "p", "--entry-file", "e"],
        ["verify", "--vkey", VKEY, "--proof", "p"],
        ["verify", ".", "--vkey", VKEY, "--save", "x"],
        ["verify", ".", "--vkey", VKEY, "--entry", "1", "--entries", "x"],
        ["mirror", ".", "x"],
        ["witness"],
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(words: list[str]) -> None:
    assert run(*words) == 2


def test_a_key_outside_the_policy_is_wrong_usage(log: Path, policy: Path) -> None:
    other = SigningKey("other.example/log", b"O" * 32).verifier.vkey
    assert run("verify", log, "--vkey", other, "--policy", policy) == 2


def test_where_there_is_no_log_it_could_not_be_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", tmp_path, "--vkey", VKEY) == 1
    assert "(no_log)" in capsys.readouterr().err


def test_an_entry_is_shown_and_its_proof_stands_alone(
    log: Path, tmp_path: Path, policy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("verify", log, "--vkey", VKEY, "--entry", "300", "--save", out, "--json") == 0
    assert (told(capsys)["entry"], told_index(out)) == ({"entry": 300}, ["300.entry", "300.tlog-proof"])
    proof = ["--proof", out / "300.tlog-proof", "--entry-file", out / "300.entry"]
    assert run("verify", "--policy", policy, *proof) == 0
    assert "Verified: this is entry 300 of the log." in capsys.readouterr().out
    (out / "300.entry").write_bytes(b"something else")
    assert run("verify", "--policy", policy, *proof) == 4
    assert "proof_refused" in capsys.readouterr().err


def told_index(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_entry_behind_the_end_is_not_there(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", log, "--vkey", VKEY, "--entry", str(SIZE)) == 4
    assert "out_of_range" in capsys.readouterr().err


def test_an_entry_that_was_changed_is_not_shown_as_verified(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = log / "tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b'"entry":7}', b'"entry":8}'))
    assert run("verify", log, "--vkey", VKEY, "--entry", "7") == 4
    assert "Verified" not in capsys.readouterr().out


def test_all_entries_are_written_once_they_are_verified(log: Path, tmp_path: Path) -> None:
    publish(log, [*entries_of(3), b"\xff no JSON"])
    file = tmp_path / "entries.jsonl"
    assert run("verify", log, "--vkey", VKEY, "--entries", file) == 0
    assert file.read_text().splitlines() == [
        *(f'{{"index": {number}, "entry": {{"entry": {number}}}}}' for number in range(3)),
        '{"index": 3, "base64": "/yBubyBKU09O"}',
    ]


def test_of_a_log_that_does_not_verify_no_entries_are_written(log: Path, tmp_path: Path) -> None:
    (log / "tile/1/000.p/2").write_bytes(bytes(64))
    file = tmp_path / "entries.jsonl"
    assert run("verify", log, "--vkey", VKEY, "--entries", file) == 4
    assert [path.name for path in tmp_path.iterdir() if "entries" in path.name] == []


def test_a_checkpoint_signed_twice_by_another_origin_is_of_another_log(log: Path) -> None:
    text = parse_note(head(entries_of(SIZE))).text.replace(LOG.name, "else.example/log", 1)
    (log / "checkpoint").write_bytes(sign_note(text, LOG).encode())
    assert run("verify", log, "--vkey", VKEY) == 4


def test_progress_is_one_line_on_a_terminal_only() -> None:
    assert line(500, 1000, 3.0) == "[############............]  50%  500 of 1,000 entries  3 s left"
    assert line(0, 0, 0.0).startswith("[########################] 100%")
    with Progress() as progress:
        assert not progress._shown
