"""The browser's random name (`bw_device`): by it a host's block of a guest holds, and an exemption on appeal.

The database only ever sees a keyed hash of it that differs from meeting to meeting. It is sent below `/m/`
only, so whatever else needs it answers there too.
"""

import re
import secrets
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE: Final = "bw_device"
PATH: Final = "/m/"
_SECONDS: Final = 180 * 24 * 3600
_MADE_HERE: Final = re.compile(r"[A-Za-z0-9_-]{22}")


def device_of(request: HttpRequest) -> str:
    """The browser's name, or a new one for it; empty where the browser would not have told it."""
    if not request.path.startswith(PATH):
        return ""
    known = request.COOKIES.get(COOKIE, "")
    return known if _MADE_HERE.fullmatch(known) else secrets.token_urlsafe(16)


def remember_device(response: HttpResponse, device: str) -> None:
    """Let the browser keep it."""
    response.set_cookie(
        COOKIE,
        device,
        max_age=_SECONDS,
        path=PATH,
        secure=settings.PUBLIC_URL.startswith("https://"),
        httponly=True,
        samesite="Lax",
    )
