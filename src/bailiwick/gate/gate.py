"""The gate of one node: the one place that admits and ejects."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

import structlog
from channels.layers import BaseChannelLayer

from bailiwick.geo.address import ClientAddress
from bailiwick.geo.locator import Locator
from bailiwick.geo.table import STALE_AFTER_DAYS
from bailiwick.media.port import Health, MediaServer, Rooms
from bailiwick.meetings import events, nodes, presences
from bailiwick.rules.access import AccessRule
from bailiwick.rules.location import Location

from . import acts, dry_runs
from .bands import DryRun
from .chores import chores
from .company import Company
from .door import Door, Entry, Knock, Opened
from .dry_runs import DryRuns
from .eject import Case, Ejector
from .ending import Ending, EndReason
from .errors import NotEverywhere, Unavailable, where_raised
from .hints import Hints
from .hop import lanes
from .joining import Joined, taken
from .line import Chat, Held, Line
from .media_keeper import MediaKeeper
from .node import Node
from .proofs import Proofs
from .sweep import Sweep
from .watch import INTERVAL_SECONDS, Watch

log = structlog.get_logger()
_BEAT_SECONDS: Final = 1.0
T = TypeVar("T")


class Gate:
    """Starts and stops with its process; everything that enters or leaves a meeting passes here."""

    def __init__(
        self,
        *,
        media: MediaServer,
        locator: Locator,
        layer: BaseChannelLayer,
        device_key: bytes,
        clock: Callable[[], datetime],
        alarm: Callable[[str], None],
        watch_seconds: float = INTERVAL_SECONDS,
        stale_after_days: float = STALE_AFTER_DAYS,
        ejector: type[Ejector] = Ejector,
        door: Door | None = None,
        proofs: Proofs | None = None,
    ) -> None:
        self._media = media
        self._locator = locator
        self._clock = clock
        self._alarm = alarm
        self._watch_seconds = watch_seconds
        self._door = door or Door(clock, device_key, proofs=proofs)
        self._lanes = lanes()
        self._hop, self._background = self._lanes.gate, self._lanes.background
        node_id = uuid4()
        self._company = Company(lambda: self._hints.send("here"))
        handlers = {
            "hint": self._hinted,
            "chat": self._chatted,
            "count": self._counted,
            "counted": self._told,
        }
        here = {"here": lambda _: None}
        self._hints = Hints(layer, node_id, handlers | here, self._company.hear)
        self._ejector = ejector(self._hop, media, clock, self._trouble)
        self._keeper = MediaKeeper(
            media, self._lanes.room, is_current=self._is_active, changed=self.changed, gone=self._session_gone
        )
        self._node = Node(
            node_id,
            door=self._door,
            hop=self._hop,
            ejector=self._ejector,
            keeper=self._keeper,
            locator=locator,
            clock=clock,
        )
        self._sweep = Sweep(self._node, self._background, media, self._keeper, clock)
        self._watch = Watch(locator, media, clock, stale_after_days)
        self._tasks: list[asyncio.Task[None]] = []
        self._background_tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._dry_runs = DryRuns(self._node.of_meeting, self._others, self._hints.send, device_key)

    # ------------------------------------------------------------ start and stop

    async def start(self) -> None:
        """Register this node and begin to reconcile and sweep.

        Raises:
            Unavailable: the database does not answer.
        """
        self._loop = asyncio.get_running_loop()
        if self._door.proofs is not None:
            await self._background.run(self._door.proofs.begin)
        await self._node.register()
        self._media.on_lost(self._media_lost)
        self._unlisten = events.listen(self._changed_by_somebody)
        self._tasks = [
            asyncio.create_task(self._forever("reconcile", self._node.step)),
            asyncio.create_task(self._forever("lease", self._beat)),
            asyncio.create_task(self._forever("sweep", self._swept)),
            asyncio.create_task(self._forever("watch", self._watched)),
            asyncio.create_task(self._forever("proofs", self._proven)),
            asyncio.create_task(self._hints.run()),
        ]

    async def stop(self) -> None:
        """Hand everything over: lines close so that they resume elsewhere, media flows on."""
        self._unlisten()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._background_tasks, return_exceptions=True)
        self._node.drop_all()
        await self._ejector.drain()
        await self._keeper.stop()
        try:
            await self._hop.run(nodes.retire, self._node.id, self._clock())
        except Unavailable as error:
            log.warning("lease_not_retired", cause=error.detail)
        self._lanes.close()

    async def _forever(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        """A loop of the gate must not die: whatever goes wrong is logged, raised as an alarm, tried again."""
        while True:
            try:
                await step()
            except Exception as error:  # noqa: BLE001 (the guarantee of one second rests on this loop)
                code = getattr(error, "code", type(error).__name__)
                log.error("gate_loop_failed", loop=name, code=code, where=where_raised(error))
                # not waited for: the database may be what fails, and it may hang
                self._spawn(self._raise_alarm(f"gate_{name}_failed"))
                await asyncio.sleep(_BEAT_SECONDS)

    async def _raise_alarm(self, code: str) -> None:
        try:
            await self._background.run(self._alarm, code)
        except Unavailable as error:
            log.error("alarm_not_recorded", alarm=code, cause=error.detail)

    async def _beat(self) -> None:
        await self._node.renew_lease()
        await asyncio.sleep(_BEAT_SECONDS)

    async def _swept(self) -> None:
        await self._sweep.once()
        await asyncio.sleep(_BEAT_SECONDS)

    async def _proven(self) -> None:
        """Proofs come, and the log goes on or does not: not on the hop that people at the door wait for."""
        proofs = self._door.proofs
        try:
            if proofs is not None and await self._background.run(proofs.follow):
                await self._node.examine_all()
        finally:
            # last, but always: neither may keep the other from being done
            await self._background.run(chores, self._clock())
        await asyncio.sleep(_BEAT_SECONDS)

    async def _watched(self) -> None:
        await asyncio.sleep(self._watch_seconds)
        self._company.look(await self._background.run(nodes.others, self._node.id, self._clock()))
        apart = ["nodes_apart"] if self._company.apart else []
        for code in [*await self._watch.alarms(), *apart]:
            await self._raise_alarm(code)

    async def ready(self) -> bool:
        """Whether a meeting could be joined: database and media server answer."""
        try:
            await self._lanes.look.run(nodes.others, self._node.id, self._clock())
        except Unavailable:
            return False
        return await self._media.health() is not Health.NONE

    # ------------------------------------------------------------ coming in

    async def knock(self, knock: Knock, address: ClientAddress | None) -> Opened | Ending:
        """Ask at the door. Raises Unavailable: nothing is admitted on guesswork."""
        opened = await self._lanes.door.run(self._door.knock, knock, self._locate(address))
        if isinstance(opened, Opened) and not opened.lobby and not opened.taken_back:
            self._keeper.expect(opened.meeting_id)
        return opened

    async def enter(self, grant: str, address: ClientAddress | None) -> Joined | Ending:
        """Use a grant up; decided again where this connection comes from."""
        location = self._locate(address)
        entry = await self._lanes.room.run(self._door.enter, grant, location, self._node.id)
        return taken(entry, address) if isinstance(entry, Entry) else entry

    async def resume(
        self, token: str, address: ClientAddress | None, *, heard: int | None = None
    ) -> Joined | Ending:
        """Take a presence over; decided again where this connection comes from. `heard`: how many mutes were
        told; None: that is not known."""
        location = self._locate(address)
        entry = await self._lanes.room.run(self._door.resume, token, location, self._node.id)
        if isinstance(entry, Entry):
            unheard = not entry.microphone_on if heard is None else entry.mutes > heard
            return replace(taken(entry, address), muted=entry.mutes > 0 and unheard)
        return entry

    def _locate(self, address: ClientAddress | None) -> Location:
        if address is None:
            self._watch.unresolved_chain()
        return self._locator.locate(address)

    async def attach(self, joined: Joined, line: Line) -> None:
        """Begin to speak through `line`: the room's view, and all that follows."""
        held = joined.held
        held.line = line
        if joined.muted:
            # before the welcome: their own "microphone on", said anew at it, would undo what the host did
            line.muted(held.mutes)
        if held.generation > 1 and not held.waiting and not held.media_ref:
            # resumed after the media was destroyed: what the client still has of it is void
            line.media(None)
        await self._node.hold(held)
        self.changed(held.meeting_id)

    async def let_go(self, held: Held, *, closed: bool = False) -> None:
        """The connection is lost; `closed`: the browser said that it goes. Raises Unavailable: the sweep sees
        that nobody holds the presence."""
        await self._node.let_go(held, closed=closed)

    async def leave(self, held: Held, *, end: bool = False, hand_over: UUID | None = None) -> None:
        """Leave on purpose. Raises NotAllowed, NoSuchParticipant."""
        await self._hop.run(acts.leave, held.presence_id, self._clock(), end=end, hand_over=hand_over)
        # a task of the gate's own: the connection that asked is closed by this and cancels its own work
        await asyncio.shield(self._spawn(self._finish_leaving(held)))

    async def _finish_leaving(self, held: Held) -> None:
        self._node.forget(held)
        await self._ejector.finish([Case(held, Ending(EndReason.LEFT))])
        self.changed(held.meeting_id)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._background_tasks.add(task)
        task.add_done_callback(self._background_tasks.discard)
        return task

    # ------------------------------------------------------------ inside

    def now(self) -> datetime:
        """The gate's clock."""
        return self._clock()

    async def act(self, held: Held, act: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Carry out one of `acts` on behalf of whoever holds this presence; what it says of it."""
        said = await self._hop.run(act, held.presence_id, *args, **kwargs)
        self.changed(held.meeting_id)
        return said

    async def change(self, held: Held, **fields: Any) -> None:
        """What others see of oneself: microphone_on, camera_on, hand_raised_at."""
        if fields.get("microphone_on"):
            await self._keeper.unmute(held)
        await self._lanes.room.run(presences.change, held.presence_id, **fields)
        self.changed(held.meeting_id)

    async def chat(self, held: Held, text: str) -> None:
        """Text to everybody inside. Raises NotEverywhere, Unavailable: those elsewhere do not have it."""
        view = self._node.view(held.meeting_id)
        sender = view.participants.get(held.presence_id.hex) if view else None
        if sender is None:
            return
        chat = Chat(sender.id, sender.name, text, int(self._clock().timestamp() * 1000))
        self._node.chat(held.meeting_id, chat)
        words = [chat.sender, chat.name, chat.text, chat.at]
        # of all that nodes tell each other only this follows from no row: losing it is not made up for
        sent = await self._hints.sent("chat", meeting=held.meeting_id.hex, chat=words)
        if not (await self._all_heard(held.meeting_id) if sent else await self._others() == 0):
            raise NotEverywhere("those connected elsewhere did not get this")

    async def _all_heard(self, meeting_id: UUID) -> bool:
        apart = self._company.apart
        return not apart or not await self._hop.run(nodes.hold_any, meeting_id, apart)

    # ------------------------------------------------------------ changes, from here and elsewhere

    def changed(self, meeting_id: UUID) -> None:
        """Something about a meeting changed: look now, and let the other nodes look. On the event loop."""
        self._node.hint(meeting_id)
        self._hints.send("hint", meeting=meeting_id.hex)

    def _changed_by_somebody(self, meeting_id: UUID) -> None:
        """From any thread, after a commit."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.changed, meeting_id)

    def _hinted(self, message: dict[str, Any]) -> None:
        self._node.hint(UUID(message["meeting"]))

    def _chatted(self, message: dict[str, Any]) -> None:
        self._node.chat(UUID(message["meeting"]), Chat(*message["chat"]))

    def _is_active(self, held: Held) -> bool:
        return self._node.is_active(held)

    def _trouble(self, code: str, cases: Any) -> None:
        self._node.trouble(code, cases)
        self._spawn(self._raise_alarm(code))

    def _media_lost(self, rooms: Rooms) -> None:
        self._spawn(self._rejoin(rooms))

    async def _rejoin(self, rooms: Rooms) -> None:
        """A media server restarted: everybody is decided on again, and only then gets a session."""
        log.warning("media_server_lost")
        await self._decided_again(self._node.examine_all())
        self._keeper.lost([held for held in self._node.held.values() if self._is_active(held)], rooms)

    def _session_gone(self, held: Held) -> None:
        self._spawn(self._reopen(held))

    async def _reopen(self, held: Held) -> None:
        """One session ended without our doing: the same for one."""
        await self._decided_again(self._node.examine(held.meeting_id, again=True))
        if self._is_active(held):
            self._keeper.keep(held)

    async def _decided_again(self, deciding: Coroutine[Any, Any, None]) -> None:
        try:
            await deciding
        except Unavailable as error:
            # decided within a second by the poll; a session that cannot be recorded is no way past that
            log.warning("rejoin_undecided", cause=error.detail)

    # ------------------------------------------------------------ dry run

    def dry_run(self, meeting_id: UUID, rule: AccessRule | None) -> DryRun:
        """What a rule would do now, in bands. From a thread of Django's.

        Raises:
            TooFewPresent, TooManyDryRuns, Unavailable.
        """
        if self._loop is None:
            raise Unavailable("stopped")
        asking = asyncio.run_coroutine_threadsafe(self._dry_runs.run(meeting_id, rule), self._loop)
        return asking.result(timeout=2 * dry_runs.SECONDS)

    def _counted(self, message: dict[str, Any]) -> None:
        self._dry_runs.asked(message)

    def _told(self, message: dict[str, Any]) -> None:
        self._dry_runs.told(message)

    async def _others(self) -> int:
        return len(await self._hop.run(nodes.others, self._node.id, self._clock()))

    # ------------------------------------------------------------ figures

    def figures(self) -> dict[str, int]:
        """Numbers for metrics: nothing in them tells of places or people."""
        held = self._node.held.values()
        return {
            "presences": sum(1 for one in held if not one.waiting),
            "waiting": sum(1 for one in held if one.waiting),
            "meetings": len({one.meeting_id for one in held}),
        }
