"""A web process that kills itself (SIGKILL) at one step of an eject: `CRASH_AT` names it. Uvicorn serves
`tests.doubles.crashing_web:application`; everything but the crash is the product's own."""

import os
import signal
from collections.abc import Sequence

from bailiwick.config import asgi, wiring
from bailiwick.gate.eject import Case, Ejector
from bailiwick.gate.gate import Gate
from bailiwick.geo.locator import Locator
from bailiwick.media.janus.adapter import JanusMedia


def _reached(step: str) -> None:
    if os.environ.get("CRASH_AT") == step:
        os.kill(os.getpid(), signal.SIGKILL)


class CrashingEjector(Ejector):
    """Dies after the step."""

    async def mark(self, cases: Sequence[Case]) -> list[Case]:
        _reached("decided")
        marked = await super().mark(cases)
        _reached("marked")
        return marked

    async def silence(self, cases: Sequence[Case]) -> None:
        await super().silence(cases)
        _reached("silenced")

    async def tell(self, cases: Sequence[Case]) -> None:
        await super().tell(cases)
        _reached("told")

    async def destroy(self, cases: Sequence[Case]) -> bool:
        done = await super().destroy(cases)
        _reached("destroyed")
        return done

    async def record(self, cases: Sequence[Case]) -> None:
        await super().record(cases)
        _reached("recorded")


class CrashingApplication(asgi.Application):
    """The product's application with that ejector."""

    def build(self, media: JanusMedia, where: Locator, log: wiring.OwnLog) -> Gate:
        return wiring.gate(media, where, log, CrashingEjector)


application = CrashingApplication(asgi.django_application())
