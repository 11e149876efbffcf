"""What bin/setup decides, without installing anything."""

from pathlib import Path

import pytest
from provision import browser_client, packages, running, setup, stamps, tidy
from provision.places import ROOT

LOCK = "ab==1.0 \\\n    --hash=sha256:00\n"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(stamps, "ROOT", tmp_path)
    return tmp_path


def test_a_step_is_fresh_only_with_the_inputs_of_its_stamp(folder: Path) -> None:
    (folder / "input").write_text("one")
    before = stamps.digest([folder / "input"])
    stamps.write(folder / "made" / ".stamp", before)
    assert stamps.fresh(folder / "made" / ".stamp", before)
    (folder / "input").write_text("two")
    assert not stamps.fresh(folder / "made" / ".stamp", stamps.digest([folder / "input"]))


def test_a_renamed_input_is_another_input(folder: Path) -> None:
    (folder / "a").write_text("same")
    before = stamps.digest([folder])
    (folder / "a").rename(folder / "b")
    assert stamps.digest([folder]) != before


def test_what_tools_leave_behind_is_no_input(folder: Path) -> None:
    before = stamps.digest([folder])
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "x.js").write_text("1")
    assert stamps.digest([folder]) == before


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ((18, 20), False),
        ((20, 18), False),
        ((20, 19), True),
        ((21, 7), False),
        ((22, 11), False),
        ((22, 12), True),
        ((24, 0), True),
    ],
)
def test_node_is_used_only_where_vite_runs_on_it(version: tuple[int, int], good: bool) -> None:
    assert browser_client.runs_vite(version) is good


def test_without_apt_the_missing_packages_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    missing = packages.Package("janus", "Janus, the media server", lambda: False)
    with pytest.raises(running.Failed, match=r"janus +Janus, the media server") as failure:
        packages.ensure([missing])
    assert failure.value.exit_code == running.MISSING


def test_nothing_is_asked_of_root_when_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    packages.ensure([packages.Package("janus", "Janus", lambda: True)])


@pytest.mark.parametrize(
    ("demands", "dev", "needed"), [("", False, False), ("on", False, True), ("", True, True)]
)
def test_the_renderer_is_installed_only_where_letters_are_read(
    monkeypatch: pytest.MonkeyPatch, demands: str, dev: bool, needed: bool
) -> None:
    monkeypatch.setenv("BAILIWICK_DEMANDS", demands)
    assert (packages.PAPERS in setup._needed(dev=dev)) is needed


def test_settings_of_a_developer_do_not_reach_tests() -> None:
    assert running.without_settings({"BAILIWICK_DATA": "/srv", "PATH": "/bin"}) == {"PATH": "/bin"}


@pytest.mark.parametrize(
    "line",
    [
        '"resolved": "https://mirror.example/x.tgz"',
        "--index-url https://mirror.example/simple",
        "ab @ https://mirror.example/ab.whl",
        "--find-links wheels",
    ],
)
def test_a_download_address_in_a_lock_is_found(line: str) -> None:
    assert list(tidy.download_addresses("lock", f"{LOCK}{line}\n")) != []


def test_a_lock_of_names_and_hashes_is_fine() -> None:
    assert list(tidy.download_addresses("lock", LOCK)) == []


def test_a_pin_that_was_not_tested_is_found() -> None:
    assert list(tidy.untested_pins("ab==1.0 \\\n", "ab==1.1 \\\n")) == [
        "run.txt has ab 1.0 and dev.txt has not: make both locks again"
    ]


def test_a_path_of_this_machine_is_found() -> None:
    found = list(tidy.traces([("good.py", "fine\n"), ("bad.py", f"x\nopen('{ROOT}/var')\n")]))
    assert found == ["bad.py:2: a path of one machine"]
