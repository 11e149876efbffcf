"""Those whom a new rule reaches go before the answer to whoever set it is written."""

import time
from typing import Final

GIVE_WAY_SECONDS: Final = 0.01
"""Longer than the gate needs, and nothing to somebody who has pressed a button."""


def give_way() -> None:
    """Leave the interpreter to the gate's threads for a moment: right after the commit, both want it, and the
    page would take a third of the time until the last packet (`bin/bench eject`)."""
    time.sleep(GIVE_WAY_SECONDS)
