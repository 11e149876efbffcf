"""What Janus is started with (``media.janus.process``), without starting it."""

import os
from pathlib import Path

import pytest

from bailiwick.media.janus.process import JanusSettings, command, render
from bailiwick.media.janus.secrets import JanusSecrets
from bailiwick.media.port import RoomId

pytestmark = pytest.mark.janus
"""The plugins' folder is read: Janus has to be installed."""

SECRETS = JanusSecrets(b"s" * 32)


def settings(**changes: object) -> JanusSettings:
    values = {
        "api_port": 8188,
        "admin_port": 7188,
        "rtp_ports": (20_000, 20_999),
        "secrets": SECRETS,
        "event_loops": 2,
    }
    return JanusSettings(**(values | changes))  # type: ignore[arg-type]  # a dictionary of any of the fields


def rendered(folder: Path, **changes: object) -> str:
    render(settings(**changes), folder / "etc")
    return "".join(file.read_text() for file in sorted((folder / "etc").iterdir()))


def test_only_the_video_room_and_the_websockets_are_loaded(tmp_path: Path) -> None:
    text = rendered(tmp_path)
    disabled = [line for line in text.splitlines() if "disable =" in line]
    assert "libjanus_echotest.so" in disabled[0]
    assert "libjanus_videoroom.so" not in disabled[0]
    assert "libjanus_http.so" in disabled[1]
    assert "libjanus_websockets.so" not in disabled[1]
    assert "libjanus_jsonlog.so" in disabled[2]


def test_the_secrets_can_be_read_by_nobody_else(tmp_path: Path) -> None:
    rendered(tmp_path)
    folder = tmp_path / "etc"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())
    assert SECRETS.api not in " ".join(command(folder))


def test_addresses_of_the_machine_are_as_set(tmp_path: Path) -> None:
    text = rendered(
        tmp_path,
        public_addresses=("203.0.113.7",),
        interfaces=("eth0", "wlan0"),
        stun="stun.example.org:3478",
        ipv6=False,
    )
    assert 'nat_1_1_mapping = "203.0.113.7"' in text
    assert "keep_private_host = true" in text
    assert 'ice_enforce_list = "eth0,wlan0"' in text
    assert 'stun_server = "stun.example.org"' in text
    assert "stun_port = 3478" in text
    assert "ipv6 = false" in text
    assert 'rtp_port_range = "20000-20999"' in text


def test_a_setting_cannot_break_out_of_the_configuration(tmp_path: Path) -> None:
    for evil in ('"; admin_secret = "', "line\nbreak", "\\"):
        with pytest.raises(ValueError, match="character"):
            rendered(tmp_path, interfaces=(evil,))


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        JanusSecrets(b"short")


def test_every_secret_is_another_and_any_node_knows_them() -> None:
    room, other = RoomId("a" * 32), RoomId("b" * 32)
    known = [SECRETS.api, SECRETS.admin, SECRETS.room_creation]
    known += [SECRETS.room_secret(room), SECRETS.room_secret(other), SECRETS.room_pin(room)]
    assert len(set(known)) == len(known)
    again, stranger = JanusSecrets(b"s" * 32), JanusSecrets(b"t" * 32)
    assert again.room_pin(room) == SECRETS.room_pin(room) != stranger.room_pin(room)
    assert "s" * 32 not in repr(SECRETS)


def test_a_feed_is_a_number_that_browsers_can_hold_and_tells_no_session() -> None:
    feeds = {SECRETS.feed(session) for session in range(1000)}
    assert len(feeds) == 1000
    assert min(feeds) > 0
    assert max(feeds) < 2**53
    assert SECRETS.feed(7) != JanusSecrets(os.urandom(32)).feed(7)
