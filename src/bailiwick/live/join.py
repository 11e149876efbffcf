"""`POST /m/<slug>/join`: the door over HTTP. A plain ASGI route: one hop into the database, nothing else."""

import json
import re
from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bailiwick.accounts import device
from bailiwick.accounts.buckets import Buckets
from bailiwick.accounts.names import clean_name
from bailiwick.gate.door import Knock
from bailiwick.gate.ending import Ending, EndReason
from bailiwick.gate.errors import Unavailable
from bailiwick.gate.gate import Gate
from bailiwick.geo.address import ClientAddress
from bailiwick.notices.wording import chosen, language

from . import http, problems, told
from .metrics import JOINS, counted
from .problems import Problem
from .protocol import ParticipantId

_LARGEST: Final = 4096
PATH: Final = re.compile(r"^/m/([A-Za-z0-9-]{4,32})/join$")


class JoinBody(BaseModel):
    """What is asked at the door."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(max_length=80)] = ""
    invitation: Annotated[str, Field(max_length=128, pattern=r"^[A-Za-z0-9_-]*$")] | None = None
    take_back: ParticipantId | None = None


class Join:
    """The route. `address_of` gives a request's client address, or None."""

    def __init__(
        self,
        gate: Gate,
        address_of: Callable[[http.Scope], ClientAddress | None],
        joins: Buckets,
        misses: Buckets,
        origins: frozenset[str],
    ) -> None:
        self._gate = gate
        self._address_of = address_of
        self._joins = joins
        self._misses = misses
        self._origins = origins

    async def __call__(self, slug: str, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(slug, scope, receive)
        except http.Disconnected:
            return
        if isinstance(answer, Problem):
            JOINS.labels(counted(answer.code)).inc()
            await respond_problem(scope, send, answer)
        else:
            JOINS.labels(str(answer["outcome"])).inc()
            await http.respond_json(send, 200, answer)

    async def _answer(self, slug: str, scope: http.Scope, receive: http.Receive) -> dict[str, str] | Problem:
        if scope["method"] != "POST":
            return problems.METHOD
        if not same_origin(scope, self._origins):
            return problems.CROSS_ORIGIN
        address = self._address_of(scope)
        wait = self._misses.empty(address) or self._joins.take(address)
        if wait is not None:
            return problems.rate_limited(wait)
        try:
            asked = JoinBody.model_validate_json(await http.body(receive, _LARGEST) or b"{}")
        except http.TooLarge:
            return problems.TOO_LARGE
        except ValidationError:
            return problems.BAD_REQUEST
        return await self._knock(_knock(slug, asked, http.cookies(scope)), address)

    async def _knock(self, knock: Knock, address: ClientAddress | None) -> dict[str, str] | Problem:
        try:
            opened = await self._gate.knock(knock, address)
        except Unavailable:
            return problems.unavailable()
        if isinstance(opened, Ending):
            if opened.reason is EndReason.NO_SUCH_MEETING:
                self._misses.take(address)
            return problems.of_ending(opened)
        outcome = "lobby" if opened.lobby else "admitted"
        kind = "resume" if opened.taken_back else "grant"
        return {"outcome": outcome, kind: opened.grant, "socket": "/ws"}


def _knock(slug: str, asked: JoinBody, cookies: dict[str, str]) -> Knock:
    named = cookies.get(device.COOKIE, "")
    return Knock(
        slug=slug,
        name=clean_name(asked.name),
        session_key=cookies.get(settings.SESSION_COOKIE_NAME),
        invitation=asked.invitation or None,
        device=named if re.fullmatch(r"[A-Za-z0-9_-]{16,64}", named) else "",
        take_back=UUID(asked.take_back) if asked.take_back else None,
    )


_LOOPBACK: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")


def same_origin(scope: http.Scope, origins: frozenset[str]) -> bool:
    """Whether the request comes from our own pages, or from no page at all (no Origin header).

    Browsers send `Origin` with every POST and every WebSocket handshake, so another site cannot leave it out.
    That it agrees with `Host` says nothing: a site may have its own name point here (DNS rebinding). Names of
    this machine itself are nobody's.
    """
    origin = http.header(scope, b"origin")
    if not origin or origin in origins:
        return True
    host = http.header(scope, b"host")
    return origin.split("://", 1)[-1] == host and _LOOPBACK.fullmatch(host) is not None


async def respond_problem(scope: http.Scope, send: http.Send, problem: Problem) -> None:
    """Send a problem as `application/problem+json`, or as a page to whoever prefers one, in the language
    they like best of those there are for it."""
    wanted = chosen(http.header(scope, b"accept-language"))
    spoken = wanted if told.is_spoken(problem) else language("en")
    headers = [("content-language", spoken.tag), ("vary", "accept, accept-language")]
    if problem.retry_after is not None:
        headers.append(("retry-after", str(problem.retry_after)))
    if problem.links:
        headers.append(("link", ", ".join(f'<{target}>; rel="{rel}"' for rel, target in problem.links)))
    if problem.status == 405:
        headers.append(("allow", "POST"))
    if http.wants_html(scope):
        page = told.page(problem, spoken)
        await http.respond(send, problem.status, page.encode(), "text/html; charset=utf-8", headers)
        return
    content = json.dumps(told.document(problem, spoken)).encode()
    await http.respond(send, problem.status, content, "application/problem+json", headers)
