"""The public log over HTTP: c2sp.org/tlog-tiles below `/log/`, proofs, policy, documents by their hash."""

import json
from base64 import b64encode
from contextlib import suppress
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from bailiwick.ledger import queries
from bailiwick.ledger.errors import LogRewound
from bailiwick.register.answers import (
    BYTES,
    FOR_EVER,
    FOR_MINUTES,
    FOR_SECONDS,
    TEXT,
    NotInLog,
    public,
    respond,
)
from bailiwick.tlog.policy import parse_policy

PNG: Final = b"\x89PNG\r\n\x1a\n"
LATEST: Final = 20
"""Entries shown to people on the first page."""


@public
def checkpoint(request: HttpRequest) -> HttpResponseBase:
    """The published checkpoint with its cosignatures; 503 while the log refuses to go on.

    No Last-Modified: two of the same second differ, and only their ETag tells.
    """
    data = queries.checkpoint()
    if data is None:
        raise NotInLog
    return respond(request, data, TEXT, FOR_SECONDS)


@public
def tile(request: HttpRequest, path: str) -> HttpResponseBase:
    """A tile or an entry bundle: the same bytes for ever. So 503 while they may be another history's; what is
    left of a log that was set back is the beginning of the true one."""
    with suppress(LogRewound):
        queries.check_goes_on()
    data = queries.tile(path)
    if data is None:
        raise NotInLog
    return respond(request, data, BYTES, FOR_EVER)


@public
def policy(request: HttpRequest) -> HttpResponseBase:
    """The tlog-policy to verify with. Who relies on it has it from elsewhere as well."""
    return respond(request, queries.policy_text(), TEXT, FOR_MINUTES)


@public
def proof(request: HttpRequest, index: str) -> HttpResponseBase:
    """The `.tlog-proof` of an entry against the checkpoint published now."""
    queries.check_goes_on()
    data = queries.proof_file(int(index))
    if data is None:
        raise NotInLog
    response = respond(request, data, TEXT, FOR_SECONDS)
    response["Content-Disposition"] = f'inline; filename="entry-{index}.tlog-proof"'
    return response


@public
def document(request: HttpRequest, name: str) -> HttpResponseBase:
    """A published document, to be saved and not shown here: what is in it is somebody else's. But pictures
    are of our own making, pixel by pixel (orders.papers.png), and are shown."""
    found = queries.document(name)
    if found is None:
        raise NotInLog
    is_picture = found[0].startswith(PNG)
    response = respond(request, found[0], "image/png" if is_picture else BYTES, FOR_MINUTES, found[1])
    shown, ending = ("inline", ".png") if is_picture else ("attachment", "")
    response["Content-Disposition"] = f'{shown}; filename="{name}{ending}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@public
def index(request: HttpRequest) -> HttpResponseBase:
    """What there is, for people, or as JSON for whoever asks for that."""
    found = _overview()
    if not request.accepts("text/html") or request.GET.get("format") == "json":
        answer: HttpResponse = JsonResponse(found, headers={"Cache-Control": FOR_SECONDS})
    else:
        shown = {**found, "latest": _latest(found["size"])}
        answer = render(request, "register/log.html", shown)
        answer["Cache-Control"] = "no-cache"
    patch_vary_headers(answer, ["Accept"])
    return answer


@public
def nothing(_request: HttpRequest) -> HttpResponseBase:
    """Any other path below the log's."""
    raise NotInLog


def _overview() -> dict[str, Any]:
    text = queries.policy_text()
    keys = [log.key for log in parse_policy(text).logs]
    row = queries.published()
    return {
        "origin": keys[0].name,
        "size": 0 if row is None else row.size,
        "published": None if row is None else row.at.isoformat(),
        "vkeys": [key.vkey for key in keys],
        "links": {
            "checkpoint": "checkpoint",
            "policy": "policy",
            "tile": "tile/<L>/<N>[.p/<W>]",
            "entries": "tile/entries/<N>[.p/<W>]",
            "proof": "proof/<index>",
            "document": "documents/<sha256>",
        },
    }


def _latest(size: int) -> list[dict[str, Any]]:
    """The last entries, the youngest first, as people read them."""
    found = []
    for place in range(size - 1, max(-1, size - 1 - LATEST), -1):
        fields = _fields(queries.entry(place) or b"")
        kind = fields.pop("type", "")
        shown = [(name, _shown(value)) for name, value in fields.items()]
        found.append({"index": place, "kind": kind, "fields": shown, "document": fields.get("document")})
    return found


def _fields(data: bytes) -> dict[str, Any]:
    """Of an entry; of other bytes, put there by hand, just those."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"base64": b64encode(data).decode()}


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
