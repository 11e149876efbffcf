"""The register over a log in the test database; its clock is the log's."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.ledger.conftest import log
from tests.ledger.kit import NOW, Log
from tests.register.kit import Story

__all__ = ["log"]


class Clock:
    """What `timezone.now` says."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(timezone, "now", made)
    return made


@pytest.fixture
def story(log: Log, clock: Clock, settings: Any) -> Story:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    return Story(log)


ROOT = Path(__file__).parents[2]
