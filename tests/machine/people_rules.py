"""What people, hosts, machines, the clock and intruders do."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bailiwick.gate import acts
from bailiwick.ledger.models import Head
from bailiwick.meetings.actions import server_rule
from bailiwick.orders.actions import granting, intake
from bailiwick.orders.actions.drafting import Plan
from bailiwick.orders.errors import OrdersError
from bailiwick.orders.models import Authority, Later, Restriction
from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter
from bailiwick.rules.territory import Code
from tests.gate.kit import lift_rule_now, set_rule_now
from tests.machine import oracle
from tests.machine.desk_rules import NEAR, WHICH
from tests.machine.places import ALL, NETWORKS, NOWHERE, Place
from tests.machine.story import Story
from tests.machine.world import Guest
from tests.orders import kit
from tests.orders.desk import withhold

MOST = 9
EVIDENCE = st.sampled_from(["all agree"] * 4 + [*NETWORKS, NOWHERE])
UNDETERMINED = st.sampled_from(["admit", "refuse", "waiting_room"])
PLACES = st.sets(st.sampled_from(NEAR), min_size=1, max_size=6)
TAMPERED = {
    "territory widened": lambda row: {"territories": sorted({*row.territories, "HK", "DE", "US"})},
    "ends later": lambda row: {"expires_at": row.expires_at + timedelta(days=1)},
    "begins earlier": lambda row: {"effective_from": row.effective_from - timedelta(days=1)},
    "another state": lambda row: {"state": "DE" if row.state != "DE" else "US"},
    "another law": lambda row: {"law": "Act 6"},
    "another proof": lambda row: {"target": "0" * 64},
}


class PeopleRules(Story):
    """Steps of everybody but the staff."""

    # ------------------------------------------------------------ people

    @precondition(lambda self: len(self.world.guests) < MOST)
    @rule(evidence=EVIDENCE, code=st.sampled_from(NEAR) | st.sampled_from(ALL), six=st.booleans(),
          meeting=st.integers(0, 1), near=st.none() | st.none() | WHICH,
          kind=st.sampled_from(["guest", "guest", "account", "invited", "roster"]))  # fmt: skip
    def come(self, evidence: str, code: str, six: bool, meeting: int, near: int | None, kind: str) -> None:
        """Somebody wants to be in a meeting; often from where some restriction reaches."""
        if near is not None and self.oracle.orders:
            order = self.pick(self.oracle.orders, near)
            codes = sorted(order.codes) or [code]
            meeting, code = order.meeting, codes[near % len(codes)]
        self.arrive(Place(evidence, code, six), meeting, kind)

    @rule(whose=WHICH, back=st.booleans())
    def leave_or_return(self, whose: int, back: bool) -> None:
        """On their own. A host who leaves ends nothing."""
        guest = self.pick(self.world.guests[2:], whose)
        guest.who.wants_in = back
        if guest.inside and not back:
            self.world.leave(guest)

    @rule(whose=WHICH)
    def keep_a_grant(self, whose: int) -> None:
        """Let through the door, and in no hurry."""
        guest = self.pick(self.world.guests[2:], whose)
        if guest.inside or self._expected_at_door(guest, 0) != "admitted":
            return
        opened = self.world.knock(guest, 0)
        guest.kept_grant = getattr(opened, "grant", None)
        guest.kept_at = self.now

    @rule(whose=WHICH, node=st.integers(0, 1), near=st.none() | WHICH)
    def use_a_kept_grant(self, whose: int, node: int, near: int | None = None) -> None:
        """P8: a grant from before is decided again when it is brought, and where it is brought from."""
        kept = [guest for guest in self.world.guests if guest.kept_grant]
        if not kept:
            return
        guest = self.pick(kept, whose)
        self._go(guest, near)
        expected, grant = self._expected_at_door(guest, node), guest.kept_grant
        guest.kept_grant = None
        if expected == "lobby" or self.now >= guest.kept_at + timedelta(seconds=60) or grant is None:
            return
        name = self.name_of(node)
        grounds = self.oracle.withholding(guest.who, name, self.now)
        found = self.world.enter(guest, grant, node)
        self.note(guest, node, expected, grounds, found, settled=True)

    def _go(self, guest: Guest, near: int | None) -> None:
        """To where some restriction reaches; None: they stay where they are."""
        codes = sorted(self.pick(self.oracle.orders, near).codes) if near is not None else []
        if codes:
            guest.who.place = Place("all agree", codes[0])

    @rule(whose=WHICH, near=st.none() | WHICH, node=st.integers(0, 1), edge=st.none() | WHICH)
    def lose_the_connection(self, whose: int, near: int | None, node: int, edge: int | None) -> None:
        """P8: whoever comes back by their token is decided on again before they are in: they may be elsewhere
        by now, and a restriction may have begun."""
        inside = [guest for guest in self.world.guests if guest.inside]
        if not inside:
            return
        guest = self.pick(inside, whose)
        former = self.world.hang_up(guest)
        self._go(guest, near)
        if edge is not None:
            self.wait_for_the_edge(edge, 0)
        self._come_back(guest, former, node)

    def _come_back(self, guest: Guest, former: str, node: int) -> None:
        name = self.name_of(node)
        expected = self.oracle.inside(guest.who, name, self.now)
        grounds = self.oracle.withholding(guest.who, name, self.now)
        found = self.world.resume(guest, former, node)
        self.note(guest, node, expected, grounds, found, settled=True)

    # ------------------------------------------------------------ hosts and the server

    @rule(meeting=st.integers(0, 1), allow=st.booleans(), codes=PLACES, undetermined=UNDETERMINED)
    def host_rule(self, meeting: int, allow: bool, codes: set[str], undetermined: str) -> None:
        mode = "allow" if allow else "deny"
        set_rule_now(self.world.meetings[meeting], mode, *codes, undetermined=undetermined)
        self.oracle.rules[meeting] = oracle.Rule(allow, codes, undetermined)

    @rule(meeting=st.integers(0, 1))
    def no_host_rule(self, meeting: int) -> None:
        lift_rule_now(self.world.meetings[meeting])
        self.oracle.rules[meeting] = None

    @rule(allow=st.booleans(), codes=PLACES, undetermined=UNDETERMINED, ends=st.booleans())
    def server_wide_rule(self, allow: bool, codes: set[str], undetermined: str, ends: bool) -> None:
        """By two administrators, at the door only."""
        first, second = self.world.administrators
        mode, unsure = Mode.ALLOW if allow else Mode.DENY, OnUndetermined(undetermined)
        made = server_rule.propose(
            first.id, AccessRule(mode, frozenset(map(Code, codes)), unsure, RuleSetter.SERVER),
            statement="For the sake of the licence.", authority_prompted=False, now=self.now,
        )  # fmt: skip
        server_rule.approve(second.id, made.pk, authority_prompted=False, now=self.now)
        self.oracle.server = oracle.Rule(allow, codes, undetermined)
        if ends:
            server_rule.withdraw(second.id, made.pk, self.now)
            self.oracle.server = None

    @rule(meeting=st.integers(0, 1), locked=st.booleans())
    def lock(self, meeting: int, locked: bool) -> None:
        host = self.host_inside(meeting)
        if host is not None and host.line is not None and host.line.joined is not None:
            held = host.line.joined.held
            self.world.run(self.world.nodes[host.at].act(held, acts.lock, locked=locked))
            self.oracle.locked[meeting] = locked

    @rule(meeting=st.integers(0, 1), whose=WHICH)
    def block(self, meeting: int, whose: int) -> None:
        """A host's own act, which no demand can make."""
        host = self.host_inside(meeting)
        others = [g for g in self.world.guests if g.who.meeting == meeting and g.inside and not g.who.host]
        if host is None or not others or host.line is None:
            return
        guest = self.pick(others, whose)
        acts.remove(UUID(host.line.id), self.world.row(guest).pk, self.now, block=True)
        guest.who.blocked = True

    # ------------------------------------------------------------ time

    @rule(minutes=st.sampled_from([1, 60, 1440]) | st.integers(1, 60_000))
    def wait(self, minutes: int) -> None:
        self.world.wait(60 * minutes)

    @precondition(lambda self: self.oracle.orders)
    @rule(which=WHICH, off=st.integers(-1, 1))
    def wait_for_the_edge(self, which: int, off: int) -> None:
        """A microsecond before, at, and after a restriction begins or ends."""
        edges = {edge for order in self.oracle.orders for edge in (order.begins, order.until)}
        to_come = sorted(edge for edge in edges if edge > self.now)
        if to_come:
            edge = self.pick(to_come, which) + timedelta(microseconds=off)
            self.world.clock.now = max(edge, self.now)
            self.world.wait(0)

    # ------------------------------------------------------------ what breaks

    @rule(down=st.booleans())
    def witness(self, down: bool) -> None:
        self.world.registry.log.witnesses["ngo"].down = down

    @rule(how=st.sampled_from(["works", "works", "stands still", "is contradicted"]))
    def log(self, how: str) -> None:
        """It stands still: nothing new is taken up, what is proven stays. A witness contradicts: nothing is
        enforced at all, until it works again."""
        code = {"works": "", "stands still": "log_refuses", "is contradicted": "log_forked"}[how]
        Head.objects.update(refused=code)
        self.oracle.log_works = how == "works"
        self.oracle.contradicted = how == "is contradicted" or (
            how == "stands still" and self.oracle.contradicted
        )

    @rule(lost=st.booleans())
    def table(self, lost: bool) -> None:
        """Without location data everybody is undetermined; nobody inside is put out for it."""
        if lost is self.oracle.table_lost:
            return
        self.oracle.table_lost = lost
        (self.world.lose_table if lost else self.world.find_table)()

    @rule(node=st.integers(0, 1), where=st.integers(0, 1))
    def restart(self, node: int, where: int) -> None:
        """A process dies; whoever it held comes back, by their last token, to whichever node."""
        self.oracle.restarted(self.name_of(node))
        held = [guest for guest in self.world.guests if guest.inside and guest.at == node]
        self.world.restart(node)
        for guest in held:
            guest.line = None
            if guest.former is not None:
                self._come_back(guest, guest.former, where)

    @rule()
    def media_server_restarts(self) -> None:
        self.world.crash_media()

    # ------------------------------------------------------------ by hand, in the database

    @precondition(lambda self: self.rows)
    @rule(which=WHICH, how=st.sampled_from(sorted(TAMPERED)))
    def row_changed(self, which: int, how: str) -> None:
        """What the row says is not what was signed and logged: it is not enforced at all."""
        order = self.pick(self.oracle.orders, which)
        if order.damaged:
            return
        row = Restriction.objects.get(pk=order.name)
        Restriction.objects.filter(pk=row.pk).update(**TAMPERED[how](row))
        kit.touch(self.world.meetings[order.meeting].pk)
        order.damaged = True

    @precondition(lambda self: any(each.ended and each.public for each in self.oracle.orders))
    @rule(which=WHICH)
    def ending_deleted(self, which: int) -> None:
        """P7: what was withdrawn does not come back because a row is gone, once the log has it."""
        order = self.pick([each for each in self.oracle.orders if each.ended and each.public], which)
        logged = Later.objects.filter(restriction_id=order.name)
        if self.world.sequenced(logged.values_list("outbox_id", flat=True)):
            logged.delete()
            kit.touch(self.world.meetings[order.meeting].pk)

    @precondition(lambda self: self.world.authorities)
    @rule(which=WHICH, state=st.sampled_from(["US", "FR", "DE"]))
    def authority_changed(self, which: int, state: str) -> None:
        """P1: an authority's territory is not what somebody wrote into a row."""
        row = self.world.authorities.pop(self.pick(sorted(self.world.authorities), which))
        Authority.objects.filter(pk=row.pk).update(state=state if row.state != state else "GB")
        self.pending = [each for each in self.pending if each.row.authority_id != row.pk]
        self.proposed = [each for each in self.proposed if each[0].authority_id != row.pk]
        self.closed.add(row.pk)  # what was suspended of it is not proposed again either
        for meeting in self.world.meetings:
            kit.touch(meeting.pk)
        self._demand_of(row, state)

    def _demand_of(self, row: Authority, state: str) -> None:
        """Nothing comes of what it asks for from now on."""
        desk = self.world.desk
        letter = desk.letter(row, withhold(self.world.meetings[0]), territories=(state,))
        letter = replace(letter, ends_at=kit.second(self.now) + timedelta(days=60))
        made = intake.receive(desk.intake.id, letter, b"original", self.now)
        intake.examine(desk.intake.id, made.pk, self.now)
        desk.review(made)
        first = kit.second(self.now)
        plan = Plan("Act 5", ("public_security",), first, first + timedelta(days=1))
        with pytest.raises(OrdersError):
            granting.propose(desk.reviewer.id, made.targets.get().pk, plan, self.now)
