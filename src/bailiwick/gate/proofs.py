"""Which restrictions this gate enforces, found out by itself (P3), once per revision of a meeting.

No proof, a bad one, or a row that was changed behind the application's back: not enforced, and an alarm,
never an exception on somebody's way in. While the log stands still nothing new is taken up, and what this
process has verified stays. Where the database was set back behind what the log showed before, or holds
another history, nothing at all is enforced: what was lifted meanwhile must not come back. The same where the
clock is behind what witnesses signed: what has ended must not come back. Which of these it is, `followed`
says. To stop needs no proof (P7).
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError

from bailiwick.gate.followed import AT_ONCE, FollowedLog, LogState, Look
from bailiwick.gate.grounds import Grounds
from bailiwick.gate.signers import Signers, SignersUnproven
from bailiwick.gate.verifying import Trust, Unproven, Verified, rebuilt, verified
from bailiwick.ledger.entries import RestrictionApproved, encode
from bailiwick.ledger.errors import LogRefuses
from bailiwick.meetings.presences import Person
from bailiwick.orders import queries as orders
from bailiwick.orders.actions.enforcement import record_proof
from bailiwick.orders.published import renaming
from bailiwick.orders.queries import Narrowed, Row
from bailiwick.rules import restriction as rules
from bailiwick.rules.location import Location
from bailiwick.rules.restriction import RestrictionId
from bailiwick.rules.territory import Code

log = structlog.get_logger()
GRACE: Final = timedelta(seconds=60)
"""So long a proof may take before its absence is an alarm."""
RETRY: Final = timedelta(seconds=15)
_CACHED: Final = 1024
_NOTED: Final = 256


@dataclass(frozen=True, slots=True)
class Enforced:
    """What holds in one meeting at one revision."""

    restrictions: tuple[rules.Restriction, ...] = ()
    grounds: Mapping[RestrictionId, Grounds] = field(default_factory=dict)
    exemptions: tuple[orders.Exempted, ...] = ()

    def exempt(self, person: Person) -> frozenset[RestrictionId]:
        """Which of them do not reach this person, by an appeal."""
        return orders.exempt_from(self.exemptions, person) if self.exemptions else frozenset()

    def reaching(self, location: Location, now: datetime) -> tuple[RestrictionId, ...]:
        """Those in force where this is."""
        return tuple(
            each.id
            for each in self.restrictions
            if location.unanimous in each.territory and each.in_force(now)
        )

    def told(self, ids: tuple[RestrictionId, ...]) -> tuple[Grounds, ...]:
        """What somebody kept out by these is told."""
        return tuple(self.grounds[each] for each in ids if each in self.grounds)


NOTHING: Final = Enforced()


class Proofs:
    """`of` runs in the gate's lanes, `follow` on another thread. Without one, a gate has no restrictions."""

    def __init__(
        self,
        trust: Trust,
        clock: Callable[[], datetime],
        alarm: Callable[[str, str], None],
        log: FollowedLog,
    ) -> None:
        self._trust = trust
        self._log = log
        self._signers = Signers()
        self._clock = clock
        self._alarm = alarm
        self._enforced: OrderedDict[tuple[UUID, int, int], Enforced] = OrderedDict()
        self._verified: dict[UUID, tuple[bytes, Verified]] = {}
        self._noted: deque[tuple[str, str]] = deque(maxlen=_NOTED)
        self._refused: deque[UUID] = deque(maxlen=_NOTED)
        self._taken = log.taken
        self._followed = LogState.GOES_ON
        self._again = False
        self._retry_at: datetime | None = None
        self.generation = 0

    # ------------------------------------------------------------ in the gate's lanes: several threads

    def of(self, meeting_id: UUID, revision: int) -> Enforced:
        """What to enforce in a meeting as of a revision, or later. No query where that is known."""
        key = (meeting_id, revision, self.generation)
        found = self._enforced.get(key)
        if found is None:
            found = self._enforced[key] = self._read(meeting_id)
            while len(self._enforced) > _CACHED:
                self._enforced.popitem(last=False)
        return found

    def _read(self, meeting_id: UUID) -> Enforced:
        rows = orders.touching(meeting_id)
        if not rows:
            return NOTHING
        look = self._log.look(AT_ONCE)
        holding = [found for row in rows if (found := self._holding(row, look)) is not None]
        exempt = orders.exemptions((UUID(found.restriction.id) for found in holding), rows)
        return Enforced(
            tuple(found.restriction for found in holding),
            {found.restriction.id: found.grounds for found in holding},
            exempt,
        )

    def _holding(self, row: Row, look: Look) -> Verified | None:
        """What is left of one row: None for nothing. Whatever goes wrong with it harms nobody's way in."""
        try:
            away = orders.narrowed(row).also(self._log.taken.get(row.pk.hex, Narrowed()))
            if away.ended:
                self._verified.pop(row.pk, None)
                return None
            found = self._verify(row, look)
            return None if found is None else _narrow(found, away)
        except Unproven as reason:
            if not self._is_forgotten(row, reason):
                self._not_enforced(row, reason.code)
        except LogRefuses as refusal:
            self._not_enforced(row, refusal.code)
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 (a damaged row must not close the door of its meeting)
            log.error("restriction_not_verified", restriction=row.pk.hex, cause=type(error).__name__)
            self._not_enforced(row, "restriction_unverifiable")
        return None

    def _verify(self, row: Row, look: Look) -> Verified | None:
        if row.proof is None and self._early(row):
            return None
        entry = rebuilt(row)
        renamed = renaming(row.authority)
        if renamed is not None and not renamed[1]:
            self._again_later()  # its former name is told until everybody can read the new one
        digest = _digest(row, entry, renamed)
        known = self._verified.get(row.pk)
        if known is not None and known[0] != digest:
            known = None
        if self._withholds(look) or (known is None and look.state is not LogState.GOES_ON):
            self._put_off(look)
            return None
        if known is None:
            found = verified(row, entry, self._trust, self._signers)
            known = self._verified[row.pk] = (digest, found)
        return known[1]

    def _withholds(self, look: Look) -> bool:
        """Whether nothing at all is enforced, by this look or by the last one of `follow`. Both count, since
        what is found here is kept until a look of `follow` differs from the one before."""
        return LogState.SET_BACK in (look.state, self._followed)

    def _put_off(self, look: Look) -> None:
        if look.why:
            self._noted.append((look.why, ""))
        self._again_later()

    def _early(self, row: Row) -> bool:
        """Whether it is too soon, or too late, to make a missing proof an alarm."""
        now = self._clock()
        return now - orders.approved_at(row) < GRACE or row.expires_at <= now

    def _is_forgotten(self, row: Row, reason: Unproven) -> bool:
        """Whether nothing is amiss: a proven entry's time is over, and so nobody keeps what it meant (P9)."""
        return reason.code == "restriction_target_unknown" and row.expires_at <= self._clock()

    def _not_enforced(self, row: Row, code: str) -> None:
        self._verified.pop(row.pk, None)
        self._noted.append((code, row.pk.hex))
        self._again_later()
        if row.proof is not None:
            self._refused.append(row.pk)

    def _again_later(self) -> None:
        """What was not enforced may have been for a reason that goes away, such as a key file's absence."""
        if self._retry_at is None:
            self._retry_at = self._clock() + RETRY

    # ------------------------------------------------------------ every second, on another thread

    def begin(self) -> None:
        """Read the whole log, before anybody is let in. What is wrong with it `follow` tells."""
        self._log.look()
        with suppress(LogRefuses, SignersUnproven):  # whatever is not enforced for it tells
            self._signers.read_on(self._trust())

    def follow(self) -> bool:
        """Look at the log, fetch proofs, raise alarms. True: decide on everybody again.

        The log comes first: nothing that fails after it may hide that it was set back.
        """
        if self._log_moved() | self._more_taken() | self._retry_due():
            self.generation += 1
            self._again = True
        try:
            self._collect()
        finally:
            self._tell()
        again, self._again = self._again, False
        return again

    def _log_moved(self) -> bool:
        """Whether the log went on or was set back. That it stands still changes nothing by itself.

        The state is assigned once, before the generation moves on: who reads with the new generation reads
        with the new state.
        """
        look = self._log.look()
        before, self._followed = self._followed, look.state
        if look.state is LogState.SET_BACK and look.why:
            self._noted.append((look.why, ""))
        if look.state in (before, LogState.STANDS_STILL):
            return False
        log.warning("restrictions_follow_log", state=look.state.name.lower())
        return True

    def _more_taken(self) -> bool:
        """Whether later entries took something away that rows may not tell of."""
        before, self._taken = self._taken, self._log.taken
        return self._taken is not before

    def _retry_due(self) -> bool:
        if self._retry_at is None or self._clock() < self._retry_at:
            return False
        self._retry_at = None
        return True

    def _tell(self) -> None:
        """What could not be raised is raised the next time."""
        while self._noted:
            self._alarm(*self._noted[0])
            self._noted.popleft()

    def _fresh(self, restriction_id: UUID) -> bytes | None:
        try:
            return orders.fresh_proof(restriction_id)
        except LogRefuses as refusal:
            self._noted.append((refusal.code, ""))
            return None

    def _collect(self) -> None:
        for row in orders.awaiting_proof(self._clock()):
            proof = self._fresh(row.pk)
            if proof is not None:
                record_proof(row.pk, proof, None)
            elif self._clock() - orders.approved_at(row) >= GRACE:
                self._noted.append(("restriction_unproven", row.pk.hex))
        while self._refused:
            self._renew(self._refused.popleft())

    def _renew(self, restriction_id: UUID) -> None:
        """A proof that no longer verifies may be one by a key or witness of before: ask for today's."""
        proof = self._fresh(restriction_id)
        before = orders.proof_of(restriction_id)
        if proof is not None and proof != before:
            record_proof(restriction_id, proof, before)


def _digest(row: Row, entry: RestrictionApproved, renamed: tuple[int, bool] | None) -> bytes:
    """Names all that a verification rests on, but for the configuration."""
    parts = [row.meeting_id.bytes if row.meeting_id else b"", encode(entry), bytes(row.proof or b"")]
    parts += [repr(renamed).encode()]
    return sha256(b"".join(sha256(part).digest() for part in parts)).digest()


def _narrow(found: Verified, away: Narrowed) -> Verified:
    """The entry, less what was taken away since. Nothing is ever added."""
    whole = found.restriction
    territory = whole.territory
    if away.territories is not None:
        territory &= frozenset(map(Code, away.territories))
    until = whole.expires_at if away.until is None else min(whole.expires_at, away.until)
    return Verified(
        replace(whole, territory=territory, expires_at=until),
        replace(found.grounds, territories=tuple(sorted(territory)), expires_at=until),
    )
