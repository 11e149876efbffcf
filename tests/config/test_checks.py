"""What stops a start, and what is only told: each with a sentence that says what to do."""

from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from bailiwick.config import checks, environ
from bailiwick.orders.papers import pictures, sealing
from bailiwick.tlog.keys import SignatureType, SigningKey, VerifierKey

HTTPS = {"URL": "https://meet.example.org", "TRUSTED_PROXIES": "10.0.0.0/8", "SMTP_URL": "smtp://mail"}
HTTPS |= {"MAIL_FROM": "meet@example.org"}


def found(tmp_path: Path, **settings: str) -> list[str]:
    """Identifiers of what is found, for settings given beside the defaults."""
    (tmp_path / "geo").mkdir(exist_ok=True)
    (tmp_path / "geo" / "table.bwt").touch()
    variables = {f"BAILIWICK_{name}": value for name, value in {"DATA": str(tmp_path), **settings}.items()}
    with override_settings(ENV=environ.read(variables)):
        findings = checks.check_all()
    assert all(finding.msg.endswith((".", "geo build")) or "Run: " in finding.msg for finding in findings)
    return [str(finding.id).removeprefix("bailiwick.") for finding in findings]


def test_the_defaults_are_fine(tmp_path: Path) -> None:
    assert found(tmp_path) == []


def test_a_usual_server_behind_a_proxy_is_fine(tmp_path: Path) -> None:
    assert found(tmp_path, **HTTPS) == []


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"URL": "https://"}, "E001"),
        ({"URL": "http://localhost:8000/meet"}, "E001"),
        ({"URL": "http://meet.example.org"}, "W001"),
        ({"TRUSTED_PROXIES": "0.0.0.0/0"}, "E002"),
        ({"TRUSTED_PROXIES": "::/0"}, "E002"),
        ({"URL": "https://meet.example.org", "SMTP_URL": "smtp://mail"}, "W002"),
        ({"JANUS_URL": "ws://127.0.0.1:8188"}, "E004"),
        ({"JANUS_URL": "ws://a:1,ws://b:1", "JANUS_ADMIN_URL": "ws://a:2"}, "E004"),
        ({"JANUS_URL": "ws://a:1,ws://a:1", "JANUS_ADMIN_URL": "ws://a:2,ws://b:2"}, "E004"),
        ({"JANUS_URL": "ws://a:1, ws://8.8.8.8:1", "JANUS_ADMIN_URL": "ws://a:2, ws://b:2"}, "E005"),
        ({"JANUS_URL": "ws://8.8.8.8:8188", "JANUS_ADMIN_URL": "ws://127.0.0.1:7188"}, "E005"),
        ({"TURN_URL": "turn://turn.example.org:3478"}, "E006"),
        ({"DATABASE_URL": "postgresql://db.example.org"}, "E007"),
        ({"MAIL_FROM": "bailiwick"}, "E008"),
        ({"MAIL_FROM": "Ada <ada@example.org"}, "E008"),
        (HTTPS | {"SMTP_URL": ""}, "W004"),
        ({"PROCESSES": "2"}, "E014"),
    ],
)
def test_a_bad_combination_is_told(settings: dict[str, str], expected: str, tmp_path: Path) -> None:
    assert found(tmp_path, **settings) == [expected]


def test_one_bad_line_of_overrides_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "geo").mkdir()
    (tmp_path / "geo" / "overrides.txt").write_text("192.0.2.0/24 DE\nwrong\n")
    assert found(tmp_path) == ["E003"]


def test_a_missing_location_table_is_told(tmp_path: Path) -> None:
    settings: dict[str, Any] = environ.read({"BAILIWICK_DATA": str(tmp_path)})
    assert [finding.id for finding in checks.location_table(settings)] == ["bailiwick.W003"]


def test_keys_that_others_can_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o755)
    assert found(tmp_path) == ["W006"]


WITNESS = SigningKey("witness.example.org", b"\1" * 32).cosigner.vkey


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([f"witness w {WITNESS} https://w", "quorum w"], []),
        (["quorum none"], []),
        (["quorum w"], ["E010"]),
        ([f"witness w {WITNESS}", "quorum w"], ["E010"]),
        ([f"log {SigningKey('a/log', bytes(32)).verifier.vkey}", "quorum none"], ["E010"]),
    ],
)
def test_a_witness_policy_is_looked_at(lines: list[str], expected: list[str], tmp_path: Path) -> None:
    (tmp_path / "policy").write_text("".join(f"{line}\n" for line in lines))
    assert found(tmp_path, LOG_POLICY=str(tmp_path / "policy")) == expected


def test_a_quorum_that_cannot_be_met_is_told(tmp_path: Path) -> None:
    key = VerifierKey("w", SignatureType.ML_DSA_44, bytes(1312)).vkey
    (tmp_path / "policy").write_text(f"witness w {key} https://w\nquorum w\n")
    assert found(tmp_path, LOG_POLICY=str(tmp_path / "policy")) == ["E011"]


@pytest.mark.parametrize(("least", "expected"), [("any", ["W008"]), ("2", []), ("all", [])])
def test_quorums_without_a_common_witness_are_told(least: str, expected: list[str], tmp_path: Path) -> None:
    names = ("a", "b", "c")
    keys = {name: SigningKey(name, name.encode() * 32).cosigner.vkey for name in names}
    lines = [f"witness {name} {keys[name]} https://{name}\n" for name in names]
    (tmp_path / "policy").write_text("".join(lines) + f"group g {least} a b c\nquorum g\n")
    assert found(tmp_path, LOG_POLICY=str(tmp_path / "policy")) == expected


@pytest.mark.parametrize(("quorum", "expected"), [("none", ["bailiwick.E012"]), ("w", [])])
def test_p3_demands_are_taken_only_with_an_outside_witness(
    quorum: str, expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "policy").write_text(f"witness w {WITNESS} https://w\nquorum {quorum}\n")
    settings: dict[str, Any] = environ.read({"BAILIWICK_DATA": str(tmp_path)})
    settings |= {"LOG_POLICY": tmp_path / "policy", "DEMANDS": "on"}
    assert [finding.id for finding in checks.public_log(settings)] == expected
    assert [finding.id for finding in checks.public_log(settings | {"DEMANDS": "off"})] == []


def letters(tmp_path: Path, **changed: Any) -> list[str]:
    settings: dict[str, Any] = environ.read({"BAILIWICK_DATA": str(tmp_path)}) | {"DEMANDS": "on"}
    return [str(finding.id).removeprefix("bailiwick.") for finding in checks.letters(settings | changed)]


def test_keys_of_letters_that_others_can_read_stop_the_start(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "originals"
    sealing.create(path)
    assert "E013" not in letters(tmp_path)
    path.chmod(0o604)
    assert "E013" in letters(tmp_path)
    assert letters(tmp_path, DEMANDS="off") == []
    path.chmod(0o600)
    path.write_text("no key\n")
    assert "E013" in letters(tmp_path)


def test_without_a_renderer_letters_are_text_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert letters(tmp_path) == ["W007"]
    assert letters(tmp_path, DEMANDS="off") == []


@pytest.mark.skipif(bool(pictures.fault()), reason="no renderer")
def test_whether_the_renderer_can_be_confined_is_tried(tmp_path: Path) -> None:
    assert letters(tmp_path) == []


@pytest.mark.parametrize(
    "url", ["ws://10.0.0.5:8188", "ws://janus:8188", "wss://8.8.8.8:8188", "ws://a:1,ws://b:1"]
)
def test_a_janus_of_ones_own_may_be_on_a_private_network(url: str, tmp_path: Path) -> None:
    assert found(tmp_path, JANUS_URL=url, JANUS_ADMIN_URL=url) == []
