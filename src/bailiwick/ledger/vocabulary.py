"""The words an entry may use: closed vocabularies, codes, hashes, times. Nothing that could carry a name."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

_INSTANT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def _instant(value: Any) -> datetime:
    """Whole seconds, UTC: 2026-11-21T12:00:00Z, or an aware datetime that is the same."""
    if isinstance(value, str) and re.fullmatch(_INSTANT, value, re.ASCII):
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if isinstance(value, datetime) and value.utcoffset() is not None and value.microsecond == 0:
        return value.astimezone(UTC)
    raise ValueError("a time is aware and in whole seconds")


def second(now: datetime) -> datetime:
    """A time as entries have it: in whole seconds."""
    return now.replace(microsecond=0)


def _day(value: Any) -> date:
    if isinstance(value, str) and re.fullmatch(_DAY, value, re.ASCII):
        return date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("a day is a date")


def _ascending(values: Sequence[str]) -> Sequence[str]:
    if list(values) != sorted(set(values)):
        raise ValueError("sorted, and each once")
    return values


def _written(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


Instant: TypeAlias = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(_written),
    WithJsonSchema({"type": "string", "pattern": _INSTANT}),
]
Day: TypeAlias = Annotated[
    date,
    BeforeValidator(_day),
    PlainSerializer(date.isoformat),
    WithJsonSchema({"type": "string", "pattern": _DAY}),
]

Hash: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, hexadecimal")]
Commitment: TypeAlias = Annotated[
    str, Field(pattern=r"^[0-9a-f]{64}$", description="HMAC-SHA256(salt, what it stands for), hexadecimal")
]
PublicKey: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="Ed25519, hexadecimal")]
RandomId: TypeAlias = Annotated[
    str, Field(pattern=r"^[0-9a-f]{32}$", description="128 random bits; never a meeting's or an account's id")
]
Number: TypeAlias = Annotated[int, Field(ge=1, le=2**31 - 1)]
Signed: TypeAlias = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]{1,1400}$", description="Base64url without padding")
]

LogSignature: TypeAlias = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]{86}$", description="Ed25519 signature, base64url without padding")
]
PasskeyKey: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^([A-Za-z0-9_-]{56}|[A-Za-z0-9_-]{103})$",
        description="A passkey's COSE public key (EdDSA or ES256), base64url without padding",
    ),
]

Code: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2, or XK")]
Codes: TypeAlias = Annotated[tuple[Code, ...], Field(max_length=260), AfterValidator(_ascending)]
Territories: TypeAlias = Annotated[
    tuple[Code, ...], Field(min_length=1, max_length=260), AfterValidator(_ascending)
]
State: TypeAlias = Annotated[
    str, Field(pattern=r"^([A-Z]{2}|EEA)$", description="whose authority: a state's code, or EU, EEA")
]
_CITED: Final = r"[A-Za-z0-9\u00a7 .,:;()/\-]*"
Law: TypeAlias = Annotated[
    str,
    Field(
        pattern=rf"^[A-Za-z\u00a7]{_CITED}[0-9]{_CITED}$",
        max_length=120,
        description="a citation of the law with its number or year, reviewed by two people",
    ),
]

AuthorityKind: TypeAlias = Literal[
    "court", "legislature", "ministry", "other", "police", "prosecutor", "regulator", "supranational"
]
WhyEnded: TypeAlias = Literal["abolished", "duplicate", "error_found"]
Reason: TypeAlias = Literal[
    "child_protection",
    "court_judgment",
    "defamation",
    "elections",
    "hate_speech",
    "intellectual_property",
    "licensing",
    "other_law",
    "personality_rights",
    "public_health",
    "public_security",
    "sanctions",
    "terrorism",
]
Reasons: TypeAlias = Annotated[tuple[Reason, ...], Field(min_length=1), AfterValidator(_ascending)]
Refusal: TypeAlias = Literal[
    "beyond_territory",
    "conflicts_with_human_rights",
    "incomplete",
    "names_no_law",
    "not_authentic",
    "not_competent",
    "not_necessary",
    "not_possible_here",
    "not_proportionate",
    "secret",
    "withdrawn_by_authority",
]
Refusals: TypeAlias = Annotated[tuple[Refusal, ...], Field(min_length=1), AfterValidator(_ascending)]
Asked: TypeAlias = Literal["close_account", "end_meeting", "other", "withhold"]
Missing: TypeAlias = Literal[
    "contact",
    "ends_at",
    "issued_on",
    "language",
    "law",
    "law_url",
    "redress_provider",
    "redress_recipient",
    "reference",
    "statement",
    "targets",
    "territories",
]
AllMissing: TypeAlias = Annotated[tuple[Missing, ...], Field(min_length=1), AfterValidator(_ascending)]
Removal: TypeAlias = Literal["mistake", "personal_data", "unlawful"]
Source: TypeAlias = Literal["dbip", "ipfire", "mm"]
Band: TypeAlias = Literal["0", "1-9", "10-99", "100-999", "1000-"]
AffectedBand: TypeAlias = Literal["0-9", "10-99", "100-999", "1000-"]
