"""What somebody should look at: alarms that follow from the state of things, looked at now and then."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from bailiwick.geo import status
from bailiwick.geo.locator import Locator
from bailiwick.geo.table import STALE_AFTER_DAYS
from bailiwick.media.port import Health, MediaServer

INTERVAL_SECONDS: Final = 15.0


class Watch:
    """Notes what is wrong; `alarms` empties the notes. On the event loop."""

    def __init__(
        self,
        locator: Locator,
        media: MediaServer,
        clock: Callable[[], datetime],
        stale_after_days: float = STALE_AFTER_DAYS,
    ) -> None:
        self._locator = locator
        self._media = media
        self._clock = clock
        self._stale_after_days = stale_after_days
        self._unresolved = False

    def unresolved_chain(self) -> None:
        """Somebody's address could not be told: a proxy is misconfigured (undetermined, and an alarm)."""
        self._unresolved = True

    async def alarms(self) -> list[str]:
        """The codes of what is wrong now."""
        found = [*self._location()]
        if self._unresolved:
            found.append("proxy_chain")
            self._unresolved = False
        if await self._media.health() is not Health.ALL:
            found.append("media_down")
        return found

    def _location(self) -> Iterator[str]:
        if self._locator.fault is not None:
            yield "location_unavailable"
        info = self._locator.info
        if info is None:
            return
        codes = status.alarms(info.sources, self._clock().timestamp(), self._stale_after_days)
        if any(code.startswith("source_stale") or code == "too_few_sources" for code in codes):
            yield "location_stale"
        elif codes:
            yield "location_old"
