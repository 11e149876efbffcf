"""What must be so, by the promises alone. Imports nothing of the product: it knows no entry, no proof and no
decision of the gate's, only what people did, what time it is, and where everybody is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.machine.places import Place

MORE = {
    "AU": "CC CX NF", "FI": "AX", "FR": "GF GP MQ RE YT BL MF PM", "NO": "BV SJ", "US": "AS GU MP PR UM VI"
}  # fmt: skip
"""States whose word counts elsewhere than at home. Mainland China's does not: HK, MO and TW are not its."""
EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
OF_THE_EU = "AX GF GP MF MQ RE YT"
LONGEST = timedelta(days=90)


def territory(state: str) -> set[str]:
    """Where the word of an authority of this state (or of the EU) counts."""
    return {*EU.split(), *OF_THE_EU.split()} if state == "EU" else {state, *MORE.get(state, "").split()}


@dataclass
class Rule:
    """An access rule: of a host for a meeting, or of the server for its door."""

    allow: bool
    codes: set[str]
    undetermined: str

    def says(self, mostly: str | None) -> str:
        if mostly is None:
            return self.undetermined
        return "admit" if (mostly in self.codes) is self.allow else "refuse"


@dataclass(eq=False)
class Order:
    """One restriction, from the day it is approved."""

    name: str
    meeting: int
    state: str
    codes: set[str]
    begins: datetime
    until: datetime
    law: str
    granted: set[str] = field(default_factory=set)
    public: bool = False
    ended: bool = False
    damaged: bool = False
    withdrawn: bool = False
    spared: set[str] = field(default_factory=set)
    known_to: set[str] = field(default_factory=set)
    kept_out: int = 0
    renews: "Order | None" = None

    def running(self, now: datetime) -> bool:
        return not self.ended and not self.damaged and self.begins <= now < self.until

    def spares(self, name: str) -> bool:
        """P7: whoever won an exemption has it for what renews the restriction, too."""
        return name in self.spared or (self.renews is not None and self.renews.spares(name))


@dataclass(eq=False)
class Someone:
    """A participant, and where they are in this story."""

    name: str
    place: Place
    meeting: int
    host: bool = False
    rostered: bool = False
    blocked: bool = False
    wants_in: bool = True


@dataclass
class Oracle:
    """All that happened, as far as it matters to who may be where."""

    orders: list[Order] = field(default_factory=list)
    rules: dict[int, Rule | None] = field(default_factory=lambda: {0: None, 1: None})
    server: Rule | None = None
    locked: dict[int, bool] = field(default_factory=lambda: {0: False, 1: False})
    log_works: bool = True
    set_back: bool = False
    contradicted: bool = False
    """The log is: nodes have their second to see it, and then it is `set_back`."""
    table_lost: bool = False

    def enforced(self, meeting: int, node: str, now: datetime) -> Iterator[Order]:
        """P3: only what is public, and while the log cannot be relied on only what this node knew before; P7:
        nothing at all while it may have been set back."""
        for each in () if self.set_back else self.orders:
            proven = each.public and (self.log_works or node in each.known_to)
            if each.meeting == meeting and proven and each.running(now):
                yield each

    def withholding(self, who: Someone, node: str, now: datetime) -> set[str]:
        """P1: those in whose territory this person surely is; P7: but for whoever won an exemption."""
        surely = None if self.table_lost else who.place.surely
        return {
            each.name
            for each in self.enforced(who.meeting, node, now)
            if surely is not None and surely in each.codes and not each.spares(who.name)
        }

    def at_door(self, who: Someone, node: str, now: datetime) -> str:
        """What somebody outside is told: a host's block, a restriction, rules, the lock, in this order."""
        if who.blocked:
            return "blocked"
        if self.withholding(who, node, now):
            return "withheld"
        said = self._rules(who, (self.server, self.rules[who.meeting]), inside=False)
        if said != "admit":
            return {"refuse": "refused_by_rule", "waiting_room": "lobby"}[said]
        return "locked" if self.locked[who.meeting] and not who.host else "admitted"

    def inside(self, who: Someone, node: str, now: datetime) -> str:
        """Whether somebody inside stays; nothing that belongs to the door reaches them."""
        if who.blocked:
            return "blocked"
        if self.withholding(who, node, now):
            return "withheld"
        said = self._rules(who, (self.rules[who.meeting],), inside=True)
        return "refused_by_rule" if said == "refuse" else "admitted"

    def _rules(self, who: Someone, rules: Iterable[Rule | None], *, inside: bool) -> str:
        """Access rules ask where somebody mostly is. Lost data puts nobody out; the host's waiting room is
        for people at the door, and never for the host."""
        if who.rostered:
            return "admit"
        mostly = None if self.table_lost else who.place.mostly
        heard = []
        for rule in rules:
            said = "admit" if rule is None else rule.says(mostly)
            if mostly is None and said == "waiting_room" and (inside or who.host):
                said = "admit"
            if mostly is None and inside and self.table_lost:
                said = "admit"
            heard.append(said)
        return next((each for each in ("refuse", "waiting_room") if each in heard), "admit")

    def notice(self, node: str) -> None:
        """A node has looked: what it found proven it keeps to, whatever happens to the log afterwards."""
        for each in self.orders:
            if each.public and self.log_works and not each.damaged and not each.ended:
                each.known_to.add(node)
            if each.damaged or each.ended:
                each.known_to.discard(node)

    def publish(self) -> None:
        for each in self.orders:
            each.public = True

    def restarted(self, node: str) -> None:
        for each in self.orders:
            each.known_to.discard(node)
