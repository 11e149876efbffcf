"""The composition root: which parts a web process is made of. Nothing else knows them all."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from channels.layers import get_channel_layer
from django.conf import settings

from bailiwick.accounts.buckets import Buckets
from bailiwick.config import keys, public_log, turn
from bailiwick.config.log_loops import LogLoops, quiet
from bailiwick.gate.eject import Ejector
from bailiwick.gate.followed import FollowedLog
from bailiwick.gate.gate import Gate
from bailiwick.gate.proofs import Proofs
from bailiwick.gate.verifying import configured_trust
from bailiwick.gate.witnessed import witnessed_by
from bailiwick.geo.address import ClientAddress
from bailiwick.geo.client_address import TrustedNetworks, client_address
from bailiwick.geo.layout import Layout
from bailiwick.geo.locator import Locator
from bailiwick.ledger.configuration import configured
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.policies import say_witnesses
from bailiwick.ledger.publishing import Publisher
from bailiwick.ledger.sequencer import Sequencer
from bailiwick.live import http
from bailiwick.live.app import App, Live
from bailiwick.live.join import Join
from bailiwick.live.protocol import IceServer
from bailiwick.live.rate import JOINS, MISSES, TOKENS
from bailiwick.live.socket import Socket
from bailiwick.media.janus.adapter import JanusMedia
from bailiwick.media.janus.secrets import JanusSecrets
from bailiwick.media.janus.several import SeveralJanus, name_of
from bailiwick.media.port import MediaServer
from bailiwick.notices.actions import raise_alarm

ASKED_SECONDS: Final = 3.0


def clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def janus_secrets() -> JanusSecrets:
    """From the setting, or made and kept in DATA."""
    seed = settings.ENV["JANUS_SECRET"] or keys.secret(settings.DATA, "media")
    return JanusSecrets(seed.encode())


def janus() -> JanusMedia | SeveralJanus:
    """The media server, as the environment names it (the supervisor sets it for the Janus it runs), or all of
    several."""
    secrets = janus_secrets()
    urls = tuple(zip(settings.ENV["JANUS_URL"], settings.ENV["JANUS_ADMIN_URL"], strict=True))
    if len(urls) == 1:
        return JanusMedia(*urls[0], secrets)
    names = [name_of(api) for api, _ in urls]
    return SeveralJanus(
        {
            name: JanusMedia(api, admin, secrets, name=name)
            for name, (api, admin) in zip(names, urls, strict=True)
        }
    )


def locator() -> Locator:
    """The location table in DATA."""
    return Locator(
        Layout(settings.DATA).table,
        overrides=settings.ENV["GEO_OVERRIDES"] or Layout(settings.DATA).overrides,
        stale_after_days=settings.ENV["GEO_STALE_DAYS"],
    )


@dataclass(frozen=True, slots=True)
class OwnLog:
    """What this process knows of the public log: the gate relies on what the loops find out."""

    memory: Memory
    publisher: Publisher


def own_log() -> OwnLog:
    """One for each process."""
    memory = Memory(configured().memory)
    publisher = Publisher(configured(), memory, trouble=quiet(raise_alarm), say=say_witnesses)
    return OwnLog(memory, publisher)


def gate(media: MediaServer, where: Locator, log: OwnLog, ejector: type[Ejector] = Ejector) -> Gate:
    """The gate of this process."""
    layer = get_channel_layer()
    return Gate(
        media=media,
        locator=where,
        layer=layer,
        device_key=settings.SECRET_KEY.encode(),
        clock=clock,
        alarm=raise_alarm,
        stale_after_days=settings.ENV["GEO_STALE_DAYS"],
        ejector=ejector,
        proofs=proofs(log),
    )


def proofs(log: OwnLog) -> Proofs | None:
    """How the gate verifies restrictions; None where no demands are taken: then it has none at all."""
    if settings.ENV["DEMANDS"] != "on":
        return None
    trust = configured_trust(configured())
    followed = FollowedLog(log.memory, log.publisher.cleared, clock, witnessed_by(trust))
    return Proofs(trust, clock, raise_alarm, followed)


def log_loops(log: OwnLog) -> LogLoops:
    """The public log of this process."""
    sequencer = Sequencer(configured(), log.memory, log.publisher.cleared)
    return LogLoops(_begin_log, sequencer, log.publisher, raise_alarm)


async def log_looked_at(loops: LogLoops) -> None:
    """Where demands are taken, witnesses are asked before anybody is let in: until they have answered nothing
    is enforced, and whoever is kept out would get in for a moment after each restart (P8). One that does not
    answer holds up nothing for longer than this."""
    if settings.ENV["DEMANDS"] == "on":
        await loops.looked(ASKED_SECONDS)


def _begin_log() -> None:
    public_log.make_ready()


def live(the_gate: Gate, where: Locator, fallback: App) -> Live:
    """All that is not Django's."""
    trusted = TrustedNetworks.from_text(settings.ENV["TRUSTED_PROXIES"], settings.ENV["FORWARDING_HEADER"])
    origins = frozenset({_origin(settings.PUBLIC_URL)})

    def address_of(scope: http.Scope) -> ClientAddress | None:
        peer = scope.get("client")
        return client_address(peer[0] if peer else None, scope["headers"], trusted)

    joins, misses, tokens = (Buckets(limit, time.monotonic) for limit in (JOINS, MISSES, TOKENS))
    join = Join(the_gate, address_of, joins, misses, origins)
    socket = Socket(the_gate, address_of, origins, ice_servers, tokens, time.monotonic)
    return Live(the_gate, join, socket, fallback, lambda: where.fault is None)


def ice_servers() -> list[IceServer]:
    """The TURN server, if there is one, with credentials of their own for each participant."""
    url = settings.ENV["TURN_URL"]
    if not url:
        return []
    username, credential = turn.credentials(settings.ENV["TURN_SECRET"], time.time())
    return [IceServer(urls=turn.addresses(url), username=username, credential=credential)]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
