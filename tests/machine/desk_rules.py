"""What happens at the desk: demands from the letter to the end, and what undoes them."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from bailiwick.accounts.errors import RoleNeeded
from bailiwick.orders.actions import appeals, authorities, granting, intake, later, resuming
from bailiwick.orders.actions.appeals import Ruling
from bailiwick.orders.actions.drafting import Plan
from bailiwick.orders.actions.intake import Added, Letter
from bailiwick.orders.errors import OrdersError
from bailiwick.orders.models import Demand, Outcome, Restriction
from bailiwick.rules.territory import Code
from tests.machine.oracle import LONGEST, Order, territory
from tests.machine.places import ALL, Place
from tests.machine.story import Objection, Pending, Story
from tests.machine.world import Guest
from tests.orders import kit
from tests.orders.desk import approval, close, end, withhold

_NEAR = "CN HK MO TW US PR GU FR RE NC DE GB AU NF NO SJ FI AX DK GL"
NEAR = _NEAR.split()
STATES = st.sampled_from(["CN", "CN", "US", "FR", "EU", "HK", "TW", "AU"]) | st.sampled_from(ALL)
CODES = st.sets(st.sampled_from(NEAR) | st.sampled_from(ALL), max_size=4)
MINUTES = st.sampled_from([0, 0, 0, 1, 90, 50_000]) | st.integers(0, 50_000)
LASTING = st.sampled_from([1, 60, 40_000, 129_600]) | st.integers(-5, 140_000)
WHICH = st.integers(0, 5)
WHY = "review"
REFUSED = (OrdersError, RoleNeeded)
LAW = "Act 5 art. 2"
ANSWER = "The court's ruling does not name this meeting."


class DeskRules(Story):
    """Steps of the staff."""

    @initialize(state=STATES, evidence=st.sampled_from(["all agree", "all agree", "one contradicts"]))
    def begin(self, state: str, evidence: str) -> None:
        """Somebody is there whom the first restriction may reach, and the hosts are."""
        for meeting in (0, 1):
            self.arrive(Place("all agree", "US"), meeting, "host")
            self.arrive(Place(evidence, sorted(territory(state))[0]), meeting, "guest")
        self.look()
        self._grant(state, set(), 0, 100_000, both=True, ending=True)

    # ------------------------------------------------------------ in

    @rule(state=STATES, extra=CODES, whole=st.booleans(), both=st.booleans(), ending=st.booleans(),
          account=st.booleans(), secret=st.sampled_from([False, False, False, True]),
          lacking=st.booleans())  # fmt: skip
    def receive(
        self, state: str, extra: set[str], whole: bool, both: bool, ending: bool, account: bool, secret: bool,
        lacking: bool,
    ) -> None:  # fmt: skip
        """A letter arrives, is found complete, and reviewed; one that asks for secrecy is refused (P11)."""
        how = {"whole": whole, "account": account, "secret": secret, "lacking": lacking}
        self._receive(state, extra, both, ending, **how)

    def _receive(
        self, state: str, extra: set[str], both: bool, ending: bool,
        *, whole: bool = True, account: bool = False, secret: bool = False, lacking: bool = False,
        office: int = 0,
    ) -> Pending | None:  # fmt: skip
        asked = (territory(state) | extra) if whole or not extra else extra
        rows = self.world.meetings if both else self.world.meetings[:1]
        named = [end(row) if ending else withhold(row) for row in rows]
        named += [close(rows[0].host)] if account else []
        desk, now = self.world.desk, self.now
        ends = kit.second(now) + timedelta(days=400)
        letter = desk.letter(
            self.world.authority(state, office), *named, territories=tuple(sorted(asked)), ends_at=ends,
            confidential=secret,
        )  # fmt: skip
        first = replace(letter, **self._LACKING) if lacking else letter
        made = intake.receive(desk.intake.id, first, b"original", now)
        assert (made.status == "refused") is secret
        if secret:
            return None
        if lacking:
            self._complete(made, letter)
        made = intake.examine(desk.intake.id, made.pk, now)
        desk.review(made)
        targets = list(made.targets.values_list("pk", flat=True))
        meetings, accounts = targets[: len(rows)], targets[len(rows) :]
        pending = Pending(made, state, asked, ends, dict(enumerate(meetings)), accounts)
        self.pending.append(pending)
        return pending

    _LACKING = MappingProxyType(
        {"authority_id": None, "state": "US", "kind": "court", "contact": "", "targets": ()}
    )

    def _complete(self, row: Demand, letter: Letter) -> None:
        """It goes back, and the authority says who it is and what it means. None of it is reviewed before."""
        desk = self.world.desk
        assert intake.examine(desk.intake.id, row.pk, self.now).status == "incomplete"
        with pytest.raises(REFUSED):
            desk.review(row)
        said = Added({"contact": "Office 3"}, letter.authority_id, letter.targets)
        intake.supplement(desk.intake.id, row.pk, self.now, said)

    @precondition(lambda self: self.pending)
    @rule(which=WHICH, meeting=st.integers(0, 1), begins=MINUTES, lasts=LASTING, only=st.none() | CODES,
          renewing=st.booleans())  # fmt: skip
    def propose(
        self, which: int, meeting: int, begins: int, lasts: int, only: set[str] | None, renewing: bool
    ) -> None:
        """The reviewer proposes and signs; the desk refuses what reaches too far or lasts too long."""
        pending = self.pick(self.pending, which)
        self._propose(pending, meeting % len(pending.meetings), begins, lasts, only, renewing=renewing)

    def _propose(
        self, pending: Pending, meeting: int, begins: int, lasts: int, only: set[str] | None = None,
        *, renewing: bool = False,
    ) -> bool:  # fmt: skip
        first = kit.second(self.now) + timedelta(minutes=begins)
        until = first + timedelta(minutes=lasts)
        granted = pending.asked & territory(pending.state) & (pending.asked if only is None else only)
        before = self._before(pending.row, meeting)
        row = self._proposal(pending, meeting, Plan(
            LAW, ("public_security",), first, until,
            only=None if only is None else frozenset(map(Code, only)),
            renews=None if before is None or not renewing else self.rows[before.name].pk,
        ))  # fmt: skip
        if before is not None and before.damaged:
            assert row is None or granted
            return self._drop(row)
        lawful = timedelta() < until - first <= LONGEST and until <= pending.ends
        fits = bool(granted) and lawful and not self._answered(pending, meeting) and self._is_time(before)
        fits = fits and pending.row.authority_id not in self.closed
        assert (row is not None) is fits, (granted, first, until)
        if row is None:
            return False
        desk = self.world.desk
        granting.sign(desk.reviewer.id, row.pk, approval(desk.reviewer, row), self.now)
        order = Order(row.pk.hex, meeting, pending.state, set(granted), first, until, LAW, renews=before)
        self.proposed.append((row, order))
        return True

    def _answered(self, pending: Pending, meeting: int) -> bool:
        """One proposal at most for each meeting that a demand names."""
        known = [*self.proposed, *((row, self._order(name)) for name, row in self.rows.items())]
        return any(row.demand_id == pending.row.pk and order.meeting == meeting for row, order in known)

    def _proposal(self, pending: Pending, meeting: int, plan: Plan) -> Restriction | None:
        try:
            return granting.propose(self.world.desk.reviewer.id, pending.meetings[meeting], plan, self.now)
        except REFUSED:
            return None

    def _before(self, demand: Demand, meeting: int) -> Order | None:
        """P6: what a new demand renews is the last one that this authority was granted for this meeting."""
        found = None
        for order in self.oracle.orders:
            row = self.rows[order.name]
            same = order.meeting == meeting and row.authority_id == demand.authority_id
            found = order if same and row.demand_id != demand.pk else found
        return found

    def _is_time(self, before: Order | None) -> bool:
        """P6: ninety days are not piled up in advance: a renewal is decided in the last thirty."""
        return before is None or before.ended or before.until - self.now <= timedelta(days=30)

    def _drop(self, row: Restriction | None) -> bool:
        if row is not None:
            granting.discard(self.world.desk.reviewer.id, row.pk, self.now)
        return False

    def _order(self, name: str) -> Order:
        return next(each for each in self.oracle.orders if each.name == name)

    @precondition(lambda self: self.proposed)
    @rule(which=WHICH)
    def alone(self, which: int) -> None:
        """P5: nobody who signed it, and no superuser with one passkey, approves it."""
        row, _ = self.pick(self.proposed, which)
        for who in (self.world.desk.reviewer, self.world.desk.appeals, self.world.desk.intake):
            with pytest.raises(REFUSED):
                granting.approve(who.id, row.pk, approval(who, row), self.now)
        someone = self.world.desk.approver
        with pytest.raises(REFUSED):
            granting.approve(someone.id, row.pk, approval(self.world.desk.reviewer, row), self.now)

    @precondition(lambda self: self.pending)
    @rule(which=WHICH)
    def selfish(self, which: int) -> None:
        """P5: who holds both roles, and is superuser, approves nothing of their own."""
        pending, root = self.pick(self.pending, which), self.world.root
        before = self._before(pending.row, 0)
        if not pending.asked & territory(pending.state) or self._answered(pending, 0):
            return
        if not self._is_time(before) or (before is not None and before.damaged):
            return
        if pending.row.authority_id in self.closed:
            return
        first = kit.second(self.now)
        plan = Plan(LAW, ("public_security",), first, first + timedelta(days=1))
        if plan.until > pending.ends:
            return
        row = granting.propose(root.id, pending.meetings[0], plan, self.now)
        granting.sign(root.id, row.pk, approval(root, row), self.now)
        with pytest.raises(REFUSED):
            granting.approve(root.id, row.pk, approval(root, row), self.now)
        granting.discard(root.id, row.pk, self.now)

    @precondition(lambda self: self.proposed)
    @rule(which=WHICH)
    def approve(self, which: int) -> None:
        """A second person signs, unless it is over by now. Nothing holds before it is public (P3)."""
        self._approve(*self.pick(self.proposed, which))

    def _approve(self, row: Restriction, order: Order) -> None:
        self.proposed.remove((row, order))
        desk = self.world.desk
        try:
            granting.approve(desk.approver.id, row.pk, approval(desk.approver, row), self.now)
        except REFUSED:
            assert not self._still_fits(row, order)
            self._drop(row)
            return
        assert self._still_fits(row, order)
        order.granted = set(order.codes)
        order.begins = max(order.begins, kit.second(self.now))
        self.rows[order.name] = row
        self.oracle.orders.append(order)
        for each in self.objections:
            if each.order is order.renews and self.rows[each.order.name].demand_id == row.demand_id:
                each.order = order

    def _still_fits(self, row: Restriction, order: Order) -> bool:
        """Not over yet, and nothing was granted meanwhile that it would have to renew, nor taken from what it
        resumes."""
        old = order.renews
        if old is not None and self.rows[old.name].demand_id == row.demand_id:
            followed = any(each.renews is old for each in self.oracle.orders)
            inside = order.codes <= old.codes and order.until <= old.until
            gone = old.withdrawn or old.damaged or followed or row.authority_id in self.closed
            return inside and self.now < order.until and not gone
        before = self._before(row.demand, order.meeting)
        follows = None if before is None else self.rows[before.name].pk
        is_open = row.authority_id not in self.closed
        return is_open and self.now < order.until and row.renews_id == follows

    @rule(state=STATES, extra=CODES, begins=MINUTES, lasts=st.integers(1, 120_000), both=st.booleans(),
          ending=st.booleans())  # fmt: skip
    def grant(self, state: str, extra: set[str], begins: int, lasts: int, both: bool, ending: bool) -> None:
        """The whole way, and published."""
        self._grant(state, extra, begins, lasts, both=both, ending=ending)

    def _grant(
        self, state: str, extra: set[str], begins: int, lasts: int, *, both: bool, ending: bool
    ) -> None:
        pending = self._receive(state, extra, both, ending, office=len(self.world.authorities) + 1)
        assert pending is not None
        for meeting in pending.meetings:
            assert self._propose(pending, meeting, begins, lasts)
            self._approve(*self.proposed[-1])
        self._publish()

    @precondition(lambda self: self.pending)
    @rule(which=WHICH, number=st.integers(0, 3))
    def refuse(self, which: int, number: int) -> None:
        """One of the things it names, or what is left of it: never an account, never more than asked (P2)."""
        pending = self.pick(self.pending, which)
        target = pending.accounts.pop() if pending.accounts else 0
        if target:
            granting.refuse_target(self.world.desk.reviewer.id, target, ["not_necessary"], self.now)
            return
        before = [each for each in self.proposed if each[0].demand_id == pending.row.pk]
        if any(row.demand_id == pending.row.pk for row in self.rows.values()):
            return
        intake.refuse(self.world.desk.reviewer.id, pending.row.pk, ["not_necessary"], self.now)
        self.proposed = [each for each in self.proposed if each not in before]
        self.pending.remove(pending)

    @precondition(lambda self: self.pending)
    @rule(which=WHICH)
    def end_authority(self, which: int) -> None:
        """Two people end an authority (P5): nothing more is granted to it, and what was granted stays."""
        authority_id, desk = self.pick(self.pending, which).row.authority_id, self.world.desk
        assert authority_id is not None
        if authority_id in self.closed:
            return
        authorities.end(desk.intake.id, authority_id, "abolished", self.now)
        for who in (desk.intake, desk.reviewer, desk.appeals):
            with pytest.raises(REFUSED):
                authorities.approve_change(who.id, authority_id, self.now)
        authorities.approve_change(desk.approver.id, authority_id, self.now)
        self.closed.add(authority_id)
        known = self.world.authorities
        self.world.authorities = {key: row for key, row in known.items() if row.pk != authority_id}

    @rule()
    def publish(self) -> None:
        """The log's own process runs; without its witness, or refusing, it publishes nothing."""
        self._publish()

    def _publish(self) -> None:
        if not self.oracle.log_works:
            return
        self.world.publish()
        if not self.world.registry.log.witnesses["ngo"].down:
            self.oracle.publish()

    # ------------------------------------------------------------ undone

    @precondition(lambda self: self.rows)
    @rule(which=WHICH, how=st.sampled_from(["withdraw", "suspend"]))
    def undo(self, which: int, how: str) -> None:
        order = self.pick(self.oracle.orders, which)
        try:
            getattr(later, how)(self.world.desk.reviewer.id, self.rows[order.name].pk, WHY, self.now)
        except REFUSED:
            assert order.ended
            return
        order.ended = True
        if how == "withdraw":
            self._withdrawn(order)

    @precondition(lambda self: any(each.ended and not each.withdrawn for each in self.oracle.orders))
    @rule(which=WHICH, lasts=LASTING, only=st.none() | CODES)
    def resume(self, which: int, lasts: int, only: set[str] | None) -> None:
        """What was suspended is proposed again: no further, no longer, by two people, and public first."""
        order = self.pick([each for each in self.oracle.orders if each.ended and not each.withdrawn], which)
        first = max(kit.second(self.now), order.begins)
        until = first + timedelta(minutes=lasts)
        left = order.codes & (order.codes if only is None else only)
        followed = any(each.renews is order for each in self.oracle.orders)
        again = any(each.renews is order and row.demand_id == self.rows[order.name].demand_id
                    for row, each in self.proposed)  # fmt: skip
        fits = bool(left) and first < until <= order.until and not (followed or again or order.damaged)
        fits = fits and self.rows[order.name].authority_id not in self.closed
        plan = Plan(LAW, ("public_security",), first, until,
                    only=None if only is None else frozenset(map(Code, only)))  # fmt: skip
        desk = self.world.desk
        try:
            row = resuming.propose_again(desk.reviewer.id, self.rows[order.name].pk, plan, self.now)
        except REFUSED:
            assert not fits
            return
        assert fits
        granting.sign(desk.reviewer.id, row.pk, approval(desk.reviewer, row), self.now)
        made = Order(row.pk.hex, order.meeting, order.state, left, first, until, LAW, renews=order)
        self.proposed.append((row, made))

    @precondition(lambda self: self.rows)
    @rule(which=WHICH, keep=CODES, sooner=st.none() | st.integers(1, 60_000))
    def narrow(self, which: int, keep: set[str], sooner: int | None) -> None:
        order = self.pick(self.oracle.orders, which)
        if order.damaged or order.ended:
            return
        until = None if sooner is None else order.begins + timedelta(minutes=sooner)
        codes = None if sooner is not None else keep
        fits = self._narrower(order, codes, until)
        try:
            later.narrow(
                self.world.desk.approver.id, self.rows[order.name].pk, self.now, until=until,
                territories=None if codes is None else frozenset(map(Code, codes)),
            )  # fmt: skip
        except REFUSED:
            assert not fits
            return
        assert fits
        self._less(order, codes, until)

    def _narrower(self, order: Order, codes: set[str] | None, until: datetime | None) -> bool:
        """Less than what is left of it, and before it is over."""
        if codes is not None:
            return order.until > self.now and bool(codes) and codes < order.codes
        return until is not None and max(order.begins, self.now) < until < order.until

    def _less(self, order: Order, codes: set[str] | None, until: datetime | None) -> None:
        if codes is not None:
            order.codes &= codes
        if until is not None:
            order.until = min(order.until, until)

    @precondition(lambda self: self.rows)
    @rule(which=WHICH, whose=WHICH, outcome=st.sampled_from(list(Outcome)), part=WHICH,
          affected=st.booleans(), waits=st.booleans())  # fmt: skip
    def appeal(
        self, which: int, whose: int, outcome: Outcome, part: int, affected: bool, waits: bool = False
    ) -> None:
        """Filed without an account, decided by somebody who took no part; whatever comes of it holds now."""
        every = [(order, guest) for order in self.oracle.orders for guest in self.world.guests]
        hit = [(order, guest) for order, guest in every if order.name in self._reaching(guest)]
        order, guest = self.pick(hit if affected and hit else every, which + 7 * whose)
        if order.withdrawn or order.damaged:
            return
        person = self.world.person(guest)
        filed, _token = appeals.file(self.rows[order.name].pk, "This is not where I am.", person, self.now)
        self.objections.append(Objection(filed, order, guest))
        if not waits:
            self._decide(self.objections[-1], outcome, part)

    @precondition(lambda self: self.objections)
    @rule(which=WHICH, outcome=st.sampled_from(list(Outcome)), part=WHICH)
    def decide(self, which: int, outcome: Outcome, part: int) -> None:
        """One that waited, whatever the same person decided of others meanwhile."""
        self._decide(self.pick(self.objections, which), outcome, part)

    def _decide(self, objection: Objection, outcome: Outcome, part: int) -> None:
        order = objection.order
        if order.damaged:
            return
        codes = {sorted(order.granted)[part % len(order.granted)]}
        fits = outcome is not Outcome.CORRECTED or self._narrower(order, codes, None)
        less = frozenset(map(Code, codes)) if outcome is Outcome.CORRECTED else None
        ruling = Ruling(outcome, ANSWER, less)
        with pytest.raises(REFUSED):
            appeals.decide(self.world.root.id, objection.row.pk, ruling, self.now)
        try:
            appeals.decide(self.world.desk.appeals.id, objection.row.pk, ruling, self.now)
        except REFUSED:
            assert not fits
            return
        assert fits
        self.objections.remove(objection)
        if outcome is Outcome.EXEMPTED:
            order.spared.add(objection.guest.who.name)
        elif outcome is Outcome.WITHDRAWN:
            self._withdrawn(order)
        elif outcome is Outcome.CORRECTED:
            self._less(order, codes, None)

    def _withdrawn(self, order: Order) -> None:
        """Nothing of it is left, and whoever objects to it waits no longer."""
        order.ended = order.withdrawn = True
        closed = [each for each in self.objections if each.order is order]
        self.objections = [each for each in self.objections if each.order is not order]
        for each in closed:
            each.row.refresh_from_db()
            assert each.row.outcome == Outcome.WITHDRAWN

    def _reaching(self, guest: Guest) -> set[str]:
        """What withholds somebody now."""
        return self.oracle.withholding(guest.who, self.name_of(0), self.now)
