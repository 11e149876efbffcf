"""Once somebody came by HTTPS, their browser comes by nothing else (RFC 6797). Whoever controls the network
in between could else answer the first plain request, and read a meeting's link and whatever is typed in."""

from typing import Final

from bailiwick.live import http

YEAR: Final = b"max-age=31536000"
"""Of this name only: what else lives below it is not ours to decide."""


def https_only(send: http.Send) -> http.Send:
    """`send`, with the header on every answer: pages, the door, static files and refusals alike."""

    async def sent(message: http.Scope) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"strict-transport-security", YEAR)]
        await send(message)

    return sent
