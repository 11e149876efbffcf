"""A log in the test database, with witnesses that live in memory."""

from pathlib import Path
from typing import Any

import pytest

from tests.ledger.kit import Log, new_log


@pytest.fixture
def log(db: None, tmp_path: Path, settings: Any) -> Log:
    """A log that was begun, without witnesses."""
    made = new_log(tmp_path)
    settings.LEDGER = made.configuration
    made.begin()
    return made
