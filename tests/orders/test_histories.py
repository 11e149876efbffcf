"""Any history of demands, approvals, proofs, endings and clocks: the gate withholds from exactly whom an
oracle says, which is written here apart, knows no entry and no proof, and does not read the tables."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bailiwick.gate.proofs import Proofs
from bailiwick.ledger.models import Outbox
from bailiwick.meetings.models import Meeting
from bailiwick.orders.actions import granting, intake, later
from bailiwick.orders.actions.drafting import Plan
from bailiwick.orders.errors import BeyondTerritory, InvalidOrder, NoSuchRestriction, NotNarrower
from bailiwick.orders.models import Restriction
from bailiwick.rules.decision import MeetingTerms, Standing, Withheld, decide
from bailiwick.rules.location import Location, Vote, locate
from bailiwick.rules.territory import Code
from tests.orders import kit
from tests.orders.desk import NOW, Desk, approval, end, withhold
from tests.orders.kit import Registry

pytestmark = pytest.mark.django_db

OWN = {
    "CN": {"CN"}, "HK": {"HK"}, "TW": {"TW"}, "US": {"US", "PR", "GU", "AS", "MP", "UM", "VI"},
    "FR": {"FR", "GP", "GF", "MQ", "RE", "YT", "BL", "MF", "PM"},
}  # fmt: skip
PLACES = ["CN", "HK", "MO", "TW", "US", "PR", "FR", "RE", "NC", "DE"]
MINUTES = st.integers(0, 200_000)


def unanimous(code: str) -> Location:
    return locate([Vote(name, Code(code)) for name in ("mm", "dbip", "ipfire")], "t")


def doubtful(code: str) -> list[Location]:
    """Everything short of unanimous."""
    two = [Vote("mm", Code(code)), Vote("dbip", Code(code))]
    return [
        locate([*two, Vote("ipfire", Code("NL"))], "t"),
        locate([*two, Vote("ipfire", None)], "t"),
        locate([*two, Vote("ipfire", Code(code), stale=True)], "t"),
        locate(two[:1], "t"),
    ]


@dataclass
class Known:
    """What the oracle remembers of a restriction."""

    row: Restriction
    codes: set[str]
    begins: datetime
    until: datetime
    public: bool = False
    ended: bool = False

    def holds(self, place: str, now: datetime) -> bool:
        return self.public and not self.ended and self.begins <= now < self.until and place in self.codes


@dataclass
class World:
    desk: Desk
    registry: Registry
    proofs: Proofs
    meetings: list[Meeting]
    known: dict[int, list[Known]] = field(default_factory=lambda: {0: [], 1: []})

    @property
    def now(self) -> datetime:
        moment: datetime = self.registry.clock()
        return moment

    def grant(self, which: int, state: str, asked: set[str], begins: int, lasts: int, ending: bool) -> None:
        """A demand; what the desk refuses, the oracle expects to be refused."""
        row = self.meetings[which]
        now = kit.second(self.now)
        named = end(row) if ending else withhold(row)
        letter = self.desk.letter(
            self.desk.authority(state), named, territories=tuple(asked), ends_at=now + timedelta(days=400)
        )
        demand = intake.receive(self.desk.intake.id, letter, b"original", now)
        demand = intake.examine(self.desk.intake.id, demand.pk, now)
        self.desk.review(demand)
        first = now + timedelta(minutes=begins)
        plan = Plan("Act 5 art. 2", ("public_security",), first, first + timedelta(minutes=lasts))
        fits = bool(asked & OWN[state]) and 0 < lasts <= 90 * 1440
        try:
            made = granting.propose(self.desk.reviewer.id, demand.targets.get().pk, plan, now)
        except (BeyondTerritory, InvalidOrder):
            assert not fits
            return
        assert fits
        granting.sign(self.desk.reviewer.id, made.pk, approval(self.desk.reviewer, made), now)
        granting.approve(self.desk.approver.id, made.pk, approval(self.desk.approver, made), now)
        self.known[which].append(Known(made, asked & OWN[state], plan.begins, plan.until))

    def publish(self) -> None:
        self.registry.publish()
        self.proofs.follow()
        for each in [one for ones in self.known.values() for one in ones]:
            each.public = True

    def undo(self, which: int, number: int, how: str, keep: set[str], sooner: int) -> None:
        found = self.known[which]
        if not found:
            return
        each = found[number % len(found)]
        try:
            self._undo(each, how, keep, sooner)
        except (NoSuchRestriction, NotNarrower):
            return

    def _undo(self, each: Known, how: str, keep: set[str], sooner: int) -> None:
        reviewer, pk, now = self.desk.reviewer.id, each.row.pk, self.now
        if how == "withdraw":
            later.withdraw(reviewer, pk, "review", now)
            each.ended = True
        elif how == "suspend":
            later.suspend(reviewer, pk, "review", now)
            each.ended = True
        elif how == "narrow":
            later.narrow(reviewer, pk, now, territories=frozenset(map(Code, keep)))
            each.codes &= keep
        else:
            until = kit.second(each.begins + timedelta(minutes=sooner))
            later.narrow(reviewer, pk, now, until=until)
            each.until = min(each.until, until)

    def tamper(self, which: int, number: int) -> None:
        """By hand, in the database: it must have no effect but that nothing is enforced."""
        found = self.known[which]
        if found:
            each = found[number % len(found)]
            Restriction.objects.filter(pk=each.row.pk).update(territories=sorted(PLACES))
            kit.touch(self.meetings[which].pk)
            each.ended = True

    def check(self) -> None:
        for which, row in enumerate(self.meetings):
            row.refresh_from_db()
            assert row.ended_at is None
            found = self.proofs.of(row.pk, row.revision).restrictions
            terms = MeetingTerms(revision=row.revision, rule=None, server_rule=None, restrictions=found)
            now = self.now
            for place in PLACES:
                expected = any(each.holds(place, now) for each in self.known[which])
                told = decide(terms, Standing(inside=True), unanimous(place), now)
                assert isinstance(told, Withheld) is expected, (place, which)
                for location in doubtful(place):
                    assert not isinstance(decide(terms, Standing(), location, now), Withheld)


CODES = st.sets(st.sampled_from(PLACES), min_size=1, max_size=5)
WHICH = st.integers(0, 1)


def grants(state: st.SearchStrategy[str], begins: int, least: int) -> st.SearchStrategy[Any]:
    return st.tuples(
        st.just("grant"), WHICH, state, CODES, st.integers(0, begins), st.integers(least, 140_000),
        st.booleans(),
    )  # fmt: skip


PUBLISH = st.just(("publish",))
UNDO = st.tuples(
    st.just("undo"), WHICH, st.integers(0, 3),
    st.sampled_from(["withdraw", "suspend", "narrow", "sooner"]),
    st.sets(st.sampled_from(["FR", "GP", "RE", "US", "PR"]), min_size=1, max_size=2), MINUTES,
)  # fmt: skip
ANY = st.one_of(
    grants(st.sampled_from(sorted(OWN)), 3000, -5),
    PUBLISH,
    UNDO,
    UNDO,
    st.tuples(st.just("tamper"), WHICH, st.integers(0, 3)),
    st.tuples(st.just("wait"), st.integers(1, 50_000)),
)


def begun(state: str, codes: set[str]) -> list[Any]:
    """In force in both meetings from the start, so that there is something to undo."""
    asked = OWN[state] | codes
    return [("grant", which, state, asked, 0, 100_000, which == 1) for which in (0, 1)] + [("publish",)]


STEPS = st.builds(
    lambda state, codes, rest: begun(state, codes) + rest,
    st.sampled_from(sorted(OWN)),
    CODES,
    st.lists(ANY, min_size=1, max_size=7),
)


@given(steps=STEPS)
@example(steps=[*begun("FR", {"DE"}), ("undo", 0, 0, "narrow", {"FR"}, 0), ("publish",)])
@example(steps=[*begun("US", {"CN"}), ("undo", 1, 0, "sooner", {"US"}, 90), ("wait", 89), ("wait", 1)])
@example(
    steps=[*begun("CN", {"HK"}), ("undo", 0, 0, "suspend", {"CN"}, 0), ("undo", 1, 0, "withdraw", {"CN"}, 0)]
)
@example(steps=[*begun("CN", {"TW"}), ("tamper", 0, 0), ("wait", 1), ("publish",)])
@example(steps=[*begun("CN", {"MO"}), ("wait", 99_999), ("wait", 1)])
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_p1_p3_p6_p7_whatever_happens_the_gate_withholds_from_exactly_whom_it_should(
    registry: Registry, steps: list[Any]
) -> None:
    registry.clock.ahead = NOW - (registry.clock() - registry.clock.ahead)
    desk = getattr(registry, "desk", None) or Desk()
    registry.desk = desk  # type: ignore[attr-defined] # made once: passkeys take their time
    world = World(desk, registry, registry.proofs(), [kit.new_meeting(), kit.new_meeting()])
    world.proofs.follow()
    for name, *arguments in steps:
        if name == "wait":
            registry.clock.advance(60 * arguments[0])
        else:
            getattr(world, name)(*arguments)
        world.check()
    assert not Outbox.objects.filter(type="account.suspended").exists()
