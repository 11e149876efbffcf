"""Asking all nodes what a rule would do to those inside."""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final
from uuid import UUID

from bailiwick.meetings import access
from bailiwick.meetings.models import HostRule
from bailiwick.rules.access import AccessRule

from .bands import Allowance, Counts, DryRun, banded, count
from .errors import Unavailable
from .hints import new_question
from .line import Held

SECONDS: Final = 1.5


class DryRuns:
    """This node's dry runs, and its part in those of others. On the event loop.

    `inside`: whom this node holds in a meeting. `others`: how many other nodes there are. `send`: to them.
    `key`: a secret that all nodes share, and nobody who only listens to what they send each other.
    """

    def __init__(
        self,
        inside: Callable[[UUID], Iterable[Held]],
        others: Callable[[], Awaitable[int]],
        send: Callable[..., None],
        key: bytes,
    ) -> None:
        self._inside = inside
        self._others = others
        self._send = send
        self._key = key
        self._allowance = Allowance()
        self._answers: dict[str, tuple[Counts, int]] = {}

    async def run(self, meeting_id: UUID, rule: AccessRule | None) -> DryRun:
        """What a rule would do now, in bands.

        Raises:
            TooFewPresent, TooManyDryRuns, Unavailable.
        """
        self._allowance.take(meeting_id, time.monotonic())
        question = new_question()
        total = self._count(meeting_id, rule, question)
        others = await self._others()
        if others:
            total += await self._elsewhere(meeting_id, rule, others, question)
        return banded(total)

    async def _elsewhere(
        self, meeting_id: UUID, rule: AccessRule | None, others: int, question: str
    ) -> Counts:
        self._answers[question] = (Counts(), 0)
        self._send("count", question=question, meeting=meeting_id.hex, rule=_fields(rule))
        deadline = time.monotonic() + SECONDS
        while self._answers[question][1] < others and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        total, answered = self._answers.pop(question)
        if answered < others:
            raise Unavailable("not every node answered")
        return total

    def _count(self, meeting_id: UUID, rule: AccessRule | None, question: str) -> Counts:
        inside = (held for held in self._inside(meeting_id) if not held.waiting and not held.person.exempt)
        key = hmac.digest(self._key, b"dry run " + question.encode("ascii"), "sha256")
        return count(rule, [(held.location, held.address) for held in inside], key)

    def asked(self, message: dict[str, Any]) -> None:
        """Another node asks. That counts here as well: whose turn a request is must not multiply them."""
        meeting_id, fields = UUID(message["meeting"]), message["rule"]
        self._allowance.note(meeting_id, time.monotonic())
        question = message["question"]
        counts = self._count(meeting_id, access.host_rule(HostRule(**fields)) if fields else None, question)
        answer = [counts.stay, counts.go, counts.undetermined]
        self._send("counted", question=question, counts=answer, networks=sorted(counts.networks))

    def told(self, message: dict[str, Any]) -> None:
        """Another node answers."""
        waiting = self._answers.get(message["question"])
        if waiting is not None:
            stay, go, undetermined = message["counts"]
            theirs = Counts(stay, go, undetermined, frozenset(message["networks"]))
            self._answers[message["question"]] = (waiting[0] + theirs, waiting[1] + 1)


def _fields(rule: AccessRule | None) -> dict[str, Any] | None:
    return dict(access.fields_of(rule)) if rule is not None else None
