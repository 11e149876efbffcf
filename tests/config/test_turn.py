"""What browsers are told of the TURN server."""

import base64
import hashlib
import hmac

import pytest

from bailiwick.config import turn


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (
            "turn://turn.example.org",
            ["turn:turn.example.org?transport=udp", "turn:turn.example.org?transport=tcp"],
        ),
        ("turn://turn.example.org:3478?transport=tcp", ["turn:turn.example.org:3478?transport=tcp"]),
        ("turns://turn.example.org:443", ["turns:turn.example.org:443"]),
    ],
)
def test_where_no_transport_is_named_both_are_tried(setting: str, told: list[str]) -> None:
    assert turn.addresses(setting) == told


def test_credentials_expire_are_coturns_and_nobodys_twice() -> None:
    name, password = turn.credentials("shared", 1_000.0)
    assert name.startswith(f"{1_000 + turn.LIFE_SECONDS}:")
    assert base64.b64decode(password) == hmac.digest(b"shared", name.encode(), hashlib.sha1)
    assert turn.credentials("shared", 1_000.0)[0] != name
