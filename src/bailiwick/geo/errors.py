"""The one error tree of `geo`. Every error has a stable `code`; none carries a participant's address."""

from __future__ import annotations


class GeoError(Exception):
    """Base of this package's errors; `code` is stable and meant for machines, the text for people."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class AddressError(GeoError):
    """Text that is not an IP address (`bad_address`). It never repeats the text."""


class ConfigurationError(GeoError):
    """A setting or an operator's file that cannot be used; the server refuses to start on it."""


class SourceError(GeoError):
    """A source that cannot be fetched, read or trusted to be whole."""


class TableError(GeoError):
    """A compiled table that is missing, corrupt or of another version."""


class SanityError(GeoError):
    """A freshly compiled table that must not replace the one in use."""
