"""What the public log says: one model a type of entry, and its one canonical form in bytes.

An entry is for ever, so nothing in it is personal: people, meetings and unredacted documents are salted
commitments (`commitments`), the rest are closed vocabularies, codes, hashes and times. The list with all
fields stands in docs/reference/log-entries.md. A type's fields never change; what changes gets a new type.

A long file, and one thing: the types are read beside each other, by people and by the schema made from them.
"""

import json
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import PydanticSerializationError

from bailiwick.ledger.errors import MalformedEntry
from bailiwick.ledger.vocabulary import (
    AffectedBand,
    AllMissing,
    Asked,
    AuthorityKind,
    Band,
    Code,
    Codes,
    Commitment,
    Day,
    Hash,
    Instant,
    Law,
    LogSignature,
    Number,
    PasskeyKey,
    PublicKey,
    RandomId,
    Reasons,
    Refusals,
    Removal,
    Signed,
    Source,
    State,
    Territories,
    WhyEnded,
)
from bailiwick.signing.statements import canonical, signed_text
from bailiwick.tlog.tiles import MAX_ENTRY


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Approval(_Part):
    """One person's passkey signature (WebAuthn assertion) over the entry without its approvals (P5)."""

    key: Hash = Field(description="SHA-256 of the passkey's COSE public key, as signers were added")
    authenticator_data: Signed
    client_data: Signed
    signature: Signed


class SourceHash(_Part):
    """One source of location data, and the file it came from."""

    source: Source
    sha256: Hash


class Total(_Part):
    """How often something happened in the period, in bands. Of `affected` none and few are one band: else
    whoever asked for a single restriction would learn whether anybody was there."""

    state: State
    demands: Band
    refused: Band
    restrictions: Band
    affected: AffectedBand
    appeals: Band
    appeals_granted: Band


class DemandsSwitched(_Part):
    """Whether this server takes authorities' demands at all."""

    type: Literal["demands.switched"] = "demands.switched"
    at: Instant
    on: bool


class PolicyChanged(_Part):
    """One of the published policies was replaced."""

    type: Literal["policy.changed"] = "policy.changed"
    at: Instant
    policy: Literal["review", "terms", "witnesses"]
    document: Hash


class LocationTable(_Part):
    """Another location table decides where people are."""

    type: Literal["location.table"] = "location.table"
    at: Instant
    table: Hash
    sources: Annotated[tuple[SourceHash, ...], Field(min_length=1, max_length=3)]
    overrides: Hash | None = None


class ServerRuleChanged(_Part):
    """A server-wide access rule came into force or ended; `document` is its published statement."""

    type: Literal["server_rule.changed"] = "server_rule.changed"
    at: Instant
    rule: Number
    change: Literal["in_force", "ended"]
    mode: Literal["allow", "deny"]
    territories: Codes
    undetermined: Literal["admit", "refuse", "waiting_room"]
    document: Hash


class KeyRotated(_Part):
    """From here on the log signs with another key; the checkpoint that brings this has both signatures.
    `signatures`: of the entry without them, by the old key and by the new one."""

    type: Literal["key.rotated"] = "key.rotated"
    at: Instant
    old: PublicKey
    new: PublicKey
    signatures: Annotated[tuple[LogSignature, ...], Field(min_length=2, max_length=2)] | None = None


class SignersBegun(_Part):
    """The first two passkeys whose approvals count; whoever could sign before cannot any more. The log's own
    key signed the entry without `signature`: it takes whoever runs the server."""

    type: Literal["signers.begun"] = "signers.begun"
    at: Instant
    keys: Annotated[tuple[PasskeyKey, ...], Field(min_length=2, max_length=2)]
    log_key: PublicKey
    signature: LogSignature | None = None


class SignerAdded(_Part):
    """Another passkey whose approvals count from here on, by approvals of two that count already. `replaces`:
    the same person's key of before, which ends with this entry."""

    type: Literal["signer.added"] = "signer.added"
    at: Instant
    key: PasskeyKey
    replaces: Hash | None = None
    approvals: Annotated[tuple[Approval, ...], Field(min_length=2, max_length=2)] | None = None


class SignerRemoved(_Part):
    """A passkey whose approvals no longer count, and never will again. One person is enough to say so."""

    type: Literal["signer.removed"] = "signer.removed"
    at: Instant
    key: Hash
    reason: Literal["compromised", "left", "lost"]


class AuthorityAdded(_Part):
    """An authority whose demands can be received; `document` describes it."""

    type: Literal["authority.added"] = "authority.added"
    at: Instant
    authority: RandomId
    state: State
    kind: AuthorityKind
    document: Hash


class AuthorityChanged(_Part):
    """Another name or other channels; `document` describes it as it is now. Its state and kind stay."""

    type: Literal["authority.changed"] = "authority.changed"
    at: Instant
    authority: RandomId
    document: Hash


class AuthorityEnded(_Part):
    """No more of its demands are reviewed. What was granted stays until it ends or is withdrawn."""

    type: Literal["authority.ended"] = "authority.ended"
    at: Instant
    authority: RandomId
    reason: WhyEnded


class DemandReceived(_Part):
    """A demand arrived. A day, not an instant, which somebody could match with their mail."""

    type: Literal["demand.received"] = "demand.received"
    day: Day
    demand: RandomId
    state: State
    kind: AuthorityKind
    authority: RandomId | None = None
    original: Commitment


class DemandAttributed(_Part):
    """It was found out, or found out better, whose a demand is that was received before."""

    type: Literal["demand.attributed"] = "demand.attributed"
    day: Day
    demand: RandomId
    authority: RandomId


class DemandRefused(_Part):
    """A demand was refused, and why."""

    type: Literal["demand.refused"] = "demand.refused"
    day: Day
    demand: RandomId
    reasons: Refusals
    document: Hash | None = None


class RefusalExplained(_Part):
    """What is published of a demand that was refused before: reasons in writing, its redacted text."""

    type: Literal["refusal.explained"] = "refusal.explained"
    day: Day
    demand: RandomId
    document: Hash


class DemandExamined(_Part):
    """A demand is complete and under review, or went back to the authority for what it does not say."""

    type: Literal["demand.examined"] = "demand.examined"
    day: Day
    demand: RandomId
    outcome: Literal["incomplete", "under_review"]
    missing: AllMissing | None = None

    @model_validator(mode="after")
    def _incomplete_names_what_is_missing(self) -> "DemandExamined":
        if (self.outcome == "incomplete") is (self.missing is None):
            raise ValueError("an incomplete demand lacks something, a complete one nothing")
        return self


class TargetRefused(_Part):
    """One of the things a demand names was refused; what, nobody can read from it."""

    type: Literal["target.refused"] = "target.refused"
    day: Day
    demand: RandomId
    asked: Asked
    reasons: Refusals


class DemandAnswered(_Part):
    """Everything a demand names has its answer, and something was granted."""

    type: Literal["demand.answered"] = "demand.answered"
    day: Day
    demand: RandomId
    outcome: Literal["granted", "narrowed"]


class DocumentRemoved(_Part):
    """A published document is no longer served. Its hash stays wherever it stands."""

    type: Literal["document.removed"] = "document.removed"
    day: Day
    document: Hash
    reason: Removal


class RestrictionApproved(_Part):
    """A restriction: in force in [from, until) on people located in its territories, in one meeting, but not
    before it was approved."""

    type: Literal["restriction.approved"] = "restriction.approved"
    at: Instant
    approved_at: Instant | None = None
    restriction: RandomId
    demand: RandomId
    authority: RandomId
    state: State
    kind: AuthorityKind
    law: Law
    territories: Territories
    from_: Instant = Field(alias="from")
    until: Instant
    reasons: Reasons
    target: Commitment
    document: Hash
    original: Commitment
    renews: RandomId | None = None
    approvals: Annotated[tuple[Approval, ...], Field(min_length=2, max_length=2)] | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "RestrictionApproved":
        if self.begins >= self.until:
            raise ValueError("a restriction ends after it begins")
        return self

    @property
    def begins(self) -> datetime:
        """From when it can have effect: never before the second person approved it (P3, P5)."""
        return self.from_ if self.approved_at is None else max(self.from_, self.approved_at)


class RestrictionSuspended(_Part):
    """Not enforced until further notice."""

    type: Literal["restriction.suspended"] = "restriction.suspended"
    at: Instant
    restriction: RandomId
    reason: Literal["appeal", "authority_request", "court_order", "error_found", "review"]


class RestrictionWithdrawn(_Part):
    """Ended before its time, for good."""

    type: Literal["restriction.withdrawn"] = "restriction.withdrawn"
    at: Instant
    restriction: RandomId
    reason: Literal["appeal", "authority_request", "court_order", "error_found", "review"]


class RestrictionExpired(_Part):
    """It ran out. Nothing waits for this entry: the gate's clock ended it (P6)."""

    type: Literal["restriction.expired"] = "restriction.expired"
    at: Instant
    restriction: RandomId


class RestrictionCorrected(_Part):
    """It reaches less far or ends sooner from now on; one person is enough to say so (P7). Whatever else was
    wrong is suspended, and approved again as another restriction."""

    type: Literal["restriction.corrected"] = "restriction.corrected"
    at: Instant
    restriction: RandomId
    territories: Territories | None = None
    until: Instant | None = None


class AppealFiled(_Part):
    """Somebody appealed."""

    type: Literal["appeal.filed"] = "appeal.filed"
    day: Day
    appeal: RandomId
    restriction: RandomId


class AppealDecided(_Part):
    """How an appeal ended. A day: a time would tell the authority when one person was let back."""

    type: Literal["appeal.decided"] = "appeal.decided"
    day: Day
    appeal: RandomId
    restriction: RandomId
    outcome: Literal["exemption_granted", "rejected", "restriction_corrected", "restriction_withdrawn"]
    document: Hash | None = None


class AccountSuspended(_Part):
    """An account was suspended under the terms of service, never at an authority's wish (P2)."""

    type: Literal["account.suspended"] = "account.suspended"
    at: Instant
    account: Commitment
    ground: Literal["abuse_of_others", "compromised", "fraud", "spam"]
    until: Instant | None = None


class SuspensionRefused(_Part):
    """No account was suspended, because an authority had prompted it: that is a demand (P2). Not whose."""

    type: Literal["suspension.refused"] = "suspension.refused"
    day: Day


class ServerRuleRefused(_Part):
    """No server-wide access rule was made, because an authority had prompted it: that is a demand (P11)."""

    type: Literal["server_rule.refused"] = "server_rule.refused"
    day: Day


class AccountReinstated(_Part):
    """A suspended account is open again."""

    type: Literal["account.reinstated"] = "account.reinstated"
    at: Instant
    account: Commitment


class PeriodTotals(_Part):
    """Half a year in bands: one line for each state that demanded something."""

    type: Literal["period.totals"] = "period.totals"
    first: Day
    last: Day
    totals: Annotated[tuple[Total, ...], Field(max_length=260)]


class ReportPublished(_Part):
    """A transparency report is out."""

    type: Literal["report.published"] = "report.published"
    at: Instant
    first: Day
    last: Day
    document: Hash


Entry: TypeAlias = (
    DemandsSwitched
    | PolicyChanged
    | LocationTable
    | ServerRuleChanged
    | KeyRotated
    | SignersBegun
    | SignerAdded
    | SignerRemoved
    | AuthorityAdded
    | AuthorityChanged
    | AuthorityEnded
    | DemandReceived
    | DemandAttributed
    | DemandExamined
    | DemandRefused
    | RefusalExplained
    | TargetRefused
    | DemandAnswered
    | DocumentRemoved
    | RestrictionApproved
    | RestrictionSuspended
    | RestrictionWithdrawn
    | RestrictionExpired
    | RestrictionCorrected
    | AppealFiled
    | AppealDecided
    | AccountSuspended
    | AccountReinstated
    | SuspensionRefused
    | ServerRuleRefused
    | PeriodTotals
    | ReportPublished
)
AnyEntry: TypeAlias = Annotated[Entry, Field(discriminator="type")]
ADAPTER: Final[TypeAdapter[Entry]] = TypeAdapter(AnyEntry)


class Kinds:
    """The names of all types of entries, in the order of the reference."""

    ALL: ClassVar[tuple[str, ...]] = tuple(model.model_fields["type"].default for model in Entry.__args__)


def encode(entry: Entry) -> bytes:
    """The entry's bytes: JSON with sorted keys, no spaces, UTF-8, absent fields left out.

    Raises:
        MalformedEntry: longer than the 65,535 bytes an entry may have, or changed behind pydantic's back.
    """
    try:
        fields = entry.model_dump(mode="json", by_alias=True, exclude_none=True, warnings="error")
    except PydanticSerializationError:
        raise MalformedEntry("an entry's fields are what its type says") from None
    data = canonical(fields)
    if len(data) > MAX_ENTRY:
        raise MalformedEntry("an entry has at most 65,535 bytes")
    return data


def parse(data: bytes) -> Entry:
    """The entry of these bytes; MalformedEntry unless they are what `encode` gives for it, byte for byte."""
    if len(data) > MAX_ENTRY:
        raise MalformedEntry("an entry has at most 65,535 bytes")
    try:
        entry = ADAPTER.validate_python(json.loads(data.decode("utf-8")))
    except (ValidationError, RecursionError, ValueError):
        # not `from error`: pydantic's text quotes what it read
        raise MalformedEntry("not an entry of a known type") from None
    if encode(entry) != data:
        raise MalformedEntry("an entry has one form: sorted keys, no spaces, nothing needless")
    return entry


def understood(data: bytes) -> Entry | None:
    """The same; None for bytes that say nothing, which only somebody with the database's rights can have put
    into a log. They stay there for ever, and must stand in nobody's way."""
    try:
        return parse(data)
    except MalformedEntry:
        return None


Signable: TypeAlias = RestrictionApproved | SignerAdded | SignersBegun | KeyRotated


def statement(entry: Signable) -> bytes:
    """What is signed of an entry, by two people's passkeys (P5) or by the log's key: its bytes without its
    signatures (`bailiwick.signing` reads them so, too)."""
    return signed_text(json.loads(encode(entry)))


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of an entry, as docs/reference/log-entries.schema.json has it."""
    made = ADAPTER.json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Bailiwick log entry",
        "description": "docs/reference/log-entries.md; an absent field is left out, never null",
        **made,
    }


def codes_of(entry: Entry) -> tuple[Code, ...]:
    """The territories an entry names."""
    found: tuple[Code, ...] | None = getattr(entry, "territories", None)
    return found or ()
