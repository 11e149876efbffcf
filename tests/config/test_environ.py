"""Settings: strict and loud."""

from pathlib import Path

import pytest

from bailiwick.config import environ
from bailiwick.config.environ import InvalidSetting

NAMES = [setting.name for setting in environ.SETTINGS]


def test_every_default_can_be_used() -> None:
    assert set(environ.read({})) == set(NAMES)


def test_a_name_that_is_no_setting_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="BAILIWICK_DATBASE_URL: is no setting"):
        environ.read({"BAILIWICK_DATBASE_URL": "x"})


def test_other_programs_variables_are_left_alone() -> None:
    assert environ.read({"PATH": "/bin"}) == environ.read({})


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40 + "\n")
    assert environ.read({"BAILIWICK_SECRET_KEY_FILE": str(file)})["SECRET_KEY"] == "k" * 40


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    variables = {"BAILIWICK_SECRET_KEY_FILE": str(tmp_path), "BAILIWICK_SECRET_KEY": "k" * 40}
    with pytest.raises(InvalidSetting, match="is given twice"):
        environ.read(variables)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="cannot be read"):
        environ.read({"BAILIWICK_SECRET_KEY_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("URL", "meet.example.org"),
        ("SECRET_KEY", "short"),
        ("JANUS_SECRET", "short"),
        ("URL", "http://localhost:eighty"),
        ("URL", "http://[::1"),
        ("DATABASE_URL", "mysql://db/x"),
        ("DATABASE_URL", "postgres://db:70000/x"),
        ("SMTP_URL", "smtp://ada:pass/word@mail.example.org"),
        ("SMTP_URL", "smtp://ada:pass#word@mail.example.org"),
        ("REDIS_URL", "redis://:pass?word@cache"),
        ("JANUS_URL", "ws://127.0.0.1:8188,ws://127.0.0.1:x"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "proxy.example.org"),
        ("FORWARDING_HEADER", "x-real-ip"),
        ("SIGN_UP", "maybe"),
        ("DEMANDS", "maybe"),
        ("MEDIA_ADDRESS", "media.example.org"),
        ("RTP_PORTS", "80-90"),
        ("RTP_PORTS", "20000-20010"),
        ("RTP_PORTS", "40000-20000"),
        ("GEO_OVERRIDES", "/nowhere/overrides.txt"),
        ("GEO_STALE_DAYS", "1"),
        ("GEO_STALE_DAYS", "４００"),
        ("PROCESSES", "0"),
        ("PROCESSES", "-1"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_by_its_name(name: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=rf"^BAILIWICK_{name}: give|^BAILIWICK_{name}: t"):
        environ.read({f"BAILIWICK_{name}": value})


def test_no_message_repeats_a_secret() -> None:
    with pytest.raises(InvalidSetting) as error:
        environ.read({"BAILIWICK_SMTP_URL": "ftp://ada:hunter2@mail.example.org"})
    assert "hunter2" not in str(error.value)
