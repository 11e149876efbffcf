"""Every test of the gate has a house: a database of its own, and no task left over."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.gate.kit import House
from tests.orders.kit import Registry, open_registry


@pytest.fixture
async def house(transactional_db: None, tmp_path: Path) -> AsyncIterator[House]:
    place = House(tmp_path)
    yield place
    await place.close()


@pytest.fixture
def registry(house: House, transactional_db: None, tmp_path: Path, settings: Any) -> Registry:
    """The house takes demands: its gates verify restrictions against this log."""
    made = open_registry(tmp_path / "log", settings, house.clock)
    house.proofs = made.proofs
    return made
