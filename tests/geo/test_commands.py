"""`bailiwick geo` and `bailiwick locate`."""

import json
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path

import pytest

from bailiwick.geo.__main__ import main
from bailiwick.geo.commands import configure, register
from bailiwick.geo.layout import Layout
from tests.factories.geo import small_table
from tests.geo.cases import canary_prefixes, filler, mmdb_file, text_files


@pytest.fixture
def data(tmp_path: Path) -> Path:
    small_table(Layout(tmp_path).table)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def located(capsys: pytest.CaptureFixture[str], data: Path, *arguments: object) -> tuple[int, list[dict]]:
    code, out, _ = run(capsys, "--data", data, "locate", *arguments)
    return code, [json.loads(line) for line in out.splitlines()]


def test_an_address_is_located_on_a_line_of_json(data: Path, capsys) -> None:
    code, lines = located(capsys, data, "1.0.1.7", "60.242.0.1", "192.168.1.1")
    assert code == 0
    table = lines[0]["table"]
    assert len(table) == 64
    cn = {"mm": "CN", "dbip": "CN", "ipfire": "CN"}
    au = {"mm": "AU", "dbip": "NZ", "ipfire": "AU"}
    assert lines == [
        {
            "address": "1.0.1.7",
            "unanimous": "CN",
            "majority": "CN",
            "votes": cn,
            "reason": None,
            "table": table,
        },
        {
            "address": "60.242.0.1",
            "unanimous": None,
            "majority": "AU",
            "votes": au,
            "reason": "disagreement",
            "table": table,
        },
        {
            "address": "192.168.1.1",
            "unanimous": None,
            "majority": None,
            "votes": {},
            "reason": "special",
            "table": table,
        },
    ]


def test_a_bad_address_has_a_line_with_an_error_and_the_exit_code_says_so(data: Path, capsys) -> None:
    code, lines = located(capsys, data, "1.0.1.7", 'no"where', "1.2.3.4.5")
    assert code == 1
    assert [line.get("error") for line in lines] == [None, "bad_address", "bad_address"]
    assert lines[1]["address"] == 'no"where'


def test_without_a_table_the_lines_and_the_exit_code_say_so(tmp_path: Path, capsys) -> None:
    code, out, err = run(capsys, "--data", tmp_path, "locate", "1.0.1.7")
    assert code == 1
    assert json.loads(out)["reason"] == "no_table"
    assert "table_missing" in err


def test_overrides_are_applied(data: Path, capsys) -> None:
    Layout(data).overrides.write_text("1.0.1.0/24 HK\n")
    assert located(capsys, data, "1.0.1.7")[1][0]["majority"] == "HK"
    (data / "other").write_text("1.0.1.0/24 TW\n")
    assert located(capsys, data, "--overrides", data / "other", "1.0.1.7")[1][0]["majority"] == "TW"


def test_the_servers_settings_hold_where_the_command_line_says_nothing_else(tmp_path: Path) -> None:
    parser = ArgumentParser()
    register(parser.add_subparsers())
    given = parser.parse_args(["locate", "--overrides", "mine"])
    silent, other = parser.parse_args(["geo", "status"]), parser.parse_args(["geo", "build"])
    for options in (given, silent, other):
        configure(options, overrides=tmp_path, stale_after_days=90)
    assert (given.overrides, given.stale_after_days) == (Path("mine"), 90)
    assert (silent.overrides, silent.stale_after_days) == (tmp_path, 90)
    assert "overrides" not in other


def piped(data: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bailiwick.geo", "--data", str(data), "locate", "--stdin"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_addresses_from_standard_input_are_answered_as_they_come(data: Path) -> None:
    with piped(data) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text, code in (("1.0.1.7", "CN"), ("5.9.0.1", "DE"), ("2001:df0::1", "HK")):
            process.stdin.write(f"{text}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["unanimous"] == code
        process.stdin.close()
        assert process.wait() == 0


def test_standard_input_may_have_blank_lines_carriage_returns_rubbish_and_no_last_newline(data: Path) -> None:
    with piped(data) as process:
        out, _ = process.communicate(b"\n1.0.1.7\r\n  \n\xff\xfe\n" + b"x" * 200_000 + b"\n5.9.0.1")
    lines = [json.loads(line) for line in out.splitlines()]
    assert process.returncode == 1
    assert [line.get("unanimous", "-") for line in lines if line["address"] in {"1.0.1.7", "5.9.0.1"}] == [
        "CN",
        "DE",
    ]
    assert {line["error"] for line in lines if "error" in line} == {"bad_address"}


def test_many_addresses_are_located_quickly(data: Path) -> None:
    many = b"".join(b"%d.%d.1.7\n" % (i % 223 + 1, i // 223 % 256) for i in range(200_000))
    begin = time.monotonic()
    with piped(data) as process:
        out, _ = process.communicate(many)
    assert out.count(b"\n") == 200_000
    assert time.monotonic() - begin < 20  # about one second on a quiet machine


def test_status_is_json_and_its_exit_code_tells_a_fault(data: Path, tmp_path_factory, capsys) -> None:
    code, out, _ = run(capsys, "--data", data, "geo", "status")
    assert (code, json.loads(out)["fault"]) == (0, None)
    code, out, _ = run(capsys, "--data", tmp_path_factory.mktemp("empty"), "geo", "status")
    assert (code, json.loads(out)["fault"]) == (1, "table_missing")


def source_options(folder: Path) -> list[str]:
    prefixes = canary_prefixes() | filler(1)
    mm, dbip = mmdb_file(folder / "mm", prefixes), mmdb_file(folder / "dbip", canary_prefixes() | filler(2))
    v4, v6 = text_files(folder, canary_prefixes() | filler(3))
    return ["--source", f"mm={mm}", "--source", f"dbip={dbip}", "--source", f"ipfire={v4},{v6}"]


def test_build_takes_files_and_says_what_it_does(tmp_path: Path, capsys) -> None:
    build = ["--data", tmp_path, "geo", "build", *source_options(tmp_path)]
    code, out, err = run(capsys, *build)
    assert (code, out) == (1, "")
    assert "Refused: row_count" in err
    assert "Not built: sanity: row_count" in err
    code, _, err = run(capsys, *build, "--accept", "row_count")
    assert code == 0
    assert "Compiled" in err
    assert located(capsys, tmp_path, "147.8.145.43")[1][0]["unanimous"] == "HK"


def test_build_if_missing_leaves_a_sound_table_alone(data: Path, capsys) -> None:
    before = Layout(data).table.stat()
    assert run(capsys, "--data", data, "geo", "build", "--if-missing") == (0, "", "")
    assert Layout(data).table.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("option", ["mm", "mm=", "whois=off", "=x"])
def test_a_bad_source_option_is_refused(option: str, data: Path, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        run(capsys, "--data", data, "geo", "build", "--source", option)
    assert caught.value.code == 2
