"""The product as the story drives it: a desk, a log with a witness, two nodes of the gate, two meetings."""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from typing import Any
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection

from bailiwick.accounts.models import Account
from bailiwick.accounts.roles import Role
from bailiwick.gate.door import Knock, Opened
from bailiwick.gate.ending import Ending
from bailiwick.gate.joining import Joined
from bailiwick.gate.secrets import device_digest
from bailiwick.geo.address import parse_address
from bailiwick.geo.locator import Locator
from bailiwick.ledger.models import Outbox
from bailiwick.media.double import World as Media
from bailiwick.meetings.models import Invitation, Meeting, Presence
from bailiwick.meetings.presences import Person
from bailiwick.orders.models import Authority
from tests.gate import kit as gates
from tests.machine.oracle import Someone
from tests.machine.steady import BEGINNING, KEY, Borrowed, Clock, SteadyGate, steady_gate
from tests.orders.desk import Desk, member
from tests.orders.kit import open_registry

sign_in = gates.sign_in.func  # type: ignore[attr-defined] # the same without a thread of its own


@dataclass(eq=False)
class Guest:
    """Somebody as the product meets them: a browser, perhaps an account or an invitation, a connection."""

    who: Someone
    number: int
    slug: str
    session_key: str | None = None
    account: Account | None = None
    invitation: str | None = None
    invited: Invitation | None = None
    at: int = 0
    line: gates.Person | None = None
    kept_grant: str | None = None
    kept_at: datetime = BEGINNING
    former: str | None = None
    endings: list[Ending] = field(default_factory=list)

    @property
    def device(self) -> str:
        return f"device-of-{self.who.name}"

    @property
    def address(self) -> str:
        return self.who.place.address(self.number)

    @property
    def inside(self) -> bool:
        return self.line is not None and not self.line.endings


class World:
    """One example's house; everything in it is taken back afterwards."""

    def __init__(self, folder: Path, table: Path, settings: Any, thread: Borrowed, clock: Clock) -> None:
        folder.mkdir()
        mail.outbox.clear()
        self.clock = clock
        self.registry = open_registry(folder / "log", settings, self.clock)
        self.table = folder / "table.bwt"
        self._whole_table = table
        copyfile(table, self.table)
        self.media, self.alarms, self._thread = Media(), list[str](), thread
        self.loop = asyncio.new_event_loop()
        self.desk = Desk()
        self.administrators = [member(Role.ADMINISTRATOR, registered=False) for _ in range(2)]
        self.root = member(Role.REVIEWER, Role.APPROVER, superuser=True)
        self.meetings = [self._meeting(number) for number in range(2)]
        self.authorities: dict[tuple[str, int], Authority] = {}
        self.guests: list[Guest] = []
        self.nodes = [self.node(), self.node()]

    def _meeting(self, number: int) -> Meeting:
        email = f"host{number}.{uuid4().hex}@example.org"
        host = Account.objects.create_user(email, display_name=f"Canaryhost{number}")
        EmailAddress.objects.create(user=host, email=email, verified=True, primary=True)
        slug = f"cana-ry{uuid4().hex[:6]}"
        return Meeting.objects.create(host=host, slug=slug, title=f"Canarymeeting {number}", maximum=300)

    # ------------------------------------------------------------ running

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """To its end; then what waited for the commit. Nothing is at work in the other thread afterwards."""
        try:
            return self.loop.run_until_complete(work)
        finally:
            self._thread.rest()
            self.committed()

    def committed(self) -> None:
        """The outer transaction never commits: what waits for that is done here."""
        while connection.run_on_commit:
            _, work, _ = connection.run_on_commit.pop(0)
            work()

    def node(self) -> SteadyGate:
        made = steady_gate(
            self._thread, self.media, self.clock, Locator(self.table), self.registry.proofs(), self.alarms
        )
        self.run(made.start())
        return made

    def restart(self, number: int) -> None:
        """A node dies and another one takes its place."""
        gone = self.nodes[number]
        self.run(gone.die())
        self.media.nodes.remove(gone._media)  # type: ignore[arg-type] # its connection is cut
        self.nodes[number] = self.node()

    def crash_media(self) -> None:
        async def crash() -> None:
            self.media.crash()
            await asyncio.sleep(0)

        self.run(crash())

    def beat(self, times: int = 2) -> None:
        for _ in range(times):
            for node in self.nodes:
                self.run(node.renew())
            for node in self.nodes:
                self.run(node.beat())

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        for node in self.nodes:
            self.run(node.renew())

    def lose_table(self) -> None:
        self.table.write_bytes(b"not a table")
        self.beat(1)

    def find_table(self) -> None:
        fresh = self.table.with_name("fresh")
        copyfile(self._whole_table, fresh)
        fresh.replace(self.table)
        self.beat(1)

    def publish(self) -> None:
        """The log's own process runs, and asks its witness again if it had been silent."""
        self.registry.log.seconds += 600
        self.registry.publish()
        self.committed()

    def close(self) -> None:
        for node in self.nodes:
            self.loop.run_until_complete(node.die())
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self._thread.rest()
        self.loop.close()

    # ------------------------------------------------------------ people

    def guest(self, who: Someone, number: int, kind: str) -> Guest:
        """`kind`: host, account, invited, roster, guest."""
        row = self.meetings[who.meeting]
        made = Guest(who, number, row.slug)
        if kind == "host":
            made.account = row.host
        elif kind == "account":
            made.account = Account.objects.create_user(f"canary{number}.{uuid4().hex}@example.org")
        elif kind in ("invited", "roster"):
            made.invitation = uuid4().hex
            digest = sha256(made.invitation.encode()).hexdigest()
            made.invited = Invitation.objects.create(
                meeting=row, email=f"canary{number}@example.net", token_digest=digest, exempt=kind == "roster"
            )
        if made.account is not None:
            made.session_key = sign_in(made.account)
        self.guests.append(made)
        return made

    def person(self, guest: Guest) -> Person:
        """As the appeal's form would make them out."""
        meeting = self.meetings[guest.who.meeting].pk
        return Person(
            account_id=guest.account.pk if guest.account else None,
            invitation_id=guest.invited.pk if guest.invited else None,
            device_digest=device_digest(KEY, meeting, guest.device),
        )

    def knock(self, guest: Guest, node: int) -> Opened | Ending:
        asked = Knock(guest.slug, guest.who.name, guest.session_key, guest.invitation, guest.device)
        found = self.run(self.nodes[node].knock(asked, parse_address(guest.address)))
        assert isinstance(found, Opened | Ending)
        return found

    def enter(self, guest: Guest, grant: str, node: int) -> Joined | Ending:
        found = self.run(self.nodes[node].enter(grant, parse_address(guest.address)))
        return self._attach(guest, found, node)

    def resume(self, guest: Guest, token: str, node: int) -> Joined | Ending:
        found = self.run(self.nodes[node].resume(token, parse_address(guest.address)))
        return self._attach(guest, found, node)

    def _attach(self, guest: Guest, found: Joined | Ending, node: int) -> Joined | Ending:
        if isinstance(found, Joined):
            guest.line = gates.Person(guest.who.name, "")
            guest.line.joined, guest.at, guest.former = found, node, found.resume
            self.run(self.nodes[node].attach(found, guest.line))
        return found

    def leave(self, guest: Guest) -> None:
        assert guest.line is not None
        assert guest.line.joined is not None
        self.run(self.nodes[guest.at].leave(guest.line.joined.held))
        guest.line = guest.former = None

    def hang_up(self, guest: Guest) -> str:
        """Their connection breaks; the token with which they come back."""
        assert guest.line is not None
        assert guest.line.joined is not None
        assert guest.former is not None
        self.run(self.nodes[guest.at].let_go(guest.line.joined.held))
        guest.line = None
        return guest.former

    def sequenced(self, ids: Iterable[int]) -> bool:
        """Whether the log has all of these, and there are any."""
        rows = Outbox.objects.filter(pk__in=list(ids))
        return rows.exists() and not rows.filter(index__isnull=True).exists()

    def row(self, guest: Guest) -> Presence:
        assert guest.line is not None
        return Presence.objects.get(pk=UUID(guest.line.id))

    def authority(self, state: str, office: int = 0) -> Authority:
        """Added by two, when it first demands something."""
        if (state, office) not in self.authorities:
            kind = "supranational" if state == "EU" else "ministry"
            self.authorities[state, office] = self.desk.authority(state, kind)
        return self.authorities[state, office]
