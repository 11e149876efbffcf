"""The day on which the stories told in tests are looked at: pages take the time themselves."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

DAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
"""Some days after what the stories begin with, before what they set is over."""


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages see this day, whichever it is: else restrictions and time limits of the stories run out, and
    tests that passed for months fail (or pass for the wrong reason)."""
    began = datetime.now(UTC)
    monkeypatch.setattr(timezone, "now", lambda: DAY + (datetime.now(UTC) - began))
