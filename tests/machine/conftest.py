"""Where the stories of these tests are played."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from bailiwick.gate import chores
from bailiwick.notices import actions as notices
from bailiwick.orders import host_mail
from tests.machine.places import write_table
from tests.machine.steady import one_thread
from tests.machine.story import Stage


class _AtOnce:
    """A thread that is none: another one would not see this transaction."""

    def __init__(self, target: Callable[[], None], **_options: object) -> None:
        self.start = target


@pytest.fixture
def stage(db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A folder, a location table, and a thread for the gates' database work."""

    def mail_hosts(now: datetime) -> None:
        """Not on a thread of its own, which would not see this transaction."""
        host_mail.mail_hosts(host_mail.claim(now))

    monkeypatch.setattr(chores, "tell_hosts", mail_hosts)
    monkeypatch.setattr(notices, "_mail_in_background", lambda: notices.mail_alarms(made.clock.now))
    monkeypatch.setattr(notices, "Thread", _AtOnce)
    monkeypatch.setattr(timezone, "now", lambda: made.clock.now)
    settings.SESSION_COOKIE_AGE = 10 * 365 * 86_400  # the story's clock jumps; sign-ins are not its subject
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    write_table(tmp_path / "table.bwt")
    with one_thread() as thread:
        made = Stage(tmp_path, tmp_path / "table.bwt", settings, thread)
        yield made
