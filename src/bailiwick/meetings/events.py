"""What the gate must hear of: a meeting's rows changed in a way that may reach people inside.

Only a hint (the gate polls anyway), sent after commit, never before. The gate registers its listener at
start; without one (a management command) the poll alone finds the change.
"""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

Listener = Callable[[UUID], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Call `listener` with a meeting's id after each change; returns what ends that."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def announce(meeting_id: UUID) -> None:
    """After the caller's transaction commits, tell all listeners that the meeting changed."""

    def tell() -> None:
        for listener in tuple(_listeners):
            listener(meeting_id)

    transaction.on_commit(tell)
