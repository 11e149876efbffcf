"""`bailiwick log verify` checks who approved what, from the entries alone (P5)."""

import json
from pathlib import Path

import pytest

from bailiwick.monitor.errors import UNAPPROVED
from tests.monitor.kit import LOG, VKEY, publish, run
from tests.orders.passkey import Passkey
from tests.signing.kit import Told, name_of

ADA, BEN, EVE, MAL = (Passkey() for _ in range(4))


@pytest.fixture
def told() -> Told:
    made = Told(key=LOG)
    made.say(b'{"at":"2026-11-22T12:00:00Z","on":true,"type":"demands.switched"}')
    made.begin(ADA, BEN)
    made.restrict(ADA, BEN)
    return made


def test_p5_an_outsider_sees_that_two_keys_of_the_roll_approved(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = publish(tmp_path / "log", told.entries)
    assert run("verify", log, "--vkey", VKEY) == 0
    assert "Approvals: the signatures of 2 entries hold; 2 keys may sign now." in capsys.readouterr().out
    assert run("verify", log, "--vkey", VKEY, "--json") == 0
    said = json.loads(capsys.readouterr().out)["approvals"]
    assert (said["checked"], said["begun"], said["refused"]) == (2, [1], [])
    assert {each["key"] for each in said["signers"]} == {name_of(ADA), name_of(BEN)}


def test_p5_an_outsider_finds_a_forged_approval(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told.restrict(EVE, MAL)
    told.restrict(ADA, ADA)
    told.add(EVE, ADA)
    log = publish(tmp_path / "log", told.entries)
    assert run("verify", log, "--vkey", VKEY) == UNAPPROVED
    said = capsys.readouterr().out
    assert "Verified: all 6 entries" in said
    assert "Entry 3 has no effect: a key that approved was not among those that may sign" in said
    assert "Entry 4 has no effect: both approvals are by one key." in said
    assert "Entry 5 has no effect: it does not carry two approvals." in said
    assert run("verify", log, "--vkey", VKEY, "--json") == UNAPPROVED
    faults = json.loads(capsys.readouterr().out)["approvals"]["refused"]
    assert [each["index"] for each in faults] == [3, 4, 5]


def test_what_is_quiet_says_it_all_the_same(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told.restrict(EVE, MAL)
    log = publish(tmp_path / "log", told.entries)
    assert run("verify", log, "--vkey", VKEY, "--quiet") == UNAPPROVED
    out, err = capsys.readouterr()
    assert out == ""
    assert "Entry 3 has no effect" in err


def test_p5_keys_of_another_logs_making_do_not_begin_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = Told()  # its key is not that of the log
    told.begin(EVE, MAL)
    told.restrict(EVE, MAL)
    log = publish(tmp_path / "log", told.entries)
    assert run("verify", log, "--vkey", VKEY) == UNAPPROVED
    assert "Entry 0 has no effect: the log's own key did not sign it." in capsys.readouterr().out


def test_a_correction_that_only_takes_away_needs_no_approval(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told.say(b'{"at":"2026-11-22T12:00:00Z","type":"restriction.corrected"}')
    log = publish(tmp_path / "log", told.entries)
    assert run("verify", log, "--vkey", VKEY) == 0
    assert "the signatures of 2 entries hold" in capsys.readouterr().out


def test_where_the_roll_began_anew_is_said(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = told.begin(EVE, MAL, minute=9)
    log = publish(tmp_path / "log", told.entries)
    assert run("verify", log, "--vkey", VKEY) == 0
    assert f"at entry {index} the roll of signers began anew" in capsys.readouterr().out


def test_of_very_many_entries_without_effect_the_first_are_told_and_all_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = publish(tmp_path, [b'{"type":"restriction.approved"}'] * 300)
    assert run("verify", log, "--vkey", VKEY, "--quiet") == UNAPPROVED
    said = capsys.readouterr().err
    assert said.count("has no effect") == 20
    assert "280 more have none either; --json names them." in said
    assert run("verify", log, "--vkey", VKEY, "--json") == UNAPPROVED
    assert len(json.loads(capsys.readouterr().out)["approvals"]["refused"]) == 300
