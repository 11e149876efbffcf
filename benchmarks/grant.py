"""What one join grant costs: CPU of the server's processes, user and system, with ten clients at a time.

The product's whole door (`POST /m/<slug>/join`: address, location, decision under a country rule, presence
row and grant, on SQLite) against a bare ASGI function under the same uvicorn that makes one maxminddb look-up
and answers. `hop_ms` is for orientation: the bare function with one durable row written in between.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from benchmarks.harness import Figure, emit, note, parser
from tests.factories.mmdb import write_mmdb
from tests.servers.process import ServerProcess, free_port, listens
from tests.servers.product import ROOT, Host, Product, cpu_seconds, product

AT_MOST: Final = 40.0
CLIENTS: Final = 10
JOINS_A_MEETING: Final = 250
FIRST: Final = int(IPv4Address("1.32.192.0"))
"""A /20 of Hong Kong in `tests.factories.geo.PLACES`."""
SIZE: Final = 4096


@dataclass(frozen=True, slots=True)
class Server:
    """Where requests go, and whose CPU they cost."""

    port: int
    pids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One join, as bytes to send."""

    data: bytes


def request(port: int, slug: str, number: int) -> Request:
    body = json.dumps({"name": f"Guest {number}", "invitation": None}).encode()
    address = IPv4Address(FIRST + number % SIZE)
    head = (
        f"POST /m/{slug}/join HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Origin: http://127.0.0.1:{port}\r\nX-Forwarded-For: {address}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return Request(head.encode() + body)


def main(argv: Sequence[str]) -> int:
    arguments = parser("grant", __doc__, rounds=3)
    arguments.add_argument("--joins", type=int, default=1000, help="in each round (%(default)s)")
    options = arguments.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, product() as server, _bare(Path(folder)) as bare:
        host = server.host()
        costs: dict[str, list[float]] = {"bare": [], "hop": [], "product": []}
        for number in range(1, options.rounds + 1):
            slugs = _meetings(host, options.joins)
            ours = Server(server.port, server.web_pids)
            costs["bare"].append(_cost(bare["bare"], ["any"], 4 * options.joins))
            costs["product"].append(_cost(ours, slugs, options.joins))
            costs["hop"].append(_cost(bare["hop"], ["any"], options.joins))
            note(f"round {number}: " + ", ".join(f"{name} {cost[-1]:.3f} ms" for name, cost in costs.items()))
            _check_rows(server, slugs, options.joins)
    best = {name: min(cost) for name, cost in costs.items()}
    return emit(
        Figure(
            "grant",
            best["product"],
            "ms of CPU",
            best["bare"],
            at_most=AT_MOST,
            details={"hop_ms": round(best["hop"], 4), "joins": options.joins, "clients": CLIENTS},
        )
    )


def _meetings(host: Host, joins: int) -> list[str]:
    """As many as hold the joins, each with a rule to be decided by."""
    slugs = [host.create_meeting(maximum=300) for _ in range(-(-joins // JOINS_A_MEETING))]
    for slug in slugs:
        host.set_rule(slug, "deny", "CN", "US")
    return slugs


def _check_rows(server: Product, slugs: Sequence[str], joins: int) -> None:
    rows = server.hand("count", model="meetings.Presence", where={"meeting__slug__in": list(slugs)})
    if rows["count"] != joins:
        raise RuntimeError(f"{joins} joins left {rows['count']} presence rows")


def _cost(server: Server, slugs: Sequence[str], joins: int) -> float:
    """Milliseconds of CPU per join."""
    asked = [request(server.port, slugs[n // JOINS_A_MEETING % len(slugs)], n) for n in range(joins)]
    asyncio.run(_load(server.port, asked[:CLIENTS] if slugs == ["any"] else []))
    before = cpu_seconds(*server.pids)
    asyncio.run(_load(server.port, asked))
    return (cpu_seconds(*server.pids) - before) * 1000 / joins


async def _load(port: int, asked: Sequence[Request]) -> None:
    """All of the requests over ten connections that stay open."""
    waiting = iter(asked)
    await asyncio.gather(*(_client(port, waiting) for _ in range(CLIENTS)))


async def _client(port: int, waiting: Iterator[Request]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for one in waiting:
        writer.write(one.data)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = await reader.readexactly(int(length.split(b":")[1]))
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"refused: {head.splitlines()[0].decode()} {body[:200].decode()}")
    writer.close()
    await writer.wait_closed()


@contextmanager
def _bare(folder: Path) -> Iterator[dict[str, Server]]:
    """Both bare functions, each in a uvicorn of its own, set up as the product's."""
    write_mmdb(folder / "country.mmdb", [(FIRST, FIRST + SIZE - 1, {"country_code": "HK"})], [])
    env = {
        **os.environ,
        "GRANT_MMDB": str(folder / "country.mmdb"),
        "GRANT_DATABASE": str(folder / "bare.sqlite3"),
    }
    processes: list[ServerProcess] = []
    try:
        servers = {}
        for name in ("bare", "hop"):
            port = free_port()
            command = [sys.executable, "-m", "uvicorn", f"benchmarks.bare_asgi:{name}", "--port", str(port)]
            command += [
                "--no-access-log",
                "--no-proxy-headers",
                "--log-level",
                "warning",
                "--lifespan",
                "off",
            ]
            process = ServerProcess(command, folder / f"{name}.log", cwd=ROOT, env=env)
            processes.append(process)
            process.wait_until(lambda port=port: listens(port))  # type: ignore[misc]  # mypy: lambda defaults
            servers[name] = Server(port, (process.pid,))
        yield servers
    finally:
        for process in processes:
            process.stop()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
