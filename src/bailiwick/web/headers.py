"""Headers of every page: nothing from elsewhere is loaded, no page asks where somebody is, and none stays
behind in a browser that others use after them."""

from typing import Final

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase

_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",  # style attributes; scripts have no such exception
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_PERMISSIONS: Final = (
    "camera=(self), microphone=(self), display-capture=(self), publickey-credentials-get=(self),"
    " publickey-credentials-create=(self), geolocation=(), browsing-topics=()"
)


_NOT_KEPT: Final = "private, no-store"
"""Where a view says nothing else: pages name meetings, invited people and whoever is signed in, and a browser
keeps what it may on its disk, also after they signed out."""


class HeadersMiddleware:
    """Adds Content-Security-Policy, Permissions-Policy and Cache-Control; sync and async."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response):  # type: ignore[no-untyped-def]  # Django's is a union of both kinds
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest):  # type: ignore[no-untyped-def]  # a response or its coroutine
        if iscoroutinefunction(self):
            return self._later(request)
        return _with_headers(self.get_response(request))

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        return _with_headers(await self.get_response(request))


def _with_headers(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
    response.headers.setdefault("Cache-Control", _NOT_KEPT)
    return response
