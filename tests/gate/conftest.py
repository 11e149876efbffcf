"""Every test of the gate has a house: a database of its own, and no task left over."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gate.kit import House


@pytest.fixture
async def house(transactional_db: None, tmp_path: Path) -> AsyncIterator[House]:
    place = House(tmp_path)
    yield place
    await place.close()
