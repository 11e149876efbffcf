"""What a join grant could cost at the least, as ASGI functions; `benchmarks.grant` serves them with uvicorn.

`bare`: one look-up of the caller's country, one JSON answer. `hop`: the same, and one hop into a database,
where it writes one row as durably as the product does.
"""

import asyncio
import json
import os
import secrets
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Any

import maxminddb

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_reader = maxminddb.open_database(os.environ["GRANT_MMDB"])
_database = os.environ["GRANT_DATABASE"]
_executor = ThreadPoolExecutor(max_workers=1)
_thread = local()


def _country(scope: Scope) -> str:
    address = next(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode()
    record = _reader.get(address)
    return str(record["country_code"]) if isinstance(record, dict) else ""


async def _answer(send: Send, status: int, content: dict[str, str]) -> None:
    body = json.dumps(content).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _asked(receive: Receive) -> dict[str, Any]:
    asked = json.loads((await receive())["body"])
    return asked if isinstance(asked, dict) else {}


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Whoever is not in CN may come in."""
    await _asked(receive)
    status = 403 if _country(scope) == "CN" else 200
    await _answer(send, status, {"outcome": "admitted", "grant": secrets.token_urlsafe(24)})


async def hop(scope: Scope, receive: Receive, send: Send) -> None:
    """The same, with a row to show for it."""
    name = str((await _asked(receive)).get("name", ""))
    status = 403 if _country(scope) == "CN" else 200
    grant = secrets.token_urlsafe(24)
    await asyncio.get_running_loop().run_in_executor(_executor, _write, name, grant)
    await _answer(send, status, {"outcome": "admitted", "grant": grant})


def _write(name: str, grant: str) -> None:
    if not hasattr(_thread, "connection"):
        connection = sqlite3.connect(_database, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS presence (name TEXT, digest TEXT UNIQUE)")
        _thread.connection = connection
    _thread.connection.execute("BEGIN IMMEDIATE")
    _thread.connection.execute("SELECT count(*) FROM presence WHERE digest = ?", (grant,))
    _thread.connection.execute("INSERT INTO presence VALUES (?, ?)", (name, grant))
    _thread.connection.execute("COMMIT")
