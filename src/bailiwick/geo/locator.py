"""The table a process uses, replaced in one step; whatever goes wrong with it, everybody is undetermined."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Final

from bailiwick.geo.address import ClientAddress
from bailiwick.geo.errors import GeoError
from bailiwick.geo.overrides import Overrides
from bailiwick.geo.table import STALE_AFTER_DAYS, Clock, Table, TableInfo
from bailiwick.rules.location import Location, Undetermined, undetermined

LookUp = Callable[[ClientAddress | None], Location]
_Stamp = tuple[int, int, int] | None


class Locator:
    """Holds the table at `path` and answers from it. Creating, locating and reloading never raise.

    What it answers follows from the files alone, not from what was there before: a table that becomes
    unreadable makes everybody undetermined at the next `reload`, as after a restart. `fault` says why
    nothing can be located: None, `table_missing`, `table_corrupt`, `table_version`, `table_not_active`, or
    an override's code.
    """

    def __init__(
        self,
        path: Path,
        *,
        overrides: Path | None = None,
        stale_after_days: float = STALE_AFTER_DAYS,
        clock: Clock = time.time,
    ) -> None:
        self._path: Final = path
        self._overrides: Final = overrides
        self._stale_after_days: Final = stale_after_days
        self._clock: Final = clock
        self._lock: Final = Lock()  # reload and require; look-ups take none
        self._required: str | None = None
        self._table: Table | None = None
        self._load_fault: str | None = "table_missing"
        self._stamps: tuple[_Stamp, _Stamp] | None = None
        self._look_up: LookUp = self._choose()
        self.reload()

    def locate(self, address: ClientAddress | None) -> Location:
        """The location by the table in use; never raises."""
        return self._look_up(address)

    @property
    def table_hash(self) -> str | None:
        """Hash of the table this process holds, active or not; None without one."""
        return None if self._table is None else self._table.hash

    @property
    def info(self) -> TableInfo | None:
        """What the table held was made of."""
        return None if self._table is None else self._table.info

    @property
    def table(self) -> Table | None:
        """The table held, for drawing samples and statistics; decisions go through `locate`."""
        return self._table

    @property
    def fault(self) -> str | None:
        """Stable code of what makes everybody undetermined; None if people can be located."""
        if self._load_fault is not None:
            return self._load_fault
        return "table_not_active" if self._is_other() else None

    def reload(self) -> bool:
        """Read the files again if they were replaced. True if what is answered changed: another table, or a
        fault that came or went. Cheap when nothing happened, so it can be polled."""
        with self._lock:
            stamps = (_stamp(self._path), _stamp(self._overrides))
            if stamps == self._stamps:
                return False
            before = (self.table_hash, self._load_fault)
            self._table, self._load_fault = self._load()
            self._stamps = stamps
            self._look_up = self._choose()
            return before != (self.table_hash, self._load_fault)

    def require(self, table_hash: str | None) -> None:
        """Name the active table. While ours is another one, everybody is undetermined (NOT_ACTIVE). None: no
        table has been made active, ours will do."""
        with self._lock:
            self._required = table_hash
            self._look_up = self._choose()

    def _load(self) -> tuple[Table | None, str | None]:
        try:
            table = Table.open(
                self._path,
                overrides=Overrides.read(self._overrides),
                stale_after_days=self._stale_after_days,
                clock=self._clock,
            )
        except GeoError as error:
            return None, error.code
        return table, None

    def _is_other(self) -> bool:
        return self._required is not None and self._required != self.table_hash

    def _choose(self) -> LookUp:
        if self._table is None:
            return _always(undetermined(Undetermined.NO_TABLE))
        if self._is_other():
            return _always(undetermined(Undetermined.NOT_ACTIVE, table=self._table.hash))
        return self._table.locate


def _always(location: Location) -> LookUp:
    return lambda _address: location


def _stamp(path: Path | None) -> _Stamp:
    """Changes whenever a file is replaced (a swap is a rename, so the inode changes) or written."""
    if path is None:
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
