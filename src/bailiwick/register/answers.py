"""What all answers below `/log/` have in common: for everybody, from any page, cached while they hold."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec, TypeAlias

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from bailiwick.ledger.errors import LogRefuses

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

BYTES: Final = "application/octet-stream"
TEXT: Final = "text/plain; charset=utf-8"
FOR_EVER: Final = "public, max-age=31536000, immutable"
FOR_SECONDS: Final = "public, max-age=5"
FOR_MINUTES: Final = "public, max-age=300"
RETRY_SECONDS: Final = 30
_METHODS: Final = "GET, HEAD, OPTIONS"
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": _METHODS,
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
}
"""What a page elsewhere may ask with: for a conditional request its browser asks here first (Fetch, 3.2)."""


class NotInLog(Exception):  # noqa: N818 - named for what it is, as the other errors of this project
    """No such entry, tile or document, or not yet."""

    code = "not_in_log"


def public(view: View[P]) -> View[P]:
    """A view for GET and HEAD that any page may read; what goes wrong becomes a problem (RFC 9457)."""

    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = _answer(view, request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        return response

    return wraps(view)(answered)  # type: ignore[return-value]  # typeshed's wrapper loses the first parameter


def _answer(view: View[P], request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
    if request.method == "OPTIONS":
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=_PREFLIGHT)
    if request.method not in {"GET", "HEAD"}:
        headers = {"Allow": _METHODS}
        return _problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "Not asked in that way", headers)
    try:
        return view(request, *args, **kwargs)
    except NotInLog:
        return _problem(HTTPStatus.NOT_FOUND, NotInLog.code, "Not in the public log", {})
    except LogRefuses as error:
        return _stopped(error.code)
    except DatabaseError:
        return _stopped("database_unavailable")


def _stopped(reason: str) -> HttpResponse:
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return _problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "log_unavailable", "The public log does not go on", headers, reason
    )


def _problem(
    status: HTTPStatus, code: str, title: str, headers: dict[str, str], reason: str = ""
) -> HttpResponse:
    body = {"type": f"/problems/{code}", "title": title, "status": int(status), "code": code}
    if reason:
        body["reason"] = reason
    headers = {"Cache-Control": "no-store", **headers}
    return JsonResponse(body, status=status, content_type="application/problem+json", headers=headers)


def respond(
    request: HttpRequest, data: bytes, content_type: str, cache: str, changed: datetime | None = None
) -> HttpResponseBase:
    """The data, or 304 where the asker has them already. `changed`: when they were last replaced."""
    headers = {
        "Cache-Control": cache,
        "ETag": f'"{sha256(data).hexdigest()}"',
        "X-Content-Type-Options": "nosniff",
    }
    if changed is not None:
        headers["Last-Modified"] = http_date(changed.timestamp())
    response = HttpResponse(data, content_type=content_type, headers=headers)
    at = None if changed is None else int(changed.timestamp())
    found: HttpResponseBase | None = get_conditional_response(request, headers["ETag"], at, response)
    return response if found is None else found
