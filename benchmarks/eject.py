"""How long after a rule has changed the last packet of the last one it reaches is heard, and what those who
stay feel of it; the limit is having destroyed as many sessions on a bare Janus.

N participants with sound, each receiving four others, in a swarm of its own processes; the host's rule then
denies the country of K of them, through the public API. The clock starts when the rule's change is committed
(seen in the database by another connection) and stops at the last packet of anybody ejected, received by
them or by those who stay; the ejected go on sending. For those who stay: packets lost, and the longest pause
in any stream against a quiet window before.

On the bare Janus all K sessions are destroyed at once. The limit is the later of the last packet and the last
answer, both from the first command on: few sessions fall silent before Janus has answered for all of them,
many after it, and who ejects people has done so only when both have come.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass

from bailiwick.swarm import Person, Progress, Swarm
from benchmarks import bare_server
from benchmarks.crowd import people
from benchmarks.harness import Figure, emit, note, parser
from benchmarks.silence import EJECT, QUIET, CommitWatch, Silence, silence
from tests.servers.product import Host, Product, product

SUBSCRIBE = 4
QUIET_SECONDS = 4.0
AFTER_SECONDS = 2.0
AT_MOST = 2.0
STALL_MS = 20.0

Act = Callable[[], Awaitable[tuple[float, float]]]
"""Ejects; returns when it began and when it was answered, on the monotonic clock."""


@dataclass(frozen=True, slots=True)
class Round:
    """One eject. `answered_ms`: the bare Janus' last answer, the product's answer to the change of the
    rule; from the same beginning as `silence.last_ms`."""

    silence: Silence
    answered_ms: float

    @property
    def done_ms(self) -> float:
        return max(self.silence.last_ms, self.answered_ms)

    def as_json(self) -> dict[str, float]:
        figures = {**asdict(self.silence), "answered_ms": self.answered_ms}
        return {name: round(number, 1) for name, number in figures.items()}


def main(argv: Sequence[str]) -> int:
    arguments = parser("eject", __doc__, rounds=5)
    arguments.add_argument(
        "--sizes", nargs="+", default=["20/5", "40/10"], metavar="N/K", help="participants/ejected"
    )
    arguments.add_argument("--workers", type=int, default=1, help="processes of the swarm")
    options = arguments.parse_args(argv)
    with product() as server:
        host = server.host()
        figures = [
            asyncio.run(_size(server, host, size, options.rounds, options.workers)) for size in options.sizes
        ]
    return emit(*figures)


async def _size(server: Product, host: Host, size: str, rounds: int, workers: int) -> Figure:
    total, ejected = map(int, size.split("/"))
    ours, bare = [], []
    for number in range(1, rounds + 1):
        note(f"{total}/{ejected}, round {number} of {rounds}")
        async with bare_server.running() as limit:
            bare.append(await _round(limit.url, total, ejected, workers, _destroy(limit, ejected)))
        note(f"  bare     {bare[-1].as_json()}")
        slug = host.create_meeting(maximum=max(2, total))
        act = _deny(server, host, slug)
        ours.append(await _round(server.meeting_url(slug), total, ejected, workers, act))
        note(f"  product  {ours[-1].as_json()}")
    return _figure(total, ejected, ours, bare)


async def _round(url: str, total: int, ejected: int, workers: int, act: Act) -> Round:
    """One swarm, one eject."""
    crowd: list[Person] = people({"HK": total - ejected, "CN": ejected})
    async with Swarm(url, crowd, subscribe=SUBSCRIBE, workers=workers) as swarm:
        await swarm.until(lambda progress: _complete(progress, total), 60)
        await asyncio.sleep(1.5)
        await swarm.cut("joining")
        await asyncio.sleep(QUIET_SECONDS)
        await swarm.cut(QUIET)
        began, answered = await act()
        await swarm.until(lambda progress: progress.out == ejected, 20)
        await asyncio.sleep(AFTER_SECONDS)
        await swarm.cut(EJECT)
        report = await swarm.stop()
    gone = {person.participant or "" for person in report.participants if person.outcome != "inside"}
    return Round(silence(report, gone, began - swarm.origin), (answered - began) * 1000)


def _complete(progress: Progress, total: int) -> bool:
    return progress.inside == total and progress.flowing == progress.streams == total * SUBSCRIBE


def _deny(server: Product, host: Host, slug: str) -> Act:
    async def act() -> tuple[float, float]:
        watch = CommitWatch(server.data / "bailiwick.sqlite3", slug)
        with watch.watching():
            answer = await asyncio.to_thread(host.set_rule, slug, "deny", "CN")
            answered = time.monotonic()
        if answer.status != 200 or watch.at is None:
            raise RuntimeError(f"the rule was not changed: {answer.status}")
        return watch.at, answered

    return act


def _destroy(limit: bare_server.BareServer, ejected: int) -> Act:
    async def act() -> tuple[float, float]:
        began = time.monotonic()
        guests = await limit.destroy("CN", ejected)
        answered = time.monotonic()
        await limit.tell_gone(guests)
        return began, answered

    return act


def _figure(total: int, ejected: int, ours: Sequence[Round], bare: Sequence[Round]) -> Figure:
    stall = statistics.median(one.silence.stall_ms for one in ours)
    lost = sum(one.silence.lost for one in ours)
    return Figure(
        f"eject {ejected} of {total}",
        statistics.median(one.silence.last_ms for one in ours),
        "ms",
        statistics.median(one.done_ms for one in bare),
        at_most=AT_MOST,
        kept={"undisturbed": lost == 0 and stall <= STALL_MS},
        details={
            "lost_between_those_who_stay": lost,
            "stall_ms": round(stall, 1),
            "stall_at_most_ms": STALL_MS,
            "product": [one.as_json() for one in ours],
            "bare": [one.as_json() for one in bare],
        },
    )


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))
