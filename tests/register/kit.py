"""A log with a story in it: entries as the desk would write them, appended and published."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.test import Client

from bailiwick.ledger import actions
from bailiwick.ledger.entries import ADAPTER, Entry
from tests.ledger.kit import NOW, Log
from tests.ledger.samples import approval

MINISTRY, COURT = "a" * 32, "b" * 32


def name(number: int) -> str:
    """An id as the log has them."""
    return f"{number:032x}"


def text_hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Teller:
    """Entries go into the outbox."""

    def tell(self, **fields: Any) -> None:
        """One entry."""
        entry: Entry = ADAPTER.validate_python({key.rstrip("_"): value for key, value in fields.items()})
        with transaction.atomic():
            actions.append(entry)

    def authority(self, ident: str, state: str, kind: str, called: str) -> None:
        description = json.dumps({"name": called, "state": state, "kind": kind}).encode()
        with transaction.atomic():
            document = actions.publish_document(description, NOW)
        self.tell(
            type="authority.added", at=at(NOW), authority=ident, state=state, kind=kind, document=document
        )

    def demand(self, number: int, day: datetime = NOW, state: str = "CN", **fields: Any) -> None:
        self.tell(**({
            "type": "demand.received", "day": day.date().isoformat(), "demand": name(number), "state": state,
            "kind": "ministry", "authority": MINISTRY, "original": text_hash(f"original {number}"),
        } | fields))  # fmt: skip

    def refuse(self, number: int, *reasons: str, day: datetime = NOW) -> None:
        fields = {"day": day.date().isoformat(), "demand": name(number), "reasons": sorted(reasons)}
        self.tell(type="demand.refused", **fields)

    def restrict(
        self, number: int, demand: int, begins: datetime = NOW, days: int = 30, **fields: Any
    ) -> str:
        """Its id."""
        values = {
            "type": "restriction.approved", "at": at(begins), "restriction": name(number),
            "demand": name(demand), "authority": MINISTRY, "state": "CN", "kind": "ministry",
            "law": "Cybersecurity Law art. 50", "territories": ["CN"], "from": at(begins),
            "until": at(begins + timedelta(days=days)), "reasons": ["public_security"],
            "target": text_hash(f"target {number}"), "document": text_hash("published"),
            "original": text_hash(f"original {demand}"),
            "approvals": [approval(1).model_dump(), approval(2).model_dump()],
        }  # fmt: skip
        self.tell(**(values | fields))
        return name(number)

    def decision(self, **fields: Any) -> str:
        """A published decision document; its hash."""
        said = {
            "asked": {"territories": ["CN", "HK", "TW"], "targets": {"end_meeting": 4, "close_account": 3}},
            "granted": {"act": "withhold", "territories": ["CN"]}, "cut": ["HK", "TW"],
            "legality": "The law gives this power.", "necessity": "There is no milder way.",
            "proportionality": "It ends after thirty days.", "redacted_demand": text_hash("redacted"),
        } | fields  # fmt: skip
        with transaction.atomic():
            return actions.publish_document(json.dumps(said).encode(), NOW)


@dataclass
class Story(Teller):
    """The same with a log of the test's own, which publishes when it is told to."""

    log: Log

    def __post_init__(self) -> None:
        self.process = self.log.process()

    def publish(self) -> None:
        for _ in range(3):
            self.process.step()


def get(path: str, **headers: str) -> Any:
    return Client().get(path, headers=headers)


def page(path: str) -> str:
    answer = get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return " ".join(answer.content.decode().split())


def entries_named(found: Iterator[tuple[int, Entry]]) -> list[Entry]:
    return [entry for _, entry in found]
