"""Whose passkeys count changes, and somebody who can write to the database tries without any (P5)."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from bailiwick.orders.actions import granting, signers
from bailiwick.orders.errors import NoSigner
from tests.machine.story import Story
from tests.orders import kit
from tests.orders.desk import approval, register
from tests.orders.passkey import SITE, Passkey


class SignerRules(Story):
    """Steps around the roll."""

    @rule(role=st.sampled_from(["reviewer", "approver"]))
    def lose_passkey(self, role: str) -> None:
        """It is removed, and signs nothing from then on; what it signed before stands. Another follows."""
        desk, now = self.world.desk, self.now
        who = getattr(desk, role)
        signers.remove(desk.intake.id, who.passkey.approve(b"").key, "lost", now)
        for row, _ in self.proposed:
            with pytest.raises(NoSigner):
                granting.approve(desk.approver.id, row.pk, approval(desk.approver, row), now)
            if role == "reviewer":
                granting.discard(desk.reviewer.id, row.pk, now)
        if role == "reviewer":
            self.proposed = []
        who.passkey = Passkey(site=SITE)
        self.passkeys += 1
        register(who.account, who.passkey, f"passkey {self.passkeys}".encode())
        kit.enlist(who.account, who.passkey)

    @rule(meeting=st.integers(0, 1), one_of_ours=st.booleans())
    def forge(self, meeting: int, one_of_ours: bool) -> None:
        """An outbox row, a restriction, a salt and two approvals, put into the database by hand: with keys of
        their own making, or one of them and one that counts. The oracle knows nothing of it."""
        row = kit.propose(self.world.meetings[meeting], "CN", now=self.now)
        first = self.world.desk.reviewer.passkey if one_of_ours else Passkey()
        self.forged.add(row.pk)
        kit.approve(row, kit.sign(row, first, Passkey()))
