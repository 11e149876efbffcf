"""The command `bailiwick swarm`: draws addresses from the location table and hands them to a swarm.

The addresses go to the server in a proxy's header, which it believes only from networks it trusts. So this
is for a server on this machine, started with BAILIWICK_TRUSTED_PROXIES naming the loopback; elsewhere it
refuses, since other people's proxies have no business with made-up addresses. No address is ever printed.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import signal
import sys
import time
from argparse import ArgumentTypeError, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bailiwick.geo.errors import GeoError
from bailiwick.geo.layout import Layout
from bailiwick.geo.locator import Locator
from bailiwick.geo.sampling import draw
from bailiwick.rules import territory
from bailiwick.swarm import Person, Progress, Report, Swarm, SwarmError, assign, interleave

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    from bailiwick.geo.table import Table

    Subparsers = _SubParsersAction[ArgumentParser]

FAILED: Final = 1
UNDETERMINED: Final = "undetermined"
PEOPLE_A_WORKER: Final = 60
TELL_SECONDS: Final = 0.5
TELL_SECONDS_IN_A_FILE: Final = 10.0
_ORIGIN: Final = re.compile(r"([A-Z]{2}|undetermined)(?::([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Origin:
    """So many people from one place; `code` None: from where sources disagree or say nothing."""

    code: territory.Code | None
    count: int

    @property
    def word(self) -> str:
        return self.code or UNDETERMINED

    @property
    def label(self) -> str:
        return territory.name(self.code) if self.code else "Undetermined"


def origin(text: str) -> Origin:
    """`HK:3`, `HK`, `undetermined:2`. Raises ArgumentTypeError."""
    match = _ORIGIN.fullmatch(text)
    if match is None:
        raise ArgumentTypeError("give a place and a number, like HK:3 or undetermined:1")
    try:
        code = None if match[1] == UNDETERMINED else territory.parse_code(match[1])
    except territory.UnknownTerritory:
        raise ArgumentTypeError(f"{match[1]} is no ISO 3166-1 code") from None
    return Origin(code, int(match[2] or 1))


def local_url(text: str) -> str:
    """A meeting's URL on this machine. Raises ArgumentTypeError."""
    host = urlsplit(text).hostname or ""
    try:
        local = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise ArgumentTypeError("a swarm only joins meetings of a server on this machine (localhost)")
    return text


def subscriptions(text: str) -> int | None:
    """`all` (None), `none` (0) or a number. Raises ArgumentTypeError."""
    words: dict[str, int | None] = {"all": None, "none": 0}
    if text in words:
        return words[text]
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise ArgumentTypeError("give all, none or a number")
    return int(text)


def register(subparsers: Subparsers) -> None:
    """Add `swarm`. The parsed namespace has `run`, called with it (and `data`, the data folder, set by the
    caller's own option); it returns an exit code."""
    swarm = subparsers.add_parser(
        "swarm",
        help="join a meeting with synthetic participants",
        description="Join a meeting on this machine with synthetic participants, report in JSON at the end. "
        "The server must trust this machine's proxy header: BAILIWICK_TRUSTED_PROXIES=127.0.0.0/8,::1/128.",
    )
    swarm.add_argument("url", type=local_url, metavar="MEETING_URL")
    swarm.add_argument(
        "--from",
        dest="origins",
        type=origin,
        action="append",
        required=True,
        metavar="PLACE[:N]",
        help="N participants located in PLACE: an ISO 3166-1 code, or `undetermined`; may be repeated",
    )
    swarm.add_argument("--video", type=int, default=0, metavar="N", help="how many send video (%(default)s)")
    swarm.add_argument("--sound", type=int, metavar="N", help="how many more send sound (all the rest)")
    swarm.add_argument("--silent", action="store_true", help="the sound they send is silence")
    swarm.add_argument(
        "--subscribe",
        type=subscriptions,
        default=4,
        metavar="N|all|none",
        help="how many others each one receives (%(default)s)",
    )
    swarm.add_argument("--duration", type=float, metavar="S", help="seconds to stay (until Ctrl-C)")
    swarm.add_argument(
        "--ask-again", type=float, metavar="S", help="who was refused or removed asks again after S seconds"
    )
    swarm.add_argument("--name-prefix", default="", metavar="TEXT", help="put before every name")
    swarm.add_argument("--ipv6", action="store_true", help="draw IPv6 addresses too")
    swarm.add_argument("--seed", type=int, help="draw the same addresses again")
    swarm.add_argument("--workers", type=int, metavar="N", help="worker processes (as few as will do)")
    swarm.add_argument("--json", type=Path, metavar="FILE", help="write the report here, not to stdout")
    swarm.set_defaults(run=run)


def run(options: Namespace) -> int:
    """`bailiwick swarm`: progress on stderr, the report as JSON; exit code 1 if nobody could ask at the
    door."""
    layout = Layout(options.data)
    locator = Locator(layout.table, overrides=layout.overrides)
    if locator.table is None:
        return _fail(f"there is no location table to draw addresses from ({locator.fault})")
    try:
        people = _people(options, locator.table)
        report = asyncio.run(_stay(options, people))
    except (GeoError, SwarmError, ValueError) as error:
        return _fail(str(error))
    _write(report, options.json)
    answered = any(person.code != "unreachable" for person in report.participants)
    return 0 if answered else _fail("the server did not answer")


def _people(options: Namespace, table: Table) -> list[Person]:
    rng = random.Random(options.seed)
    versions = (4, 6) if options.ipv6 else (4,)
    groups = [_group(place, table, rng, versions, options.name_prefix) for place in options.origins]
    return assign(interleave(groups), options.video, options.sound)


def _group(
    place: Origin, table: Table, rng: random.Random, versions: tuple[int, ...], prefix: str
) -> list[Person]:
    addresses = draw(table, place.code, place.count, rng, versions=versions)
    return [
        Person(f"{prefix}{place.label} {number}", place.word, place.label, {"X-Forwarded-For": address})
        for number, address in enumerate(addresses, 1)
    ]


async def _stay(options: Namespace, people: Sequence[Person]) -> Report:
    workers = options.workers or min(os.cpu_count() or 1, ceil(len(people) / PEOPLE_A_WORKER))
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, done.set)
    swarm = Swarm(
        options.url,
        people,
        subscribe=options.subscribe,
        silent=options.silent,
        workers=workers,
        ask_again=options.ask_again,
    )
    async with swarm:
        telling = asyncio.create_task(_tell(swarm))
        try:
            async with asyncio.timeout(options.duration):
                await _until_over(swarm, done, returning=options.ask_again is not None)
        except TimeoutError:
            _say("\n" if sys.stderr.isatty() else "")
        finally:
            telling.cancel()
        return await swarm.stop()


async def _until_over(swarm: Swarm, done: asyncio.Event, *, returning: bool) -> None:
    """Until Ctrl-C, or everybody is out and does not mean to come back."""

    def over_for_all(progress: Progress) -> bool:
        return progress.everybody_out and not returning

    over = asyncio.create_task(swarm.until(over_for_all, seconds=10**9))
    stop = asyncio.create_task(done.wait())
    try:
        finished, _ = await asyncio.wait({over, stop}, return_when=asyncio.FIRST_COMPLETED)
        for task in finished:
            await task
    finally:
        over.cancel()
        stop.cancel()


async def _tell(swarm: Swarm) -> None:
    """One calm line: rewritten in a terminal, now and then in a file."""
    terminal = sys.stderr.isatty()
    before, at = swarm.progress, time.monotonic()
    while True:
        await asyncio.sleep(TELL_SECONDS if terminal else TELL_SECONDS_IN_A_FILE)
        progress, now = swarm.progress, time.monotonic()
        line = _line(progress, (progress.received - before.received) / (now - at))
        _say(f"\r\x1b[2K{line}" if terminal else f"{line}\n")
        before, at = progress, now


def _line(progress: Progress, rate: float) -> str:
    places = {
        "at the door": progress.door,
        "in the waiting room": progress.waiting,
        "inside": progress.inside,
        "out": progress.out,
    }
    told = [f"{count} {place}" for place, count in places.items() if count]
    return " · ".join([*told, f"{rate:,.0f} packets/s", f"{progress.lost:,} lost"])


def _write(report: Report, file: Path | None) -> None:
    text = json.dumps(report.as_json(), indent=2) + "\n"
    if file is None:
        sys.stdout.write(text)
    else:
        file.write_text(text, encoding="utf-8")


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _fail(text: str) -> int:
    _say(f"bailiwick swarm: {text}\n")
    return FAILED
