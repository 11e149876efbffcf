"""From the head to what everybody is shown: witnesses are asked, and their quorum publishes the checkpoint.

A witness that has seen more than we have, or something else, contradicts: then nothing is appended or
published until it agrees again or is taken out of the policy. So each process asks all witnesses once before
its first append: after a restored backup, nothing inconsistent is ever signed.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import IntegrityError, transaction

from bailiwick.ledger import contradictions, store, witnesses
from bailiwick.ledger.configuration import Configuration
from bailiwick.ledger.errors import (
    LogRewound,
    WitnessBusy,
    WitnessContradicts,
    WitnessError,
    WitnessUnreachable,
)
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.models import Head, Published
from bailiwick.ledger.sequencer import (
    Signed,
    check_uncontradicted,
    continued,
    head_now,
    refusal,
    remember,
)
from bailiwick.tlog.errors import QuorumNotMet
from bailiwick.tlog.notes import Note, Signature, parse_note
from bailiwick.tlog.policy import NO_QUORUM, Policy, Witness

REFRESH_SECONDS: Final = 12 * 3600.0
"""A checkpoint published longer ago than this is cosigned again: its witnesses still stand by it."""
LEASE_SECONDS: Final = 3 * witnesses.SECONDS
PAUSES: Final = (2.0, 5.0, 15.0, 60.0, 300.0)
"""Seconds after failures in a row before a witness is asked again; the last one repeats."""

_OFTEN: Final = 3

Trouble = Callable[[str, str], None]
"""(code, name of the witness or empty): something that people must look at."""

Say = Callable[[Policy, datetime], object]
"""Have the log say by whom it is witnessed from now on, if that is news (`policies.say_witnesses`)."""


def say_nothing(_policy: Policy, _now: datetime) -> None:
    """Of a log whose entries are counted."""


@dataclass(slots=True)
class Relation:
    """How this process stands with one witness."""

    since: int = 0
    """The size it has, as far as we know."""
    failures: int = 0
    not_before: float = 0.0
    asked: bool = False
    answered: bool = False
    contradiction: str = ""
    cosigned: tuple[int, bytes] | None = None
    """Size and root of the tree it cosigned last."""
    signature: Signature | None = None
    at: float = 0.0
    """When that came, by our clock."""

    def failed(self, now: float) -> None:
        """Wait longer each time."""
        self.asked = True
        self.not_before = now + PAUSES[min(self.failures, len(PAUSES) - 1)]
        self.failures += 1

    def accepted(self, head: Signed, signature: Signature, now: float) -> None:
        """It cosigned this head."""
        self.at = now
        self.since, self.cosigned, self.signature = head.size, (head.size, head.root), signature
        self.failures, self.not_before, self.contradiction = 0, 0.0, ""
        self.asked = self.answered = True

    def stands_by(self, head: Signed) -> bool:
        """Whether it cosigned this very tree."""
        return self.cosigned == (head.size, head.root)


class Publisher:
    """Publishes the head, in one of its processes at a time where there are witnesses to ask."""

    def __init__(
        self,
        configuration: Configuration,
        memory: Memory,
        *,
        post: witnesses.Post = witnesses.post,
        clock: Callable[[], float] = time.time,
        trouble: Trouble = lambda _code, _subject: None,
        say: Say = say_nothing,
    ) -> None:
        self._configuration = configuration
        self._memory = memory
        self._post = post
        self._clock = clock
        self._trouble = trouble
        self._say = say
        self._said: Policy | None = None
        self._relations: dict[str, Relation] = {}
        self._cleared = False
        self._asking: witnesses.Asking | None = None

    def cleared(self) -> bool:
        """Whether witnesses were asked since the start, so that appending is safe (`Sequencer` asks)."""
        return self._cleared or _nobody_to_ask(self._configuration.witnesses())

    def stop(self) -> None:
        """Wait no longer for answers that are on their way. From any thread."""
        if self._asking is not None:
            self._asking.give_up()

    def step(self) -> bool:
        """Bring what is published in step with the head. Whether something new was published.

        Raises:
            LogRefuses: as `sequencer.continued`, or because a witness contradicts.
        """
        head = continued(self._memory)
        policy = self._configuration.witnesses()
        if not remember(head, self._memory):
            return False
        self._tell(policy)
        if _nobody_to_ask(policy):
            contradictions.forget()
            return self._publish(head, policy)
        return self._with_witnesses(head, policy)

    def _tell(self, policy: Policy) -> None:
        """Who is to be believed changes in public: the log says so too, though its file was changed while we
        ran."""
        if policy != self._said:
            self._say(policy, datetime.fromtimestamp(self._clock(), UTC))
            self._said = policy

    def _with_witnesses(self, head: Signed, policy: Policy) -> bool:
        self._heed(policy)
        due = [witness for witness in _asked(policy) if self._due(witness, head)]
        if not due:
            self._settle(head, policy)
            published = self._publish(head, policy)
        elif not self._claim():
            return False
        else:
            published = self._ask_and_publish(head, policy, due)
        check_uncontradicted()
        return published

    def _ask_and_publish(self, head: Signed, policy: Policy, due: list[Witness]) -> bool:
        try:
            published = self._ask(head, policy, due)
        finally:
            Head.objects.filter(id=1).update(asking_until=0)
        self._cleared = self._cleared or self._clears(head, policy)
        self._settle(head, policy)
        return self._publish(head, policy) or published

    def _claim(self) -> bool:
        """One process asks at a time. Until witnesses were asked once, each process does so for itself."""
        now = self._clock()
        free = Head.objects.filter(id=1, asking_until__lte=now)
        return free.update(asking_until=now + LEASE_SECONDS) == 1 or not self._cleared

    # ------------------------------------------------------------ whom to ask

    def _due(self, witness: Witness, head: Signed) -> bool:
        relation = self._relation(witness)
        if relation.not_before > self._clock():
            return False
        if relation.stands_by(head) and not relation.contradiction:
            return self._is_old(head)
        if self._cleared and not relation.contradiction and self._cosigned_already(witness, head):
            return self._is_old(head)
        return head.size > 0 or not self._cleared

    def _cosigned_already(self, witness: Witness, head: Signed) -> bool:
        """Another process asked it."""
        row = Published.objects.filter(id=1, size=head.size).first()
        if row is None:
            return False
        return any(signature.is_by(witness.key) for signature in parse_note(bytes(row.checkpoint)).signatures)

    def _is_old(self, head: Signed) -> bool:
        row = Published.objects.filter(id=1).first()
        return row is None or row.size < head.size or self._clock() - row.at.timestamp() >= REFRESH_SECONDS

    def _relation(self, witness: Witness) -> Relation:
        return self._relations.setdefault(witness.name, Relation())

    # ------------------------------------------------------------ asking

    def _ask(self, head: Signed, policy: Policy, due: list[Witness]) -> bool:
        """Ask all at once; publish as soon as the quorum is there, not when the slowest has answered."""
        self._asking = asking = witnesses.Asking(self._post)
        deadline, published = time.monotonic() + witnesses.SECONDS, False
        for witness in due:
            self._send(asking, witness, head)
        while came := asking.next(deadline):
            witness, answer = came
            again = self._take(witness, answer, head)
            if again:
                self._send(asking, witness, head)
            elif not published:
                published = self._publish(head, policy)
        for witness in due:
            if witness.name in asking.silent:
                self._take(witness, WitnessUnreachable("no answer in time"), head)
        return published

    def _send(self, asking: witnesses.Asking, witness: Witness, head: Signed) -> None:
        old = min(self._relation(witness).since, head.size)
        proof = store.consistency(old, head.size) if 0 < old < head.size else []
        asking.start(witness, witnesses.request(old, proof, head.note))

    def _take(self, witness: Witness, answer: witnesses.Answer | WitnessError, head: Signed) -> bool:
        """Note what a witness answered; whether to ask it again at once, now that its size is known."""
        relation = self._relation(witness)
        try:
            if isinstance(answer, WitnessError):
                raise answer
            found = witnesses.read(answer, witness, parse_note(head.note).text)
            if isinstance(found, witnesses.Behind):
                return self._catch_up(relation, found.size, head)
            relation.accepted(head, found, self._clock())
            contradictions.agrees(witness)
        except WitnessContradicts as error:
            self._contradicted(witness, error.makes)
        except WitnessError as error:
            self._failed(relation, error, witness.name, head)
        return False

    def _failed(self, relation: Relation, error: WitnessError, name: str, head: Signed) -> None:
        """A witness may refuse to cosign an empty tree; that it answered at all is enough then."""
        relation.answered = relation.answered or not isinstance(error, WitnessUnreachable)
        if head.size == 0 and relation.answered:
            relation.asked = True
            return
        relation.failed(self._clock())
        if not isinstance(error, WitnessBusy) or relation.failures >= _OFTEN:
            self._trouble(error.code, name)

    def _catch_up(self, relation: Relation, size: int, head: Signed) -> bool:
        """It has another size than we thought. More than the head has means that we lost entries, unless
        another process went further meanwhile."""
        if size > head_now().size:
            raise WitnessContradicts(LogRewound.code)
        known, relation.since = relation.since, size
        if size == known:
            raise WitnessBusy("it refuses the very size that it tells")
        return size <= head.size  # else it has a newer one of ours, which the next step asks about

    def _contradicted(self, witness: Witness, code: str) -> None:
        """Stop everybody: the head's row carries it to all processes."""
        relation = self._relation(witness)
        relation.failed(self._clock())
        relation.contradiction = code
        contradictions.contradicts(witness, code)
        self._trouble(code, witness.name)

    # ------------------------------------------------------------ what it comes to

    def _heed(self, policy: Policy) -> None:
        """What a witness told another process, or one before this, counts here too until it agrees again."""
        if not (code := refusal()):
            return
        found = contradictions.marks()
        for witness in _asked(policy):
            relation = self._relation(witness)
            if contradictions.mark_of(witness) in found and not relation.contradiction:
                relation.contradiction, relation.cosigned = code, None

    def _clears(self, head: Signed, policy: Policy) -> bool:
        """Whether appending is safe: the quorum stands by the head, and the others could not be a quorum too.
        Else they may have cosigned another, longer log, and both would be believed. Where there need be no
        quorum, all were asked.
        """
        relations = {witness.name: self._relation(witness) for witness in _asked(policy)}
        if any(relation.contradiction for relation in relations.values()):
            return False
        if policy.quorum == NO_QUORUM:
            return all(relation.asked for relation in relations.values())
        standing = self._standing(head, policy)
        return policy.quorum_met(standing) and not policy.quorum_met(relations.keys() - standing)

    def _standing(self, head: Signed, policy: Policy) -> set[str]:
        """Who stands by the head. Of an empty tree a witness can say nothing but that it has seen more."""
        relations = {witness.name: self._relation(witness) for witness in _asked(policy)}
        return {
            name
            for name, each in relations.items()
            if each.stands_by(head) or (not head.size and each.answered)
        }

    def _settle(self, head: Signed, policy: Policy) -> None:
        """Take a refusal back once the quorum stands by the head, and with it whoever contradicted and is in
        the policy still. Another one that is down, or that nobody can ask, changes nothing about that."""
        if not refusal() or not policy.quorum_met(self._standing(head, policy)):
            return
        if not contradictions.marks() & {contradictions.mark_of(witness) for witness in _asked(policy)}:
            contradictions.forget()

    # ------------------------------------------------------------ publishing

    def _publish(self, head: Signed, policy: Policy) -> bool:
        """Show the head with all its cosignatures, if the quorum is met. Whether that changed something."""
        if head.size == 0 or refusal():
            return False
        before = Published.objects.filter(id=1).first()
        note = self._cosigned(head, policy, before)
        if before is not None and bytes(before.checkpoint) == note.encode():
            return False
        try:
            self._configuration.whole_policy(head.vkeys).check(note.encode())
        except QuorumNotMet:
            return False
        return self._show(head, note)

    def _cosigned(self, head: Signed, policy: Policy, before: Published | None) -> Note:
        """The head's note with each witness's latest cosignature: our own, and those published already."""
        note = parse_note(head.note)
        earlier = parse_note(bytes(before.checkpoint)) if before is not None else None
        same = earlier.signatures if earlier is not None and earlier.text == note.text else ()
        latest: list[Signature] = []
        for witness in policy.witnesses:
            relation = self._relation(witness)
            shown = [signature for signature in same if signature.is_by(witness.key)]
            came = relation.signature if relation.stands_by(head) else None
            if came is not None and (not shown or before is None or relation.at >= before.at.timestamp()):
                shown = [came]
            latest += shown[-1:]
        return note.with_signatures(latest)

    def _show(self, head: Signed, note: Note) -> bool:
        """Replace what is published, forward only: another process may have published more meanwhile."""
        at = datetime.fromtimestamp(self._clock(), UTC)
        older = Published.objects.filter(id=1, size__lte=head.size)
        if older.update(size=head.size, checkpoint=note.encode(), at=at) == 1:
            return True
        try:
            with transaction.atomic():
                Published.objects.create(size=head.size, checkpoint=note.encode(), at=at)
        except IntegrityError:
            return False
        return True


def _asked(policy: Policy) -> list[Witness]:
    """Those whose cosignatures we can verify. Others may stand in a policy, and count for nothing here."""
    return [witness for witness in policy.witnesses if witness.key.verifiable]


def _nobody_to_ask(policy: Policy) -> bool:
    return policy.quorum == NO_QUORUM and not _asked(policy)
