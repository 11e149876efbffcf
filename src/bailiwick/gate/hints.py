"""Messages between nodes over the channel layer: hints, chat, dry runs. All of it may be lost without harm
but a chat line: what must happen follows from the rows (`node`)."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import structlog
from channels.layers import BaseChannelLayer

log = structlog.get_logger()
_GROUP: Final = "bailiwick.nodes"
_RETRY_SECONDS: Final = 1.0
_SEND_SECONDS: Final = 2.0

Handler = Callable[[dict[str, Any]], None]


class Hints:
    """This node's place in the group of all nodes. `heard`: of another one, whatever it says."""

    def __init__(
        self,
        layer: BaseChannelLayer,
        node_id: UUID,
        handlers: dict[str, Handler],
        heard: Callable[[UUID], None],
    ) -> None:
        self._layer = layer
        self._sender = node_id.hex
        self._handlers = handlers
        self._heard = heard
        self._sending: set[asyncio.Task[bool]] = set()

    async def run(self) -> None:
        """Receive until cancelled; a layer that is down is tried again, the poll carries on meanwhile."""
        while True:
            try:
                await self._receive()
            except Exception as error:  # noqa: BLE001 (each layer raises its own; only hints are lost)
                log.warning("hints_unavailable", cause=type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _receive(self) -> None:
        channel = await self._layer.new_channel()
        await self._layer.group_add(_GROUP, channel)
        try:
            while True:
                message = await self._layer.receive(channel)
                if message["sender"] != self._sender:
                    self._heard(UUID(message["sender"]))
                    self._handlers[message["type"]](message)
        finally:
            await self._layer.group_discard(_GROUP, channel)

    def send(self, kind: str, **content: Any) -> None:
        """Tell the other nodes, in the background."""
        task = asyncio.create_task(self._send(self._message(kind, content)))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def sent(self, kind: str, **content: Any) -> bool:
        """Tell the other nodes; whether that went out."""
        return await self._send(self._message(kind, content))

    def _message(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        return {"type": kind, "sender": self._sender, **content}

    async def _send(self, message: dict[str, Any]) -> bool:
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                await self._layer.group_send(_GROUP, message)
        except Exception as error:  # noqa: BLE001 (as above)
            log.warning("hint_not_sent", cause=type(error).__name__)
            return False
        return True


def new_question() -> str:
    """Names a question to the other nodes, so that late answers to another one are not counted."""
    return uuid.uuid4().hex
