"""The command line: each command by its exit code and what it says."""

import subprocess
import sys
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command

from bailiwick.accounts.models import Account
from bailiwick.accounts.queries import administrators
from bailiwick.config import administrator, cli
from bailiwick.media.janus import process as janus_process
from bailiwick.media.janus.secrets import JanusSecrets


def administrator_of(*words: str) -> int:
    return cli.main(["admin", *words])


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BAILIWICK_DATA", str(tmp_path))


def test_without_a_command_it_says_how_to_use_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([])
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_it_knows_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("bailiwick 0.")


@pytest.mark.parametrize("where", ["before", "after"])
def test_the_data_folder_may_stand_before_or_after_the_command(
    where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path / "elsewhere")]
    words = ["locate", "192.0.2.1"]
    assert cli.main([*data, *words] if where == "before" else [*words, *data]) == 1
    assert '"reason": "no_table"' in capsys.readouterr().out


def test_a_wrong_setting_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BAILIWICK_PROCESSES", "0")
    assert cli.main(["locate", "192.0.2.1"]) == 2
    assert capsys.readouterr().err == "bailiwick: BAILIWICK_PROCESSES: give a whole number from 1 to 32\n"


@pytest.mark.parametrize("port", ["70000", "-1", "http", "9" * 5000, "٨٠٠٠"])
def test_a_port_that_there_is_not_is_told_in_one_line(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["serve", f"--port={port}"])
    assert ended.value.code == 2
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "url", "told"),
    [
        ("0.0.0.0", "http://localhost:8000", True),  # noqa: S104
        ("::", "http://127.0.0.1:8000", True),
        ("192.0.2.7", "http://localhost:8000", True),
        ("127.0.0.1", "http://localhost:8000", False),
        ("localhost", "http://localhost:8000", False),
        ("0.0.0.0", "https://meet.example.org", False),  # noqa: S104
    ],
)
def test_a_server_that_others_reach_under_no_name_it_answers_to_says_so(
    host: str, url: str, told: bool
) -> None:
    from bailiwick.config.start import unreachable

    assert ("Set BAILIWICK_URL" in unreachable(host, url)) is told


@pytest.mark.django_db
def test_a_first_administrator_is_made_with_a_password_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert administrator_of("ada@example.org") == 0
    password = capsys.readouterr().out.rpartition(": ")[2].strip()
    made = Account.objects.get(email="ada@example.org")
    assert administrators() == ["ada@example.org"]
    assert made.check_password(password)
    assert made.emailaddress_set.get().verified


@pytest.mark.django_db
def test_an_account_there_is_keeps_its_password(capsys: pytest.CaptureFixture[str]) -> None:
    there = Account.objects.create_user("ada@example.org", "correct horse battery")
    EmailAddress.objects.create(user=there, email=there.email, verified=True, primary=True)
    assert administrator_of("ada@example.org") == 0
    assert "Password" not in capsys.readouterr().out
    assert Account.objects.get().check_password("correct horse battery")
    assert administrators() == ["ada@example.org"]


@pytest.mark.django_db
def test_p5_the_command_makes_two_administrators_and_no_third(capsys: pytest.CaptureFixture[str]) -> None:
    assert administrator_of("ada@example.org") == 0
    assert administrator_of("ben@example.org") == 0
    capsys.readouterr()
    assert administrator_of("cam@example.org") == 1
    assert "further ones are made by two of them" in capsys.readouterr().err
    assert not Account.objects.filter(email="cam@example.org").exists()


@pytest.mark.django_db
def test_somebody_who_signed_up_as_an_administrator_to_be_is_not_made_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stranger = Account.objects.create_user("ada@example.org", "a good passphrase")
    EmailAddress.objects.create(user=stranger, email=stranger.email, verified=False, primary=True)
    assert administrator_of("ada@example.org") == 1
    assert "nobody has confirmed" in capsys.readouterr().err
    assert administrators() == []


@pytest.mark.django_db
def test_what_is_no_address_makes_no_administrator(capsys: pytest.CaptureFixture[str]) -> None:
    assert administrator_of("ada") == 1
    assert "bailiwick admin:" in capsys.readouterr().err
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_a_password_that_is_asked_for_must_be_a_good_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(administrator.getpass, "getpass", lambda _prompt: "12345678")
    assert administrator_of("--ask", "ada@example.org") == 1
    assert not Account.objects.exists()
    monkeypatch.setattr(administrator.getpass, "getpass", lambda _prompt: "correct horse battery")
    assert administrator_of("--ask", "ada@example.org") == 0
    assert "correct horse" not in capsys.readouterr().out


def test_a_janus_of_ones_own_gets_the_same_secrets_and_listens_on_loopback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BAILIWICK_JANUS_SECRET", "k" * 40)
    monkeypatch.setattr(janus_process, "unprivileged_user", lambda: None)
    monkeypatch.setattr("bailiwick.config.mediaserver._has_ipv6", lambda: False)
    assert cli.main(["janus", str(tmp_path / "janus"), "--api-port", "9188"]) == 0
    told = capsys.readouterr().out
    assert "BAILIWICK_JANUS_URL=ws://127.0.0.1:9188" in told
    assert f"-F {tmp_path / 'janus'}" in told
    text = (tmp_path / "janus" / "janus.jcfg").read_text()
    assert JanusSecrets(b"k" * 40).api in text
    transport = (tmp_path / "janus" / "janus.transport.websockets.jcfg").read_text()
    assert 'ws_ip = "127.0.0.1"' in transport


def test_looking_up_an_address_loads_neither_django_nor_the_media_client() -> None:
    code = (
        "import sys; from bailiwick.config import cli; cli.main(['locate', '192.0.2.1']);"
        "print({'django', 'aiortc', 'numpy', 'structlog'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "set()"


@pytest.mark.django_db
def test_every_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
