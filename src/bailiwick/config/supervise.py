"""The parent of the media server and of the web processes.

Nothing here holds a participant's connection, so whatever happens to a web process, media flows on; and
whatever happens to the media server, the web processes bring everyone back. If the parent itself is killed,
the kernel ends the children: nobody goes on serving unwatched.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from bailiwick.config import mediaserver
from bailiwick.config.kept import Kept, Program, dying_with_parent
from bailiwick.config.listening import Listening
from bailiwick.config.output import Output
from bailiwick.media.janus.adapter import JanusMedia
from bailiwick.media.janus.process import command, render
from bailiwick.media.port import Health

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 0.2
WATCH_SECONDS: Final = 2.0
GRACE_SECONDS: Final = 10.0
"""How long a media server may take to start before its silence counts."""
SILENCES: Final = 2
"""So many requests in a row unanswered (2 s each), and a media server is taken to hang."""
HOPELESS: Final = 3
"""A process that has ended so often before the server was ever ready will not get better."""
STOPPING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Supervisor:
    """All processes of one server.

    `settings`: as `environ.read` gives them. `later`: programs to be kept running once the server is ready.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        listening: Listening,
        output: Output,
        *,
        later: Sequence[Program] = (),
    ) -> None:
        self._settings = settings
        self._listening = listening
        self._output = output
        self._later = later
        self._environ = dict(os.environ)
        self._media: list[Kept] = []
        self._web: list[Kept] = []
        self._extra: list[Kept] = []
        self._watching: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    async def run(self, greeting: str) -> int:
        """Serve until told to stop; the exit code. `greeting` is printed when a meeting could be joined."""
        for number in STOPPING:
            asyncio.get_running_loop().add_signal_handler(number, self._told_to_stop)
        try:
            self._start()
            if not await self._ready():
                return 1
            if not self._stopping.is_set():
                print(greeting, flush=True)
                self._extra = [self._kept(program) for program in self._later]
            await self._told_or_broken()
        finally:
            await self._end()
        return 0

    def _start(self) -> None:
        if not self._settings["JANUS_URL"]:
            self._start_media()
        web = [sys.executable, "-m", "bailiwick.config.serving", "--socket"]
        descriptor = self._listening.socket.fileno()
        for number in range(1, self._settings["PROCESSES"] + 1):
            argv = dying_with_parent([*web, str(descriptor)])
            program = Program(f"web {number}", argv, self._environ, sockets=(descriptor,), raw_output=True)
            self._web.append(self._kept(program))

    def _start_media(self) -> None:
        place = mediaserver.free_place()
        self._environ |= place.environ
        folder = mediaserver.configuration_folder(self._settings["DATA"])
        render(mediaserver.janus_settings(self._settings, place), folder)
        # Not our environment: secrets stand in it, and the media server is the least trusted of us all.
        plain = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
        media = self._kept(Program("media", command(folder), plain, stop_seconds=5))
        self._media.append(media)
        self._watching.append(asyncio.create_task(self._watch(media, place)))

    def _kept(self, program: Program) -> Kept:
        kept = Kept(program, self._output.write)
        kept.start()
        return kept

    async def _watch(self, media: Kept, place: mediaserver.Place) -> None:
        """End a media server that hangs: it accepts connections, and answers nothing."""
        urls = place.environ
        secrets = mediaserver.secrets(self._settings)
        probe = JanusMedia(urls["BAILIWICK_JANUS_URL"], urls["BAILIWICK_JANUS_ADMIN_URL"], secrets)
        probe.start()
        try:
            await self._replace_when_silent(media, probe)
        finally:
            await probe.close()

    async def _replace_when_silent(self, media: Kept, probe: JanusMedia) -> None:
        silences = 0
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            silent = media.age > GRACE_SECONDS and await probe.health() is Health.NONE
            silences = silences + 1 if silent else 0
            if silences >= SILENCES:
                log.error("media_server_hangs", pid=media.pid)
                media.kill()
                silences = 0

    async def _ready(self) -> bool:
        """Wait until a meeting could be joined, or we are told to stop; False: there is no hope."""
        while not self._stopping.is_set() and not await self._listening.healthy():
            for process in (*self._media, *self._web):
                if process.quick_ends >= HOPELESS:
                    log.error("process_does_not_start", process=process.name)
                    return False
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), LOOK_SECONDS)
        return True

    async def _told_or_broken(self) -> None:
        """Until told to stop; a fault in our own watching ends the server rather than leave it unwatched."""
        told = asyncio.create_task(self._stopping.wait())
        done, _ = await asyncio.wait({told, *self._watching}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    def _told_to_stop(self) -> None:
        """The first signal drains; the second one does not wait."""
        if self._stopping.is_set():
            for process in (*self._extra, *self._web, *self._media):
                process.kill()
        self._stopping.set()

    async def _end(self) -> None:
        """Those that need others first: media goes on until the last web process has said goodbye."""
        log.info("stopping")
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        for group in (self._extra, self._web, self._media):
            await asyncio.gather(*(process.stop() for process in group))
        self._output.close()
