"""The one way from asynchronous code into the database: an executor of our own, one hop a message."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, connections

from .errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


class Hop:
    """Runs synchronous database work on threads that keep their connections."""

    def __init__(self, name: str, threads: int = 1) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in the executor.

        Raises:
            Unavailable: the database did not answer; the connection is made anew next time.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: _guarded(lambda: work(*args, **kwargs)))

    def close(self) -> None:
        """Close the threads' connections and end the threads."""
        for _ in range(self._executor._max_workers):  # noqa: SLF001 (each thread closes its own)
            self._executor.submit(connections.close_all)
        self._executor.shutdown(wait=True)


def _guarded(work: Callable[[], T]) -> T:
    try:
        return work()
    except (DatabaseError, InterfaceError) as error:
        connections.close_all()
        # the error's own text may quote a row: only its class goes on
        raise Unavailable(type(error).__name__) from None
