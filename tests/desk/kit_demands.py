"""Demands on their way, and people at the desk in browsers."""

from base64 import urlsafe_b64encode
from typing import Any

from django.test import Client

from bailiwick.orders.models import Restriction
from tests.desk.conftest import seated
from tests.orders.desk import Desk, Member, approval

REVIEW = {
    "legality": "The law named allows it there.",
    "necessity": "Nothing milder would do here.",
    "proportionality": "It reaches that territory only.",
    "redacted": "Demand of an office, with all names taken out.",
}
PLAN = {
    "law": "Act 5 art. 2", "reasons": ["public_security"], "begins": "2099-01-01T00:00",
    "until": "2099-01-20T00:00", "only": "", "renews": "",
}  # fmt: skip


def browser(who: Member) -> Client:
    """Signed in, with a second factor shown."""
    return seated(who.account)


def signature(who: Member, row: Restriction) -> dict[str, str]:
    """What the page sends once their passkey has answered."""
    made = approval(who, row)
    return {
        "credential": text(b"credential"),
        "authenticator_data": text(made.authenticator_data),
        "client_data": text(made.client_data),
        "signature": text(made.signature),
    }


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def letter(authority: Any, **fields: Any) -> dict[str, Any]:
    """The intake form, filled in completely but for what it names."""
    values = {
        "authority": str(authority.pk), "state": "", "kind": "", "channel": "official", "reference": "No. 7",
        "contact": "Office 3", "law": "Act 5 art. 2", "statement": "Because of what is said there.",
        "territories": "CN HK", "law_url": "https://law.example.org/act-5",
        "redress_provider": "The court of that place", "redress_recipient": "The same court",
        "language": "en", "received_on": "", "issued_on": "2026-11-20",
        "ends_at": "2099-06-01T00:00", "withhold": "", "to_end": "",
        "close_account": "", "elsewhere": "0", "note": "The letter.",
    }  # fmt: skip
    return values | fields


class Staff(Desk):
    """The staff, each with a browser when asked for."""

    def at(self, name: str) -> Client:
        return browser(getattr(self, name))
