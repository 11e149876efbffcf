"""A real browser on the media port: its SDP passes the boundary, and it needs no candidates of its own to
connect."""

import json
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from bailiwick.live.protocol import FROM_CLIENT, MAXIMUM_BYTES
from bailiwick.media.port import (
    Layer,
    MediaSession,
    Mid,
    Published,
    PublishedTrack,
    StreamId,
    Track,
    TrackKind,
)
from bailiwick.media.sdp import MAX_PICTURES, MAX_SECTIONS, MAX_SOUNDS, check_sdp, sections
from tests.contracts.conftest import Meeting
from tests.contracts.people import Person, comes, eventually

pytestmark = [pytest.mark.janus, pytest.mark.browser]

SWITCHES = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE = """() => {
window.legs = {}
window.publish = async (simulcast) => {
  const pc = window.legs.out ??= new RTCPeerConnection()
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 360}})
  if (pc.getTransceivers().length === 0) {
    pc.addTransceiver(media.getAudioTracks()[0], {direction: 'sendonly'})
    pc.addTransceiver(media.getVideoTracks()[0], {direction: 'sendonly', sendEncodings: [
      {rid: 'h'}, {rid: 'm', scaleResolutionDownBy: 2}, {rid: 'l', scaleResolutionDownBy: 4}]})
  }
  await pc.setLocalDescription()
  return pc.localDescription.sdp
}
window.restart = async () => {
  window.legs.out.restartIce()
  await window.legs.out.setLocalDescription()
  return window.legs.out.localDescription.sdp
}
window.accept = (sdp) => window.legs.out.setRemoteDescription({type: 'answer', sdp})
window.answer = async ([sdp, fresh]) => {
  if (fresh) { window.legs.in?.close(); window.legs.in = new RTCPeerConnection() }
  await window.legs.in.setRemoteDescription({type: 'offer', sdp})
  await window.legs.in.setLocalDescription()
  return window.legs.in.localDescription.sdp
}
window.crowd = async ([sounds, pictures]) => {
  const all = new RTCPeerConnection({bundlePolicy: 'max-bundle'})
  const add = (media, codec, count) => {
    const codecs = RTCRtpSender.getCapabilities(media).codecs.filter(({mimeType}) => mimeType === codec)
    for (let i = 0; i < count; i++)
      all.addTransceiver(media, {direction: 'sendonly'}).setCodecPreferences(codecs)
  }
  add('audio', 'audio/opus', sounds)
  add('video', 'video/VP8', pictures)
  await all.setLocalDescription()
  return window.answer([all.localDescription.sdp, true])
}
window.inbound = async () => {
  const found = {}
  for (const report of (await window.legs.in.getStats()).values())
    if (report.type === 'inbound-rtp') found[report.mid] =
      {packets: report.packetsReceived, frames: report.framesDecoded ?? 0, width: report.frameWidth ?? 0}
  return found
}
}
"""
MICROPHONE, CAMERA = Track(Mid("0"), TrackKind.MICROPHONE), Track(Mid("1"), TrackKind.CAMERA)
PUBLISHED = (
    PublishedTrack(MICROPHONE.mid, MICROPHONE.kind),
    PublishedTrack(CAMERA.mid, CAMERA.kind, simulcast=True),
)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        context = await browser.new_context(permissions=["camera", "microphone"])
        page = await context.new_page()
        # A secure context without a server: pages of the browser itself have no media devices.
        await page.route("https://meeting.test/", lambda route: route.fulfill(body="<title>test</title>"))
        await page.goto("https://meeting.test/")
        await page.evaluate(PAGE)
        yield page
        await browser.close()


async def publish(page: Page, session: MediaSession, function: str = "publish") -> str:
    offer = check_sdp(await page.evaluate(f"{function}()"))
    await page.evaluate("accept", await session.publish(offer, [MICROPHONE, CAMERA]))
    return offer


async def test_a_browser_publishes_simulcast_and_sees_what_it_asks_for(
    janus_meeting: Meeting, page: Page
) -> None:
    ann, bo = await janus_meeting.join_many(2)
    assert "candidate" not in await publish(page, ann.session)
    await comes(ann, Published(PUBLISHED), seconds=15)
    streams = await bo.publish(TrackKind.MICROPHONE)
    streams += [stream for stream in own_streams(ann) if stream.mid == CAMERA.mid]
    offer = await ann.session.subscribe(streams)
    assert offer is not None
    answer = check_sdp(await page.evaluate("answer", [offer.sdp, offer.fresh]))
    assert await ann.session.answer(answer, offer.revision) is None
    lines = {stream.feed: mid for mid, stream in offer.streams.items()}
    mine, theirs = lines[ann.session.feed], lines[bo.session.feed]

    async def seen() -> tuple[bool, int]:
        reports: dict[str, Any] = await page.evaluate("inbound()")
        heard = reports.get(theirs, {}).get("packets", 0) > 0
        return heard, reports.get(mine, {}).get("width", 0)

    # Chromium makes two layers of 640 by 360, not three: the smallest there is halves it.
    await eventually(seen, (True, 320), seconds=15)
    await ann.session.layers([Layer(mine, 2)])
    await eventually(seen, (True, 640), seconds=15)


async def test_a_browser_goes_on_after_an_ice_restart(janus_meeting: Meeting, page: Page) -> None:
    ann, bo = await janus_meeting.join_many(2)
    await publish(page, ann.session)
    await comes(ann, Published(PUBLISHED), seconds=15)
    await bo.listen(own_streams(ann))
    await eventually(bo.hears, set(own_streams(ann)), seconds=15)
    ann.events.clear()
    await publish(page, ann.session, "restart")
    await comes(ann, Published(PUBLISHED), seconds=15)
    await eventually(bo.hears, set(own_streams(ann)), seconds=15)
    assert [type(event) for event in ann.events] == [Published]


async def test_the_answer_of_a_browser_that_receives_all_it_may_is_taken(page: Page) -> None:
    sdp = await page.evaluate("crowd", [MAX_SOUNDS, MAX_PICTURES])
    assert len(sections(check_sdp(sdp))) == MAX_SECTIONS
    message = json.dumps({"type": "answer", "id": 2**31 - 1, "revision": 2**52, "sdp": sdp})
    assert len(message) < MAXIMUM_BYTES
    FROM_CLIENT.validate_json(message)


def own_streams(person: Person) -> list[StreamId]:
    return [StreamId(person.session.feed, track.mid) for track in PUBLISHED]
