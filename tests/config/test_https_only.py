"""What a server reached by HTTPS tells browsers: to come by nothing else, and whose cookies to believe."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bailiwick.config.https_only import https_only

_ASKED = """
import json
from bailiwick.config import settings as s
print(json.dumps({name: getattr(s, name) for name in (
    "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
    "CSRF_COOKIE_SECURE")}))
"""


def settings(url: str, data: Path) -> dict[str, Any]:
    env = {**os.environ, "BAILIWICK_URL": url, "BAILIWICK_DATA": str(data)}
    said = subprocess.run([sys.executable, "-c", _ASKED], env=env, capture_output=True, check=True)
    return dict(json.loads(said.stdout))


def test_a_neighbour_below_the_same_domain_cannot_set_the_session_cookie(tmp_path: Path) -> None:
    found = settings("https://meet.example.org", tmp_path)
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")  # browsers demand Secure, no Domain, Path=/
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SESSION_COOKIE_HTTPONLY"]
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_without_https_the_session_cookie_has_a_name_that_browsers_take(tmp_path: Path) -> None:
    found = settings("http://localhost:8000", tmp_path)
    assert not found["SESSION_COOKIE_NAME"].startswith("__")
    assert not found["SESSION_COOKIE_SECURE"]


@pytest.mark.parametrize("headers", [{}, {"headers": [(b"content-type", b"text/plain")]}])
def test_every_answer_tells_browsers_to_come_by_https_alone(headers: dict[str, Any]) -> None:
    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message)

    async def answer() -> None:
        sent = https_only(send)
        await sent({"type": "http.response.start", "status": 404, **headers})
        await sent({"type": "http.response.body", "body": b""})

    asyncio.run(answer())
    lines = dict(told[0]["headers"])
    assert lines.pop(b"strict-transport-security") == b"max-age=31536000"
    assert lines == dict(headers.get("headers", ()))
    assert told[1] == {"type": "http.response.body", "body": b""}


def test_the_server_says_so_where_it_is_reached_by_https_and_only_there(tmp_path: Path) -> None:
    asked = "import bailiwick.config.asgi as asgi; print(asgi.application._https)"
    for url, expected in (("https://meet.example.org", b"True"), ("http://localhost:8000", b"False")):
        env = {**os.environ, "BAILIWICK_URL": url, "BAILIWICK_DATA": str(tmp_path)}
        said = subprocess.run([sys.executable, "-c", asked], env=env, capture_output=True, check=True)
        assert said.stdout.strip() == expected
