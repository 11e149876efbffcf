"""What is done when its time has come, by a gate that has no restrictions at all."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from bailiwick.orders.actions import intake
from bailiwick.orders.models import Demand, Original
from tests.gate.kit import House
from tests.gate.test_restrictions import seconds
from tests.orders.desk import Desk, withhold
from tests.orders.kit import new_meeting, open_registry


def refused_long_ago() -> Demand:
    desk, then = Desk(), datetime.now(UTC) - timedelta(days=181)
    letter = desk.letter(desk.authority(), withhold(new_meeting()), confidential=True)
    return intake.receive(desk.intake.id, letter, b"The letter.", then)


async def test_p9_a_letter_goes_when_its_time_is_over_though_demands_are_taken_no_more(
    house: House, settings: Any, tmp_path: Path
) -> None:
    settings.ORIGINALS_KEY_FILE = tmp_path / "originals"
    made = await sync_to_async(refused_long_ago)()
    assert house.proofs() is None
    await house.gate()
    async for _ in seconds():
        if not await sync_to_async(Original.objects.filter(demand=made).exists)():
            return


async def test_p9_a_letter_goes_though_following_the_log_fails_every_time(
    house: House, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ORIGINALS_KEY_FILE = tmp_path / "originals"
    made = await sync_to_async(refused_long_ago)()
    registry = await sync_to_async(open_registry)(tmp_path / "log", settings, house.clock)
    proofs = registry.proofs()
    monkeypatch.setattr(proofs, "follow", lambda: 1 // 0)
    house.proofs = lambda: proofs
    await house.gate()
    async for _ in seconds():
        if not await sync_to_async(Original.objects.filter(demand=made).exists)():
            return
