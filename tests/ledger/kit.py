"""A log to try things on: its configuration in a folder, its processes, its witnesses."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from bailiwick.ledger import actions, store
from bailiwick.ledger.actions import OutboxId
from bailiwick.ledger.beginning import begin
from bailiwick.ledger.configuration import Configuration
from bailiwick.ledger.entries import DemandsSwitched, Entry, encode
from bailiwick.ledger.errors import WitnessUnreachable
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.models import Head, Outbox
from bailiwick.ledger.publishing import Publisher, Say, say_nothing
from bailiwick.ledger.sequencer import Sequencer
from bailiwick.ledger.witnesses import Answer
from bailiwick.tlog.keys import VerifierKey, parse_vkey
from bailiwick.tlog.policy import Policy, Witness
from bailiwick.tlog.reading import check_log
from tests.ledger.witness_double import WitnessDouble

ORIGIN = "meet.example.org/log"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Process:
    """What one web process has: its sequencer and its publisher, over one memory."""

    sequencer: Sequencer
    publisher: Publisher

    def step(self) -> None:
        self.publisher.step()
        self.sequencer.step()
        self.publisher.step()


@dataclass
class Log:
    configuration: Configuration
    witnesses: dict[str, WitnessDouble] = field(default_factory=dict)
    seconds: float = NOW.timestamp()
    troubles: list[tuple[str, str]] = field(default_factory=list)

    def begin(self) -> None:
        begin(self.configuration)

    def clock(self) -> float:
        return self.seconds

    def post(self, url: str, body: bytes) -> Answer:
        """The network between us and the witnesses."""
        witness = self.witnesses.get(url.removeprefix("https://").removesuffix("/add-checkpoint"))
        if witness is None:
            raise WitnessUnreachable("no such host")
        return witness.answer(body)

    def trouble(self, code: str, subject: str) -> None:
        self.troubles.append((code, subject))

    def process(self, say: Say = say_nothing) -> Process:
        """A web process, just started."""
        memory = Memory(self.configuration.memory)
        publisher = Publisher(
            self.configuration,
            memory,
            post=self.post,
            clock=self.clock,
            trouble=self.trouble,
            say=say,
        )
        return Process(Sequencer(self.configuration, memory, publisher.cleared), publisher)

    def keys(self) -> list[VerifierKey]:
        vkeys: str = Head.objects.get(id=1).vkeys
        return [parse_vkey(line) for line in vkeys.split("\n")]

    def with_witnesses(self, *names: str, quorum: str = "", groups: Iterable[str] = ()) -> None:
        """Write a policy that lists these; the first one alone is the quorum unless another is named."""
        known = self.keys()  # here, since the double answers on a thread without a transaction of ours
        for name in names:
            self.witnesses[name] = WitnessDouble(name, known, self.clock)
        listed: list[Witness] = [self.witnesses[name].listed for name in names]
        lines = [f"witness {each.name} {each.key.vkey} {each.url}\n" for each in listed]
        lines += [f"group {group}\n" for group in groups]
        lines.append(f"quorum {quorum or names[0]}\n")
        policy = self.configuration.key_file.parent / "policy"
        policy.write_text("".join(lines))
        object.__setattr__(self.configuration, "policy", policy)

    def policy(self) -> Policy:
        return self.configuration.whole_policy(Head.objects.get(id=1).vkeys)


def new_log(folder: Path) -> Log:
    return Log(
        Configuration(
            origin=ORIGIN,
            origin_given=True,
            url=f"https://{ORIGIN}",
            key_file=folder / "key",
            memory=folder / "remembered",
            policy=None,
        )
    )


def switched(number: int) -> Entry:
    """Entries that differ."""
    return DemandsSwitched(at=datetime.fromtimestamp(NOW.timestamp() + number, UTC), on=bool(number % 2))


def append(count: int, first: int = 0) -> list[OutboxId]:
    """So many entries, through the door; many more than a few without it, to save time."""
    entries = [switched(first + number) for number in range(count)]
    with transaction.atomic():
        if count < 10:
            return [actions.append(entry) for entry in entries]
        rows = [Outbox(type=entry.type, entry=encode(entry)) for entry in entries]
        return [OutboxId(row.pk) for row in Outbox.objects.bulk_create(rows, batch_size=200)]


def check_whole(size: int, root: bytes, fetch: Callable[[str], bytes] = store.fetch) -> int:
    """How many tiles and bundles an outsider finds right."""
    return len(list(check_log(size, root, fetch)))
