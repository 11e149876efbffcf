"""Tests of orders have a registry: a log with a witness, in the test's own transaction."""

from pathlib import Path
from typing import Any

import pytest

from tests.gate.kit import Clock
from tests.orders.kit import Registry, open_registry


@pytest.fixture
def registry(db: None, tmp_path: Path, settings: Any) -> Registry:
    return open_registry(tmp_path / "log", settings, Clock())
