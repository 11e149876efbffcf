"""Pieces around the supervisor that need no server."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bailiwick.config import datalock, demo, keys, logging, mediaserver, output
from bailiwick.config.datalock import AlreadyServed
from bailiwick.config.demo import NoDemo, Sample
from bailiwick.config.environ import read
from bailiwick.config.listening import is_loopback
from bailiwick.config.serving import configuration

ADDRESS = "203.0.113.77"


@pytest.fixture
def errors() -> Iterator[io.StringIO]:
    """What goes to stderr inside `told`; logging is put back afterwards."""
    root = logging.logging.root
    before = root.handlers[:], root.level, structlog.get_config()
    yield io.StringIO()
    root.handlers[:], level, config = before
    root.setLevel(level)
    structlog.configure(**config)


@contextlib.contextmanager
def told(errors: io.StringIO) -> Iterator[None]:
    with contextlib.redirect_stderr(errors):
        logging.configure({"level": "info", "format": "json"})
        yield


def test_p9_what_a_child_writes_is_masked_and_kept_in_its_file(tmp_path: Path, errors: io.StringIO) -> None:
    out = output.Output(tmp_path / "logs", "json")
    with told(errors):
        out.write("web 1", f"Fatal Python error near {ADDRESS}".encode())
        out.write("web 1", b'{"event": "fine"}')
    out.close()
    first, second = (json.loads(line) for line in errors.getvalue().splitlines())
    assert first["text"] == "Fatal Python error near <address>"
    assert first["process"] == "web 1"
    assert second == {"event": "fine"}
    kept = (tmp_path / "logs" / "web-1.log").read_text()
    assert kept == 'Fatal Python error near <address>\n{"event": "fine"}\n'


def test_p9_bytes_that_are_no_text_do_not_stop_the_log(tmp_path: Path, errors: io.StringIO) -> None:
    with told(errors):
        output.Output(None, "json").write("web 1", b"\xff\xfe near " + ADDRESS.encode())
    assert "<address>" in errors.getvalue()


def test_of_the_media_server_only_warnings_are_told(errors: io.StringIO) -> None:
    lines = [
        b"Compiled on: Thu Jan 19 2023",
        b"[WARN] Plugin 'libjanus_sip.so' has been disabled, skipping...",
        b"[ERR] [ice.c:123] something is wrong",
    ]
    with told(errors):
        for line in lines:
            output.Output(None, "console").write("media", line)
    assert errors.getvalue() == "[ERR] [ice.c:123] something is wrong\n"


def test_one_data_folder_has_one_server(tmp_path: Path) -> None:
    refused = pytest.raises(AlreadyServed, match=f"process {os.getpid()} serves")
    with datalock.held(tmp_path), refused, datalock.held(tmp_path):
        pass
    with datalock.held(tmp_path):
        assert (tmp_path / "serve.pid").read_text() == str(os.getpid())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "meet.example.org", ""])  # noqa: S104
def test_everything_else_is_not_loopback(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(NoDemo):
        demo.check(host, {})


def test_a_demo_behind_a_public_address_is_refused() -> None:
    with pytest.raises(NoDemo):
        demo.check("127.0.0.1", {"BAILIWICK_URL": "https://meet.example.org"})


def test_a_demo_trusts_this_machine_beside_what_was_trusted() -> None:
    given = {"BAILIWICK_TRUSTED_PROXIES": "10.0.0.0/8"}
    assert demo.settings(given) == {"BAILIWICK_TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.0/8, ::1/128"}


def test_the_demos_swarm_comes_from_several_countries() -> None:
    words = Sample("a@example.org", "x", "/m/abcd-efgh-jkmn").swarm("http://localhost:8000").argv
    assert words.count("--from") == len(demo.PEOPLE)
    assert "http://localhost:8000/m/abcd-efgh-jkmn" in words


def test_p9_the_web_server_believes_no_header_and_logs_no_request() -> None:
    config = configuration()
    assert config.proxy_headers is False
    assert config.access_log is False
    assert config.server_header is False
    assert config.log_config is None


def test_a_web_process_holds_more_connections_than_a_shell_lets_it() -> None:
    asked = (
        "import resource as r; hard = r.getrlimit(r.RLIMIT_NOFILE)[1];"
        "r.setrlimit(r.RLIMIT_NOFILE, (64, hard));"
        "from bailiwick.config import serving; serving.allow_connections();"
        "print(r.getrlimit(r.RLIMIT_NOFILE)[0] == min(serving.FILES, hard))"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)
    assert said.stdout == b"True\n"


def test_a_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    made = keys.secret(tmp_path, "django")
    assert len(made) >= 64
    assert keys.secret(tmp_path, "django") == made
    assert keys.secret(tmp_path, "media") != made
    assert (tmp_path / "keys" / "django").stat().st_mode & 0o777 == 0o600
    assert list((tmp_path / "keys").glob("django.*")) == []


def test_the_media_server_is_configured_from_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mediaserver, "_has_ipv6", lambda: True)
    settings = read(
        {
            "BAILIWICK_DATA": str(tmp_path),
            "BAILIWICK_MEDIA_ADDRESS": "198.51.100.7",
            "BAILIWICK_RTP_PORTS": "30000-31000",
        }
    )
    place = mediaserver.Place(8188, 7188)
    janus = mediaserver.janus_settings(settings, place)
    assert (janus.api_port, janus.admin_port, janus.rtp_ports) == (8188, 7188, (30000, 31000))
    assert janus.public_addresses == ("198.51.100.7",)
    assert janus.secrets == mediaserver.secrets(settings)
    assert place.environ["BAILIWICK_JANUS_URL"] == "ws://127.0.0.1:8188"


def test_what_start_made_is_left_out_of_collections(tmp_path: Path) -> None:
    said = (
        "import gc, bailiwick.config.asgi as asgi; before = gc.get_freeze_count();"
        " asgi.leave_out_of_collections(); print(gc.get_freeze_count() - before > 50_000, gc.isenabled())"
    )
    settings = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "BAILIWICK_DATA": str(tmp_path)}
    # in a process of its own: frozen objects would stay in this one
    found = subprocess.run(
        [sys.executable, "-c", said], env=settings, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["True", "True"]
