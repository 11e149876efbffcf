"""The ASGI application of a web process. Owns the start and the stop of the gate's loops and
the public log's."""

import gc
import os
from typing import Any, cast

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick.config.settings")
django.setup(set_prefix=False)

import structlog  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.handlers.asgi import ASGIHandler  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from bailiwick.config import wiring  # noqa: E402
from bailiwick.config.bodies import Bodies, staff_alone  # noqa: E402
from bailiwick.config.https_only import https_only  # noqa: E402
from bailiwick.config.log_loops import LogLoops  # noqa: E402
from bailiwick.gate import running  # noqa: E402
from bailiwick.gate.gate import Gate  # noqa: E402
from bailiwick.geo.locator import Locator  # noqa: E402
from bailiwick.live import http  # noqa: E402
from bailiwick.live.app import App, Live  # noqa: E402
from bailiwick.media.janus.adapter import JanusMedia  # noqa: E402
from bailiwick.media.janus.several import SeveralJanus  # noqa: E402
from bailiwick.media.port import MediaServer  # noqa: E402

log = structlog.get_logger()


class Application:
    """Starts media client and gate with the server's lifespan, then serves."""

    def __init__(self, django_app: App) -> None:
        self._django = django_app
        self._https = settings.PUBLIC_URL.startswith("https://")
        self._live: Live | None = None
        self._gate: Gate | None = None
        self._media: JanusMedia | SeveralJanus | None = None
        self._log: LogLoops | None = None

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif self._live is None:
            raise RuntimeError("the server must run the lifespan protocol (uvicorn --lifespan on)")
        else:
            await self._live(scope, receive, https_only(send) if self._https else send)

    def build(self, media: MediaServer, where: Locator, log: wiring.OwnLog) -> Gate:
        """The gate; tests replace parts of it."""
        return wiring.gate(media, where, log)

    async def start(self) -> None:
        """Bring everything up, in the order it depends on each other."""
        self._media = wiring.janus()
        self._media.start()
        where = wiring.locator()
        own_log = wiring.own_log()
        self._log = wiring.log_loops(own_log)
        await self._log.start()
        await wiring.log_looked_at(self._log)
        self._gate = self.build(self._media, where, own_log)
        await self._gate.start()
        running.install(self._gate)
        self._live = wiring.live(self._gate, where, self._django)
        log.info("web_process_started", table=where.fault or "ok")

    async def stop(self) -> None:
        """Take everything down again; media flows on."""
        if self._log is not None:
            await self._log.stop()
        if self._gate is not None:
            running.remove(self._gate)
            await self._gate.stop()
        if self._media is not None:
            await self._media.close()
        log.info("web_process_stopped")

    async def _lifespan(self, receive: http.Receive, send: http.Send) -> None:
        await receive()
        try:
            await self.start()
        except Exception as error:
            # the text may quote settings: its class says enough to look
            await send({"type": "lifespan.startup.failed", "message": _reason(error)})
            raise
        leave_out_of_collections()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})


def leave_out_of_collections() -> None:
    """What start made lives as long as the process. Looking through it again and again would stop everything,
    an eject too, for some 60 ms each time."""
    get_resolver().url_patterns  # noqa: B018 (what the first request would import belongs to it)
    gc.collect()
    gc.freeze()


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {getattr(error, 'code', 'see the log')}"


def django_application() -> Any:
    """Django's own handler, which answers everything else; whole bodies are handed to it, and none on the
    disk."""
    return Bodies(cast("App", ASGIHandler()), staff_alone)


application = Application(django_application())
