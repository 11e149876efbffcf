"""The media server dies, the web process dies: nobody has to do anything."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Invite
from tests.browser.wire import udp_dropped
from tests.servers.product import Host, Product

MEDIA_SECONDS = 10.0
"""Janus lets go of what no web process has asked for in fifteen seconds."""
ATTEMPTS = 3


@contextmanager
def nothing_is_started_again(server: Product) -> Iterator[None]:
    """Until the block ends, what dies stays dead: a quick machine would have it back before anybody looks."""
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


def test_everybody_is_back_by_themselves_after_the_media_server_died(
    server: Product, host: Host, invite: Invite
) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada").join(), invite(slug, "Noor", "FR").join()
    noor.receives(ada)
    old = noor.stats()[ada.id, "camera"].ssrc
    os.kill(server.janus_pid, signal.SIGKILL)
    noor.waits_for(
        lambda now: (ada.id, "camera") in now and now[ada.id, "camera"].ssrc != old, "no new stream"
    )
    noor.receives(ada)
    noor.receives(ada, "microphone")
    ada.receives(noor)
    assert not ada.errors


def test_media_flows_on_while_the_web_process_dies_and_comes_back(
    server: Product, host: Host, invite: Invite
) -> None:
    slug = host.create_meeting(title="Weekly round")
    ada, noor = invite(slug, "Ada").join(), invite(slug, "Noor", "FR").join()
    noor.receives(ada)
    for _ in range(ATTEMPTS):
        before, dropped, begun = noor.stats()[ada.id, "camera"], udp_dropped(), time.monotonic()
        with nothing_is_started_again(server):
            for pid in server.web_pids:
                os.kill(pid, signal.SIGKILL)
            expect(noor.page.get_by_text("The connection is interrupted")).to_be_visible()
            noor.receives(ada)
        noor.is_inside()
        ada.is_inside()
        away = time.monotonic() - begun
        noor.receives(ada)
        after = noor.stats()[ada.id, "camera"]
        if after.ssrc == before.ssrc:
            assert after.lost - before.lost <= udp_dropped() - dropped, "packets lost"
            break
        assert away > MEDIA_SECONDS, "media began anew"
    else:
        pytest.skip("this machine is too slow to start again before media is let go")
    noor.control("Raise hand").click()
    ada.is_told("Noor raised their hand")
