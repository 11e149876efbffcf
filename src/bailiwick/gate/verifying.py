"""Whether one restriction may be enforced (P3): everything is checked again here, against the gate's own
configuration, whoever checked it before. What holds is what the proven *entry* says, not a row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from bailiwick.gate.grounds import Grounds, Target
from bailiwick.gate.signers import Signers, SignersUnproven
from bailiwick.ledger import keyfile
from bailiwick.ledger import queries as ledger
from bailiwick.ledger.commitments import opens
from bailiwick.ledger.configuration import Configuration
from bailiwick.ledger.entries import AuthorityAdded, AuthorityChanged, RestrictionApproved, encode
from bailiwick.ledger.errors import LogRefuses, MalformedEntry
from bailiwick.orders.entries import approved_entry
from bailiwick.orders.published import published
from bailiwick.orders.queries import Row
from bailiwick.orders.reach import last_day, reach_of
from bailiwick.rules import restriction as rules
from bailiwick.rules.restriction import LONGEST, RestrictionId
from bailiwick.rules.territory import parse_territory
from bailiwick.signing.errors import Fault, Unapproved
from bailiwick.tlog.errors import ProofRefused, TlogError
from bailiwick.tlog.policy import Policy
from bailiwick.tlog.proof_files import parse_log_proof

Trust = Callable[[], Policy]
"""Whose checkpoints are believed. Raises LogRefuses where that cannot be told."""


class Unproven(Exception):  # noqa: N818 - a state of the world
    """A restriction is not enforced; `code` is that of the alarm."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Verified:
    """A restriction that the log proves: from its entry alone."""

    restriction: rules.Restriction
    grounds: Grounds


def configured_trust(configuration: Configuration) -> Trust:
    """The log by the keys in this machine's key file, and the witnesses of its policy file: nothing of this
    is read from the database."""

    def trust() -> Policy:
        return configuration.policy_of([key.verifier for key in keyfile.read(configuration.key_file)])

    return trust


def rebuilt(row: Row) -> RestrictionApproved:
    """The entry that the row claims to be in the log. Unproven: it cannot be one."""
    try:
        entry = approved_entry(row, list(row.approvals.all()))
        encode(entry)
    except (ValueError, MalformedEntry):
        raise Unproven("restriction_altered") from None
    return entry


def verified(row: Row, entry: RestrictionApproved, trust: Trust, signers: Signers) -> Verified:
    """What to enforce.

    Raises:
        Unproven: nothing; `code` says why.
    """
    if row.proof is None or row.meeting_id is None:
        raise Unproven("restriction_unproven")
    policy = _believed(trust)
    index, size, origin = _in_log(entry, bytes(row.proof), policy)
    target = _target(entry, row.meeting_id.bytes)
    _check_approvals(entry, index, signers, policy)
    name = _authority(row, entry, policy)
    return Verified(bounded(entry), _grounds(name, entry, target, (index, size, origin)))


def _believed(trust: Trust) -> Policy:
    try:
        policy = trust()
    except LogRefuses as refusal:
        raise Unproven(refusal.code) from None
    if policy.quorum_met(()):
        raise Unproven("restriction_without_witness")
    return policy


def _in_log(entry: RestrictionApproved, proof: bytes, policy: Policy) -> tuple[int, int, str]:
    """Index, size and origin of the log that has these very bytes."""
    data = encode(entry)
    try:
        parsed = parse_log_proof(proof)
    except TlogError:
        raise Unproven("restriction_proof_refused") from None
    try:
        checkpoint = parsed.verify(data, policy).checkpoint
    except TlogError as refusal:
        # only what to look at differs: a row that says something else, or a proof that is none
        known = ledger.entry(parsed.index) if isinstance(refusal, ProofRefused) else data
        altered = known is not None and known != data
        raise Unproven("restriction_altered" if altered else "restriction_proof_refused") from None
    return parsed.index, checkpoint.size, checkpoint.origin


def _target(entry: RestrictionApproved, meeting: bytes) -> Target:
    """What opens the commitment: to this meeting, and to no other."""
    salt = ledger.salt(entry.target)
    if salt is None or not opens(entry.target, salt, meeting):
        raise Unproven("restriction_target_unknown")
    return Target(entry.target, salt.hex(), meeting.hex())


def _check_approvals(entry: RestrictionApproved, index: int, signers: Signers, policy: Policy) -> None:
    """Two different passkeys signed exactly this, which the log had named before as those that may (P5)."""
    try:
        signers.roll(index, policy).approvers(index, encode(entry))
    except SignersUnproven:
        raise Unproven("restriction_signers_unproven") from None
    except Unapproved as refusal:
        known = refusal.fault is not Fault.NO_SIGNER
        raise Unproven("restriction_unapproved" if known else "restriction_no_signer") from None


def _authority(row: Row, entry: RestrictionApproved, policy: Policy) -> str:
    """The authority's name, by its own proven entry: it was added in public, as what it is (P1), and whoever
    is kept out is told its name by what everybody can read, not by a row (P4)."""
    found = published(row.authority)
    if found is None:
        raise Unproven("restriction_authority_unknown")
    said, known = found.entry, (entry.authority, entry.state, entry.kind)
    if (said.authority, said.state, said.kind) != known or not _is_proven(said, found.index, policy):
        raise Unproven("restriction_authority_unknown")
    renamed = found.changed
    if renamed is not None and _is_proven(renamed.entry, renamed.index, policy):
        return renamed.name or f"{entry.kind} of {entry.state}"
    return found.name or f"{entry.kind} of {entry.state}"


def _is_proven(said: AuthorityAdded | AuthorityChanged, index: int | None, policy: Policy) -> bool:
    """Whether everybody can read it in the log today."""
    proof = None if index is None else ledger.proof_file(index)
    if proof is None:
        return False
    try:
        parse_log_proof(proof).verify(encode(said), policy)
    except TlogError:
        return False
    return True


def bounded(entry: RestrictionApproved) -> rules.Restriction:
    """The rule, if it keeps to its authority's territory (P1) and to 90 days (P6)."""
    try:
        territory = parse_territory(entry.territories)
        reach = reach_of(entry.state, entry.kind, entry.from_.date(), last_day(entry.until))
        found = rules.Restriction(
            RestrictionId(entry.restriction), territory, entry.begins, entry.until, proven=True
        )
    except ValueError:
        raise Unproven("restriction_beyond_bounds") from None
    if not territory <= reach or entry.until - entry.from_ > LONGEST:
        raise Unproven("restriction_beyond_bounds")
    return found


def _grounds(name: str, entry: RestrictionApproved, target: Target, place: tuple[int, int, str]) -> Grounds:
    index, size, origin = place
    return Grounds(
        restriction=RestrictionId(entry.restriction),
        demand=entry.demand,
        authority=name,
        state=entry.state,
        kind=entry.kind,
        law=entry.law,
        territories=entry.territories,
        effective_from=entry.begins,
        expires_at=entry.until,
        reasons=cast(tuple[str, ...], entry.reasons),
        document=entry.document,
        target=target,
        origin=origin,
        index=index,
        size=size,
    )
