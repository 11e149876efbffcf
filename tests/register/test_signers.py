"""What the register says of whose keys may sign, and of who approved (P5)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bailiwick.orders.models import Restriction
from tests.orders import kit as orders
from tests.orders.conftest import registry  # noqa: F401 (fixture)
from tests.orders.kit import Registry
from tests.orders.passkey import Passkey
from tests.register.kit import page


@pytest.fixture(autouse=True)
def _served(settings: Any) -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def test_p5_a_restrictions_page_names_the_entries_of_the_two_keys_that_signed(registry: Registry) -> None:  # noqa: F811 (fixture)
    orders.restrict(orders.new_meeting())
    registry.publish()
    (row,) = Restriction.objects.all()
    shown = page(f"/register/restrictions/{row.pk.hex}")
    assert "Both keys were among those that may sign, and signed exactly this." in shown
    assert shown.count("may sign by entry 0") == 2
    signers = page("/register/signers")
    assert all(each.key in signers for each in row.approvals.all())


def test_p5_approvals_that_do_not_hold_are_shown_as_such(registry: Registry) -> None:  # noqa: F811 (fixture)
    made = orders.propose(orders.new_meeting())
    orders.approve(made, orders.sign(made, Passkey(), Passkey()))
    registry.publish()
    shown = page(f"/register/restrictions/{made.pk.hex}")
    assert "These approvals do not hold" in shown
    assert "may sign by entry" not in shown


def test_p5_the_register_shows_that_the_roll_began_anew(registry: Registry) -> None:  # noqa: F811 (fixture)
    later = datetime.now(UTC) + timedelta(minutes=1)
    orders.begin_signers(registry.log.configuration, (Passkey(), Passkey()), later)
    registry.publish()
    shown = page("/register/signers")
    assert "It began anew with two other keys" in shown
    assert "These could sign before" in shown
