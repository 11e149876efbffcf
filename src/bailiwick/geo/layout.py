"""Where the location data lies below the data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below `data/geo`. Only the table is needed to locate; overrides are the operator's, if any."""

    data: Path

    @property
    def folder(self) -> Path:
        return self.data / "geo"

    @property
    def table(self) -> Path:
        return self.folder / "table.bwt"

    @property
    def overrides(self) -> Path:
        """The operator's file, where no other is configured."""
        return self.folder / "overrides.txt"

    @property
    def note(self) -> Path:
        return self.folder / "status.json"

    @property
    def candidate(self) -> Path:
        """A table not yet in use; on the same file system, so that putting it in use is a rename."""
        return self.folder / "table.bwt.new"

    @property
    def lock(self) -> Path:
        return self.folder / "build.lock"

    @property
    def workshop(self) -> Path:
        """Downloads, while a build runs."""
        return self.folder / "sources.tmp"
