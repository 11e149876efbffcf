"""What the register knows: the published entries of the log, put together. Nothing here comes from a private
row, so that the register can say nothing the log does not.

Later entries about a restriction only ever take away (suspended, withdrawn, fewer codes, an earlier end);
what is read here is what the gate enforces at most.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from bailiwick.ledger import entries as log
from bailiwick.ledger import queries
from bailiwick.ledger.contents import Contents, Reader
from bailiwick.ledger.roll import roll_of
from bailiwick.ledger.vocabulary import AuthorityKind
from bailiwick.register import decisions
from bailiwick.register.authorities import Authority, authorities
from bailiwick.register.decisions import Decision
from bailiwick.register.logged import Logged, every, grouped
from bailiwick.register.words import whose
from bailiwick.signing.roll import Roll

Ended = log.RestrictionSuspended | log.RestrictionWithdrawn
Later = (
    log.RestrictionSuspended | log.RestrictionWithdrawn | log.RestrictionCorrected | log.RestrictionExpired
)


_READER: Final = Reader()
"""What this process has read of the log so far."""


class Standing(StrEnum):
    """Where a restriction stands at an instant. `DORMANT`: it has not ended, and keeps nobody out, for the
    server takes no demands any more."""

    TO_COME = "to_come"
    IN_FORCE = "in_force"
    DORMANT = "dormant"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Restriction:
    """One restriction and all that the log says of it. `renewed_by`: ids of those that follow it."""

    approved: Logged[log.RestrictionApproved]
    later: tuple[Logged[Later], ...] = ()
    decision: Decision | None = None
    appeals: tuple[Logged[log.AppealFiled], ...] = ()
    decided: tuple[Logged[log.AppealDecided], ...] = ()
    renewed_by: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """32 hexadecimal digits."""
        return self.approved.entry.restriction

    @property
    def entry(self) -> log.RestrictionApproved:
        """As it was approved."""
        return self.approved.entry

    @property
    def _corrected(self) -> list[log.RestrictionCorrected]:
        return [each.entry for each in self.later if isinstance(each.entry, log.RestrictionCorrected)]

    @property
    def territories(self) -> tuple[str, ...]:
        """Where it applies, less what was corrected."""
        left = set(self.entry.territories)
        for correction in self._corrected:
            if correction.territories is not None:
                left &= set(correction.territories)
        return tuple(sorted(left))

    @property
    def approved_at(self) -> datetime:
        """When the second of two people approved it."""
        return self.entry.approved_at or self.entry.at

    @property
    def until(self) -> datetime:
        """When it ends by the clock."""
        return min([self.entry.until, *(each.until for each in self._corrected if each.until)])

    @property
    def ended(self) -> Logged[Any] | None:
        """What ended it before its time: the withdrawal, else the first suspension."""
        found = [each for each in self.later if isinstance(each.entry, Ended)]
        for_good = (each for each in found if isinstance(each.entry, log.RestrictionWithdrawn))
        return next(for_good, found[0] if found else None)

    def standing(self, now: datetime) -> Standing:
        """Where it stands; intervals are `[from, until)`."""
        if self.ended is not None:
            suspended = isinstance(self.ended.entry, log.RestrictionSuspended)
            return Standing.SUSPENDED if suspended else Standing.WITHDRAWN
        if now < self.entry.begins:
            return Standing.TO_COME
        return Standing.IN_FORCE if now < self.until and self.territories else Standing.EXPIRED


@dataclass(frozen=True, slots=True)
class Demand:
    """One demand: received, and what came of it. `authority`: whose it is, the one named last, if it is one
    that was added. `parts`: refusals of single things it names."""

    received: Logged[log.DemandReceived]
    authority: Authority | None = None
    attributed: tuple[Logged[log.DemandAttributed], ...] = ()
    refused: tuple[Logged[log.DemandRefused], ...] = ()
    explained: tuple[Logged[log.RefusalExplained], ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    examined: tuple[Logged[log.DemandExamined], ...] = ()
    parts: tuple[Logged[log.TargetRefused], ...] = ()
    answered: tuple[Logged[log.DemandAnswered], ...] = ()

    @property
    def state(self) -> str:
        """Whose authority demands."""
        return self.received.entry.state if self.authority is None else self.authority.entry.state

    @property
    def kind(self) -> AuthorityKind:
        """What sort of authority."""
        return self.received.entry.kind if self.authority is None else self.authority.entry.kind

    @property
    def outcome(self) -> str:
        """`open`, `refused`, `granted`, or `granted_in_part` where less was granted than was asked: by the
        log's own word once all of it is answered, else by what is published so far."""
        if not self.restrictions:
            return "refused" if self.refused else "open"
        if self.answered:
            return "granted" if self.answered[-1].entry.outcome == "granted" else "granted_in_part"
        narrower = any(each.decision is not None and each.decision.is_narrower for each in self.restrictions)
        less = self.refused or self.parts or narrower or self._left_out
        return "granted_in_part" if less else "granted"

    @property
    def stage(self) -> str:
        """The outcome; of an open one, whether it was examined and is complete."""
        if self.outcome != "open":
            return self.outcome
        return self.examined[-1].entry.outcome if self.examined else "received"

    @property
    def why(self) -> str:
        """Hash of the document that says why it was refused, or has its text; empty for none."""
        refused = [each.entry.document for each in self.refused]
        found = refused + [each.entry.document for each in self.explained]
        return next((name for name in reversed(found) if name), "")

    @property
    def later(self) -> list[int]:
        """Indices of the entries that followed, but for those of restrictions."""
        steps = (self.attributed, self.refused, self.explained, self.examined, self.parts, self.answered)
        return sorted(each.index for kind in steps for each in kind)

    @property
    def was_incomplete(self) -> bool:
        """Whether it was sent back, or refused, for what it does not say."""
        sent_back = any(each.entry.outcome == "incomplete" for each in self.examined)
        return sent_back or any("incomplete" in each.entry.reasons for each in self.refused)

    @property
    def named(self) -> int:
        """How many meetings and accounts it named, as far as a published decision says; at least one."""
        said = [each.decision.named for each in self.restrictions if each.decision is not None]
        return max([1, self.granted, *said])

    @property
    def _left_out(self) -> bool:
        return self.named > self.granted

    @property
    def granted(self) -> int:
        """How many restrictions, without those that only put in force again what was suspended."""
        own = {each.id for each in self.restrictions}
        return sum(each.entry.renews not in own for each in self.restrictions)

    @property
    def decided_on(self) -> date | None:
        """The day of the first decision; None: none yet."""
        days = [each.entry.day for each in self.refused]
        days += [each.approved_at.date() for each in self.restrictions]
        return min(days, default=None)

    @property
    def effect_on(self) -> date | None:
        """The day on which the first of what was granted took effect; None: nothing was."""
        return min((each.entry.begins.date() for each in self.restrictions), default=None)


@dataclass(frozen=True)
class Book:
    """All of it, as of one published checkpoint of `size` entries; the youngest of each kind last."""

    size: int = 0
    published_at: datetime | None = None
    restrictions: Mapping[str, Restriction] = field(default_factory=dict)
    demands: Sequence[Demand] = ()
    authorities: Mapping[str, Authority] = field(default_factory=dict)
    switched: Sequence[Logged[log.DemandsSwitched]] = ()
    policies: Sequence[Logged[log.PolicyChanged]] = ()
    server_rules: Sequence[Logged[log.ServerRuleChanged]] = ()
    tables: Sequence[Logged[log.LocationTable]] = ()
    suspensions: Sequence[Logged[log.AccountSuspended]] = ()
    prompted: Sequence[Logged[log.SuspensionRefused]] = ()
    reinstatements: Sequence[Logged[log.AccountReinstated]] = ()
    totals: Sequence[Logged[log.PeriodTotals]] = ()
    reports: Sequence[Logged[log.ReportPublished]] = ()
    roll: Roll = field(default_factory=Roll)

    @property
    def takes_demands(self) -> Logged[log.DemandsSwitched] | None:
        """The entry that says so, or that it does not; None before there is one."""
        return self.switched[-1] if self.switched else None

    @property
    def rule(self) -> Logged[log.ServerRuleChanged] | None:
        """The server-wide access rule in force."""
        last = self.server_rules[-1] if self.server_rules else None
        return last if last is not None and last.entry.change == "in_force" else None

    def policy(self, kind: str) -> Logged[log.PolicyChanged] | None:
        """The version in force of one of the policies."""
        return next((each for each in reversed(self.policies) if each.entry.policy == kind), None)

    def whose(self, authority: str | None, state: str, kind: str) -> str:
        """The name of an authority by its id, else what it is and whose."""
        known = self.authorities.get(authority or "")
        return whose("" if known is None else known.name, state, kind)

    def standing(self, now: datetime, *standings: Standing) -> list[Restriction]:
        """Restrictions that stand so, the youngest first."""
        every = reversed([*self.restrictions.values()])
        return [each for each in every if self.stands(each, now) in standings]

    def stands(self, restriction: Restriction, now: datetime) -> Standing:
        """Where one stands: nothing is enforced on a server that takes no demands, whatever is in the log."""
        found, taken = restriction.standing(now), self.takes_demands
        asleep = taken is not None and not taken.entry.on
        return Standing.DORMANT if asleep and found in (Standing.TO_COME, Standing.IN_FORCE) else found

    def chain(self, restriction: Restriction) -> list[Restriction]:
        """What it renews, itself, and what renews it, in order."""
        before = [restriction]
        while (known := self.restrictions.get(before[0].entry.renews or "")) and known not in before:
            before.insert(0, known)
        after = list(before)
        for each in after:
            more = (self.restrictions[following] for following in each.renewed_by)
            after.extend(found for found in more if found not in after)
        return sorted(after, key=lambda each: each.approved.index)


def open_book() -> Book:
    """The register as of the published checkpoint. One query while that stays the same.

    Raises:
        LogRefuses: this server's key did not sign it, or the entries that are there are not those it covers.
    """
    published = queries.published()
    if published is None:
        return Book()
    return _read(published.at, bytes(published.checkpoint))


@lru_cache(maxsize=1)
def _read(published_at: datetime, checkpoint: bytes) -> Book:
    """The checkpoint names the very log: entries it covers never change."""
    contents = _READER.read(queries.signed_here(checkpoint))
    restrictions = _restrictions(contents)
    added = {each.entry.authority: each for each in authorities(contents)}
    return Book(
        size=contents.size,
        published_at=published_at,
        restrictions=restrictions,
        demands=tuple(_demands(contents, restrictions, added)),
        authorities=added,
        switched=every(log.DemandsSwitched, contents),
        policies=every(log.PolicyChanged, contents),
        server_rules=every(log.ServerRuleChanged, contents),
        tables=every(log.LocationTable, contents),
        suspensions=every(log.AccountSuspended, contents),
        prompted=every(log.SuspensionRefused, contents),
        reinstatements=every(log.AccountReinstated, contents),
        totals=every(log.PeriodTotals, contents),
        reports=every(log.ReportPublished, contents),
        roll=roll_of(contents.of_signers()),
    )


def _restrictions(contents: Contents) -> dict[str, Restriction]:
    approved = every(log.RestrictionApproved, contents)
    later: list[Logged[Any]] = [
        *every(log.RestrictionSuspended, contents),
        *every(log.RestrictionWithdrawn, contents),
        *every(log.RestrictionCorrected, contents),
        *every(log.RestrictionExpired, contents),
    ]
    following = grouped("renews", approved)
    by_id = grouped("restriction", sorted(later, key=lambda each: each.index))
    filed = grouped("restriction", every(log.AppealFiled, contents))
    decided = grouped("restriction", every(log.AppealDecided, contents))
    return {
        (name := each.entry.restriction): Restriction(
            each,
            tuple(by_id[name]),
            decisions.read(each.entry.document),
            tuple(filed[name]),
            tuple(decided[name]),
            tuple(other.entry.restriction for other in following[name]),
        )
        for each in approved
    }


_STEPS: Final[Mapping[str, type[Any]]] = {
    "attributed": log.DemandAttributed,
    "refused": log.DemandRefused,
    "explained": log.RefusalExplained,
    "examined": log.DemandExamined,
    "parts": log.TargetRefused,
    "answered": log.DemandAnswered,
}
"""Of a demand, but for its restrictions: fields of `Demand`."""


def _demands(
    contents: Contents, restrictions: Mapping[str, Restriction], added: Mapping[str, Authority]
) -> Iterator[Demand]:
    steps: dict[str, Any] = {name: grouped("demand", every(kind, contents)) for name, kind in _STEPS.items()}
    granted: dict[str, list[Restriction]] = defaultdict(list)
    for restriction in restrictions.values():
        granted[restriction.entry.demand].append(restriction)
    for each in every(log.DemandReceived, contents):
        name = each.entry.demand
        found = {step: tuple(entries[name]) for step, entries in steps.items()}
        last = found["attributed"][-1].entry if found["attributed"] else each.entry
        by = added.get(last.authority or "")
        yield Demand(each, by, restrictions=tuple(granted[name]), **found)
