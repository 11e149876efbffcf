"""Instants: timezone-aware, or refused."""

from datetime import datetime


class NaiveTime(ValueError):  # noqa: N818 - named for what it is, as the other errors of this package
    """A datetime without a timezone would shift an interval by hours: refused."""

    code = "naive_time"


def check_aware(instant: datetime) -> None:
    """Raise NaiveTime unless the instant knows its offset from UTC."""
    if instant.utcoffset() is None:
        raise NaiveTime("a time must carry its timezone")
