"""Behind a firewall that lets nothing through but TURN: real browsers, a real coturn, credentials of ours."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import ADDRESSES
from tests.browser.devices import RECORD_TRACKS
from tests.browser.person import PATIENCE, Person
from tests.browser.screens import DESKTOP
from tests.servers.coturn import RunningCoturn, running_coturn
from tests.servers.located_proxy import located_proxy
from tests.servers.product import Product, product

# Relayed or not at all, and over this transport only: what is left of a network that blocks the rest.
BEHIND_FIREWALL: Final = """
(() => {
  const Original = RTCPeerConnection;
  const narrowed = (configuration = {}) => ({
    ...configuration,
    iceServers: (configuration.iceServers ?? []).map((server) => ({
      ...server,
      urls: [server.urls].flat().filter((url) => url.endsWith("transport=%s")),
    })),
    iceTransportPolicy: "relay",
  });
  window.connections = [];
  window.RTCPeerConnection = class extends Original {
    constructor(configuration) {
      super(narrowed(configuration));
      window.connections.push(this);
    }
    setConfiguration(configuration) {
      super.setConfiguration(narrowed(configuration));
    }
  };
})();
"""
WAYS: Final = """
async () => {
  const ways = [];
  for (const connection of window.connections) {
    const stats = await connection.getStats();
    for (const one of stats.values()) {
      if (one.type !== "candidate-pair" || !one.nominated || one.state !== "succeeded") continue;
      const local = stats.get(one.localCandidateId);
      ways.push(`${local.candidateType} ${local.relayProtocol}`);
    }
  }
  return ways;
}
"""


@pytest.fixture(scope="module")
def turn() -> Iterator[RunningCoturn]:
    with running_coturn() as running:
        yield running


@pytest.fixture(scope="module")
def relayed(turn: RunningCoturn) -> Iterator[Product]:
    settings = {"BAILIWICK_TURN_URL": turn.url, "BAILIWICK_TURN_SECRET": turn.secret}
    with product(env=settings) as running:
        yield running


def behind(
    browser: Browser, server: Product, slug: str, name: str, transport: str, stack: ExitStack
) -> Person:
    number = 11 if transport == "udp" else 12
    proxy = stack.enter_context(located_proxy(ADDRESSES["DE"].format(number)))
    context = browser.new_context(
        proxy={"server": proxy.url}, permissions=["camera", "microphone"], **DESKTOP
    )
    stack.callback(context.close)
    context.set_default_timeout(PATIENCE)
    for script in (BEHIND_FIREWALL % transport, RECORD_TRACKS):
        context.add_init_script(script)
    return Person(name, context, proxy, server.meeting_url(slug)).join()


def test_whoever_has_nothing_but_turn_sees_and_is_seen_over_udp_and_over_tcp(
    browser: Browser, relayed: Product
) -> None:
    slug = relayed.host().create_meeting(title="Weekly round")
    with ExitStack() as stack:
        ada = behind(browser, relayed, slug, "Ada", "udp", stack)
        noor = behind(browser, relayed, slug, "Noor", "tcp", stack)
        for one, other in ((ada, noor), (noor, ada)):
            one.receives(other)
            one.receives(other, "microphone")
        assert set(ada.page.evaluate(WAYS)) == {"relay udp"}
        assert set(noor.page.evaluate(WAYS)) == {"relay tcp"}
