"""The media server dies, the web process dies: nobody has to do anything."""

import os
import signal

from playwright.sync_api import expect

from tests.browser.conftest import Invite
from tests.servers.product import Host, Product


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
    before = noor.stats()[ada.id, "camera"]
    for pid in server.web_pids:
        os.kill(pid, signal.SIGKILL)
    noor.wait_for_state("retrying")
    expect(noor.page.get_by_text("The connection is interrupted")).to_be_visible()
    noor.receives(ada)
    noor.is_inside()
    ada.is_inside()
    noor.receives(ada)
    after = noor.stats()[ada.id, "camera"]
    assert (after.ssrc, after.lost) == (before.ssrc, before.lost)
    noor.control("Raise hand").click()
    expect(ada.told("Noor raised their hand")).to_be_visible()
