"""Fetching what will be asked for a little before it is, so that a far server costs no round trip a file."""

from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from types import TracebackType
from typing import Final, Self

from bailiwick.monitor.source import Source
from bailiwick.tlog.tiles import HEIGHT, WIDTH, Resource, Tile, bundles_of, tiles_of

WORKERS: Final = 4
"""Modest: the log's server is somebody's, and most of the time goes into hashing."""


class Ahead:
    """A `fetch` with a plan: paths in the order in which they will be asked for, each once.

    A path that is not in the plan is fetched when it is asked for. What was fetched in vain (a partial tile
    that is gone) raises when it is asked for, as it would have.
    """

    def __init__(self, source: Source, plan: Iterator[str]) -> None:
        self._source = source
        self._plan = plan
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="fetch")
        self._coming: OrderedDict[str, Future[bytes]] = OrderedDict()

    def __enter__(self) -> Self:
        self._fill()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for nobody: after an error, what is under way is cut off."""
        if kind is not None:
            self._source.abandon()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def fetch(self, path: str) -> bytes:
        """The bytes at a path; whatever the source raises."""
        coming = self._coming.pop(path, None)
        self._fill()
        return self._source.fetch(path) if coming is None else coming.result()

    def _fill(self) -> None:
        for path in islice(self._plan, self._source.depth - len(self._coming)):
            self._coming[path] = self._pool.submit(self._source.fetch, path)


def reading_order(size: int) -> Iterator[Resource]:
    """All of a log in the order in which `tlog.reading.check_log` reads it."""
    for bundle in bundles_of(size):
        yield bundle
        yield from _completed_by(bundle.index, bundle.width)
    yield from (tile for tile in tiles_of(size) if tile.width < WIDTH)


def _completed_by(index: int, width: int) -> Iterator[Tile]:
    """The full tiles that a bundle's last entry completes."""
    level, whole = 0, width == WIDTH
    while whole:
        yield Tile(level, index)
        level, whole, index = level + 1, (index + 1) % WIDTH == 0, index >> HEIGHT
