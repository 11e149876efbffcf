"""P9 over a whole story: nothing public, nothing that staff or the authority see, no log line, mail or export
names a participant, and none of it tells whether anybody from the territory was there. The story is played
with nobody, with a few and with many of them, and what everybody else can see is compared."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core import mail
from django.db import connection, transaction
from django.test import Client

from bailiwick.accounts.actions import suspension_appeals, suspensions
from bailiwick.accounts.models import Suspension
from bailiwick.accounts.personal import parts
from bailiwick.accounts.roles import Role
from bailiwick.ledger.models import Document, Outbox
from bailiwick.live import metrics
from bailiwick.meetings.models import Presence
from bailiwick.meetings.presences import Person
from bailiwick.orders.actions import appeals
from bailiwick.orders.actions.appeals import Ruling
from bailiwick.orders.models import Appeal, Demand, Outcome, Restriction
from bailiwick.orders.register_queries import effects_by_state
from bailiwick.register import report
from bailiwick.register.book import open_book
from tests.accounts.test_suspensions import WHY
from tests.apps.conftest import account
from tests.desk.conftest import seated
from tests.machine.oracle import Someone
from tests.machine.places import Place
from tests.machine.steady import Clock
from tests.machine.story import Stage
from tests.machine.world import Guest, World
from tests.orders.desk import end, member

PERIOD = report.Period.parse("2026-H2")
AFTERWARDS = datetime.fromisoformat("2027-01-02T09:00:00+00:00")
PUBLIC = (
    "/", "/rules", "/log/", "/log/policy", "/log/checkpoint", "/register", "/register/past",
    "/register/demands", "/register/policy", "/register/in-force.json", "/register/feed.atom",
    "/register/feed.json", "/register/openapi.json", "/register/reports", "/appeal",
    "/register/reports/2026-H2", "/register/reports/2026-H2.json", "/register/reports/2026-H2.csv",
    "/register/reports/2026-H2-dsa.csv",
)  # fmt: skip
DESK = (
    "/desk/", "/desk/demands/", "/desk/demands/authorities", "/desk/demands/appeals", "/desk/alarms",
    "/desk/abuse", "/desk/suspensions", "/desk/server-rule", "/desk/roles", "/desk/audit",
    "/desk/demands/appeals/{appeal}", "/desk/suspensions/{suspension}",
    "/desk/demands/{demand}", "/desk/demands/{demand}/review", "/desk/demands/restrictions/{restriction}",
)  # fmt: skip
KINDS = ("guest", "account", "invited", "roster")
CHANGING = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
    (r"[0-9a-f]{12,}", "HEX"),
    (r"[A-Za-z0-9+/_-]{40,}={0,2}", "TOKEN"),
    (r'name="csrfmiddlewaretoken" value="[^"]*"', "CSRF"),
    (r"\bcana-ry\w+", "SLUG"),
    (r'nonce="[^"]*"', "NONCE"),
    (r'class="avatar" aria-hidden="true">.<', "AVATAR"),
    (r"[0-9a-f]{8}…", "SHORT"),
)  # fmt: skip
"""What is random in every run, and so can tell nothing."""


@dataclass
class Seen:
    """Everything that others than those concerned can see, by what it is."""

    texts: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, text: str) -> None:
        assert name not in self.texts, name
        self.texts[name] = text

    def leveled(self) -> dict[str, str]:
        """Without what differs in every run."""
        found = dict(self.texts)
        for pattern, put in CHANGING:
            found = {name: re.sub(pattern, put, text) for name, text in found.items()}
        return found


@dataclass
class Told:
    """One story."""

    before: Seen
    after: Seen
    logs: list[str]
    canaries: set[str]
    ejected: int


@contextmanager
def played(stage: Stage) -> Iterator[World]:
    """A house of its own, taken back at the end."""
    beginning = transaction.savepoint()
    stage.clock = Clock()
    folder = stage.folder / f"story-{next(stage.numbers)}"
    world = World(folder, stage.table, stage.settings, stage.thread, stage.clock)
    try:
        yield world
    finally:
        world.close()
        transaction.set_rollback(False)
        transaction.savepoint_rollback(beginning)
        connection.run_on_commit.clear()


def tell(stage: Stage, people: int) -> Told:
    """The story with so many from mainland China."""
    with played(stage) as world, structlog.testing.capture_logs() as lines:
        return _told(world, people, lines)


def _told(world: World, people: int, lines: Any) -> Told:
    for number in range(people):
        _join(world, Place("all agree", "CN", six=bool(number % 2)), KINDS[number % 4])
    for place in (Place("all agree", "HK"), Place("one contradicts", "CN"), Place()):
        _join(world, place, "account")
    canaries = set(_canaries(world))
    staff = _staff(world)
    _grant(world)
    out = [guest for guest in world.guests if guest.line is not None and guest.line.endings]
    canaries |= set(_object(world, out))
    _suspend(world)
    ejected = len(out)
    before, after = Seen(), Seen()
    _look(world, staff, before, "in force")
    world.clock.now = AFTERWARDS
    for node in world.nodes:
        world.run(node.renew())
    world.beat()
    found = report.compute(open_book(), PERIOD, effects_by_state(PERIOD.since, PERIOD.before))
    report.publish(found, world.clock.now)
    world.publish()
    _look(world, {"auditor": staff["auditor"]}, after, "over")
    return Told(before, after, [json.dumps(line, default=str) for line in lines], canaries, ejected)


def _join(world: World, place: Place, kind: str) -> None:
    number = len(world.guests)
    guest = world.guest(Someone(f"Canary{number}x", place, 0), number, kind)
    opened: Any = world.knock(guest, number % 2)
    world.enter(guest, opened.grant, number % 2)


def _canaries(world: World) -> Iterator[str]:
    for guest in world.guests:
        yield from (guest.who.name, guest.address, guest.device)
        if guest.account is not None:
            yield from (guest.account.pk.hex, str(guest.account.pk), guest.account.email)
        if guest.invited is not None:
            yield from (guest.invited.pk.hex, str(guest.invited.pk), guest.invited.email)
    for presence in Presence.objects.all():
        yield from (presence.pk.hex, str(presence.pk), presence.media_session)


def _grant(world: World) -> None:
    """A demand to end the meeting becomes a restriction; whoever it reaches is put out and knocks again."""
    desk, now = world.desk, world.clock.now
    demand = desk.under_review(
        world.authority("CN"), end(world.meetings[0]), territories=("CN", "HK", "TW"),
        ends_at=now + timedelta(days=60),
    )  # fmt: skip
    desk.granted(demand, begins=now, until=now + timedelta(days=20))
    world.beat()
    world.publish()
    world.beat(3)
    for guest in world.guests:
        if guest.line is not None and guest.line.endings:
            world.knock(guest, 0)


def _object(world: World, out: list[Guest]) -> Iterator[str]:
    """Somebody who is out objects, and is exempted and comes in again; where nobody was, somebody does who
    was not there. What would name them."""
    guest = next((each for each in out if each.account is not None), None)
    who = guest.account if guest is not None and guest.account is not None else account("Canaryelsewhere")
    person = Person(account_id=who.pk)
    row, token = appeals.file(Restriction.objects.get().pk, "I am not there.", person, world.clock.now)
    ruling = Ruling(Outcome.EXEMPTED, "The evidence says so, and nothing speaks against it.")
    appeals.decide(world.desk.appeals.id, row.pk, ruling, world.clock.now)
    if guest is not None:
        opened: Any = world.knock(guest, 0)
        world.enter(guest, opened.grant, 0)
    world.beat(3)
    yield from (who.pk.hex, str(who.pk), who.email, token)


def _suspend(world: World) -> None:
    """An account that is in no meeting, and appeals."""
    desk, now, who = world.desk, world.clock.now, account("Troublemaker")
    made = suspensions.propose(desk.reviewer.id, who.email, WHY, authority_prompted=False, now=now)
    suspensions.approve(desk.approver.id, made, authority_prompted=False, now=now)
    suspension_appeals.appeal(made, "It was not me who sent all of that.", now)


def _staff(world: World) -> dict[str, Client]:
    desk = world.desk
    who = {
        "intake": desk.intake, "reviewer": desk.reviewer, "approver": desk.approver, "appeals": desk.appeals,
        "auditor": member(Role.AUDITOR), "administrator": world.administrators[0],
    }  # fmt: skip
    return {name: seated(each.account) for name, each in who.items()}


def _look(world: World, staff: dict[str, Client], seen: Seen, when: str) -> None:
    demand, restriction = Demand.objects.get(), Restriction.objects.get()
    numbers = {
        "demand": demand.pk, "restriction": restriction.pk, "appeal": Appeal.objects.get().pk,
        "suspension": Suspension.objects.get().pk,
    }  # fmt: skip
    public = (*PUBLIC, f"/register/restrictions/{restriction.pk.hex}")
    for path in public:
        seen.add(f"{when}: {path.replace(restriction.pk.hex, 'R')}", _get(Client(), path))
    for role, client in staff.items():
        for path in DESK:
            seen.add(f"{when}: {role} at {path}", _get(client, path.format(**numbers)))
    entries = [bytes(row.entry).decode() for row in Outbox.objects.order_by("pk")]
    seen.add(f"{when}: the log", "\n".join(entries))
    documents = sorted(bytes(row.data).decode() for row in Document.objects.all())
    seen.add(f"{when}: documents", "\n".join(documents))
    seen.add(f"{when}: alarms", json.dumps([sorted(set(world.alarms)), sorted(world.registry.codes)]))


def _get(client: Client, path: str) -> str:
    answer = client.get(path)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined] # either
    return f"{answer.status_code}\n{content.decode()}"


def test_p9_nothing_names_anybody_or_tells_whether_somebody_from_the_territory_was_there(
    stage: Stage,
) -> None:
    stories = {people: tell(stage, people) for people in (0, 3, 12)}
    nobody, few, many = stories[0], stories[3], stories[12]
    assert [each.ejected for each in (nobody, few, many)] == [0, 3, 12]
    for story in stories.values():
        _names_nobody(story)
    assert _differing(nobody.before, few.before) == []
    assert _differing(nobody.before, many.before) == []
    assert _differing(nobody.after, few.after) == []
    _only_the_band_tells(nobody.after, many.after)
    assert _events(nobody) == _events(few) == _events(many)


def _names_nobody(story: Told) -> None:
    for page in ("appeals/{appeal}", "restrictions/{restriction}"):
        assert story.before.texts[f"in force: appeals at /desk/demands/{page}"].startswith("200")
    assert story.before.texts["in force: appeals at /desk/suspensions/{suspension}"].startswith("200")
    for seen in (story.before, story.after):
        for name, text in seen.texts.items():
            assert not [canary for canary in story.canaries if canary and canary in text], name
            status = text[:3]
            assert status in ("200", "302", "403", "404") or not status.isdigit(), (name, status)
    for line in story.logs:
        assert not [canary for canary in story.canaries if canary and canary in line], line


def _differing(one: Seen, other: Seen) -> list[tuple[str, list[str]]]:
    first, second = one.leveled(), other.leveled()
    assert first.keys() == second.keys()
    return [(name, _lines(first[name], second[name])) for name in first if first[name] != second[name]]


def _lines(one: str, other: str) -> list[str]:
    return sorted(set(one.splitlines()) ^ set(other.splitlines()))[:6]


def _only_the_band_tells(nobody: Seen, many: Seen) -> None:
    """Half a year later, and only from ten times on: in the report, its files and its entry."""
    found = many.leveled()
    for name, text in nobody.leveled().items():
        one, other = (re.sub(r"\b(?:0-9|10-99)\b", "BAND", each) for each in (text, found[name]))
        assert one == other, (name, _lines(text, found[name]))


def _events(story: Told) -> list[str]:
    return sorted({json.loads(line)["event"] for line in story.logs})


def test_p9_mails_exports_and_metrics_name_nobody_else(stage: Stage) -> None:
    """The host learns that it happened; their export is about them, and metrics are about nobody."""
    with played(stage) as world:
        for kind in KINDS:
            _join(world, Place("all agree", "CN"), kind)
        canaries = set(_canaries(world))
        # the host's own list of whom they invited is theirs; whether anybody came is not in it
        canaries -= {guest.invited.email for guest in world.guests if guest.invited}
        _grant(world)
        world.beat()
        host = world.meetings[0].host
        assert [sent.to for sent in mail.outbox] == [[host.email]]
        texts = [f"{sent.subject}\n{sent.body}\n{sent.extra_headers}" for sent in mail.outbox]
        texts.append(json.dumps([part.export(host.pk) for part in parts()], default=str))
        texts.append(metrics.text(world.nodes[0].figures(), location_ok=True).decode())
        for text in texts:
            assert not [canary for canary in canaries if canary and canary in text]
            assert "China" not in text


def test_p9_no_log_line_names_anybody_when_media_fails(stage: Stage) -> None:
    with played(stage) as world, structlog.testing.capture_logs() as lines:
        world.media.fail("open_session", times=3)
        for kind in KINDS:
            _join(world, Place("all agree", "FR"), kind)
        world.crash_media()
        world.beat()
        canaries = {canary for canary in _canaries(world) if canary}
    texts = [json.dumps(line, default=str) for line in lines]
    assert any("media_open_failed" in text for text in texts)
    assert [text for text in texts for canary in canaries if canary in text] == []
