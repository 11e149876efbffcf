"""Staff with roles and registered passkeys, and demands on their way."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import fido2.cbor
from allauth.mfa.models import Authenticator
from fido2.cose import CoseKey
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from bailiwick.accounts.models import Account, RoleGrant
from bailiwick.accounts.roles import Role
from bailiwick.ledger.entries import statement
from bailiwick.meetings.models import Meeting
from bailiwick.orders.actions import authorities, granting, intake
from bailiwick.orders.actions.drafting import Plan
from bailiwick.orders.actions.intake import Letter, Named
from bailiwick.orders.entries import statement_of
from bailiwick.orders.models import Asked, Authority, Demand, Restriction
from tests.orders.kit import enlist, has_signers
from tests.orders.passkey import SITE, Passkey

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROLES = {
    "intake": Role.INTAKE, "reviewer": Role.REVIEWER, "approver": Role.APPROVER, "appeals": Role.APPEALS,
    "auditor": Role.AUDITOR, "administrator": Role.ADMINISTRATOR,
}  # fmt: skip


@dataclass
class Member:
    """Somebody of the staff."""

    account: Account
    passkey: Passkey

    @property
    def id(self) -> UUID:
        return self.account.pk


def member(*roles: Role, superuser: bool = False, registered: bool = True, signs: bool = True) -> Member:
    """`registered`: with a passkey; `signs`: which may sign, where the log has a roll."""
    name = f"{uuid4().hex}@example.org"
    account = Account.objects.create_user(name, is_superuser=superuser)
    for role in roles:
        give(account, role)
    made = Member(account, Passkey(site=SITE))
    if registered:
        register(account, made.passkey)
        if signs and has_signers():
            enlist(account, made.passkey)
    return made


def give(account: Account, role: Role) -> None:
    """Past the two administrators, who are tested elsewhere."""
    RoleGrant.objects.create(
        account=account, role=role, by_command_line=True, proposed_at=NOW, confirmed_at=NOW
    )


def register(account: Account, key: Passkey, called: bytes = b"credential") -> None:
    """As allauth keeps what a browser answered at registration."""
    credential = AttestedCredentialData.create(
        Aaguid(bytes(16)), called, CoseKey.parse(fido2.cbor.decode(key.pair.public))
    )
    data = AuthenticatorData.create(sha256(SITE.rp_id.encode()).digest(), 0x45, 0, credential)
    made = AttestationObject.create("none", data, {})
    text = {"id": _text(called), "rawId": _text(called), "type": "public-key"}
    client = {"type": "webauthn.create", "challenge": "AAAA", "origin": SITE.origin}
    response = {
        "clientDataJSON": _text(json.dumps(client).encode()),
        "attestationObject": _text(bytes(made)),
    }
    Authenticator.objects.create(
        user=account,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "key", "credential": text | {"response": response, "clientExtensionResults": {}}},
    )


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Desk:
    """One member for each role, and a second approver."""

    intake: Member = field(default_factory=lambda: member(Role.INTAKE))
    reviewer: Member = field(default_factory=lambda: member(Role.REVIEWER))
    approver: Member = field(default_factory=lambda: member(Role.APPROVER))
    appeals: Member = field(default_factory=lambda: member(Role.APPEALS))

    def authority(self, state: str = "CN", kind: str = "regulator", name: str = "") -> Authority:
        """The first of a state has the simple name."""
        others = Authority.objects.filter(name__endswith=f" of {state}").count()
        called = name or (f"Office {others + 1} of {state}" if others else f"Office of {state}")
        fields = {"name": called, "state": state, "kind": kind, "channels": "sealed letter"}
        made = authorities.propose(self.intake.id, now=NOW, **fields)
        return authorities.approve(self.approver.id, made.pk, NOW)

    def letter(self, authority: Authority, *targets: Named, **fields: Any) -> Letter:
        values: dict[str, Any] = {
            "authority_id": authority.pk, "reference": "No. 7", "contact": "Office 3", "law": "Act 5 art. 2",
            "statement": "Because of what is said there.", "territories": (authority.state,),
            "law_url": "https://law.example.org/act-5", "redress_provider": "The court of that place",
            "redress_recipient": "The same court", "language": "en", "issued_on": date(2026, 11, 20),
            "ends_at": NOW + timedelta(days=60), "targets": targets,
        }  # fmt: skip
        return Letter(**(values | fields))

    def receive(self, authority: Authority, *targets: Named, **fields: Any) -> Demand:
        return intake.receive(self.intake.id, self.letter(authority, *targets, **fields), b"original", NOW)

    def under_review(self, authority: Authority, *targets: Named, **fields: Any) -> Demand:
        made = self.receive(authority, *targets, **fields)
        made = intake.examine(self.intake.id, made.pk, NOW)
        self.review(made)
        return made

    def review(self, demand: Demand) -> None:
        granting.review(
            self.reviewer.id, demand.pk, legality="The law named allows it there.",
            necessity="Nothing milder would do here.", proportionality="It reaches that territory only.",
            redacted=b"redacted copy", now=NOW,
        )  # fmt: skip

    def plan(self, **fields: Any) -> Plan:
        values: dict[str, Any] = {
            "law": "Act 5 art. 2", "reasons": ("public_security",), "begins": NOW,
            "until": NOW + timedelta(days=30),
        }  # fmt: skip
        return Plan(**(values | fields))

    def propose(self, demand: Demand, place: int = 0, **fields: Any) -> Restriction:
        target = demand.targets.all()[place]
        return granting.propose(self.reviewer.id, target.pk, self.plan(**fields), NOW)

    def signed(self, demand: Demand, place: int = 0, **fields: Any) -> Restriction:
        made = self.propose(demand, place, **fields)
        granting.sign(self.reviewer.id, made.pk, approval(self.reviewer, made), NOW)
        return made

    def granted(self, demand: Demand, place: int = 0, **fields: Any) -> Restriction:
        made = self.signed(demand, place, **fields)
        return granting.approve(self.approver.id, made.pk, approval(self.approver, made), NOW)


def approval(who: Member, row: Restriction) -> Any:
    """What their authenticator answers for this restriction."""
    return who.passkey.approve(statement(statement_of(Restriction.objects.get(pk=row.pk))))


def withhold(meeting: Meeting) -> Named:
    return Named(Asked.WITHHOLD, meeting_id=meeting.pk)


def end(meeting: Meeting) -> Named:
    return Named(Asked.END_MEETING, meeting_id=meeting.pk)


def close(account: Account) -> Named:
    return Named(Asked.CLOSE_ACCOUNT, account_id=account.pk)
