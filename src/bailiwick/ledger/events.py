"""That something is waiting to be logged: told within this process after commit. Only a hint, never needed:
the loops look every second anyway."""

from collections.abc import Callable

from django.db import transaction

Listener = Callable[[], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Call `listener` after each append of this process; returns what ends that. It must not block."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def announce() -> None:
    """After the caller's transaction commits, tell all listeners."""

    def tell() -> None:
        for listener in tuple(_listeners):
            listener()

    transaction.on_commit(tell)
