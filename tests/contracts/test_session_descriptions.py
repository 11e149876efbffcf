"""``media.sdp``: what may come in from a client, and what becomes of it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.media.double import answer_to, offer_of
from bailiwick.media.port import Fault, MediaError, Mid, Sdp, Track, TrackKind
from bailiwick.media.sdp import (
    MAX_LENGTH,
    MAX_LINE,
    MAX_LINES,
    MAX_SECTIONS,
    MAX_TRACKS,
    check_answer,
    check_sdp,
    check_tracks,
    fingerprint,
    sections,
)

CHROME = (Path(__file__).parent / "chrome.sdp").read_text()
ADDRESSES = ("203.0.113.141", "192.0.2.196", "2001:db8::141", ".local", "127.0.0.1")


def refused(text: str) -> Fault:
    with pytest.raises(MediaError) as caught:
        check_sdp(text)
    return caught.value.fault


def test_p9_no_address_is_left_in_an_sdp() -> None:
    checked = check_sdp(CHROME)
    assert not [address for address in ADDRESSES if address in checked]
    assert "candidate" not in checked
    assert re.findall(r"IN IP(?!4 0\.0\.0\.0\b)", checked) == []


def test_p9_an_error_quotes_nothing_of_the_sdp() -> None:
    with pytest.raises(MediaError) as caught:
        check_sdp(CHROME.replace("a=mid:0", "a=mid:192.0.2.196 and more"))
    assert str(caught.value) == "bad_sdp: mid"


def test_what_a_browser_says_about_its_media_stays() -> None:
    checked = check_sdp(CHROME).split("\r\n")
    kept = [
        line
        for line in CHROME.splitlines()
        if line.startswith(("a=rid", "a=sim", "a=fmtp", "a=extmap:", "a=ssrc"))
    ]
    assert [line for line in kept if line not in checked] == []
    assert [(s.mid, s.media, s.sends) for s in sections(check_sdp(CHROME))] == [
        ("0", "audio", True),
        ("1", "video", True),
    ]


def test_checking_twice_changes_nothing() -> None:
    assert check_sdp(check_sdp(CHROME)) == check_sdp(CHROME)


def test_a_bundled_m_line_is_not_a_rejected_one() -> None:
    assert "m=video 9 " in check_sdp(CHROME)
    rejected = check_sdp(CHROME.replace("a=bundle-only\n", ""))
    assert "m=video 0 " in rejected
    assert [section.sends for section in sections(rejected)] == [True, False]


def test_firefox_is_told_by_its_origin() -> None:
    firefox = CHROME.replace("o=- ", "o=mozilla...THIS_IS_SDPARTA-99.0 ")
    assert check_sdp(firefox).split("\r\n")[1].startswith("o=mozilla...THIS_IS_SDPARTA-99.0 ")
    named = CHROME.replace("o=- ", "o=192.0.2.7 ")
    assert check_sdp(named).split("\r\n")[1].startswith("o=- ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v=0",
        "nonsense",
        CHROME.replace("v=0\n", ""),
        CHROME.replace("v=0", "v=1"),
        CHROME.replace("o=- 7614219274584779017", "o=-"),
        CHROME.split("m=audio", maxsplit=1)[0],
        CHROME.replace("m=audio 9", "m=application 9"),
        CHROME.replace("m=audio 9 UDP/TLS/RTP/SAVPF 111 63", "m=audio 9 UDP/TLS/RTP/SAVPF"),
        CHROME.replace("m=audio 9 UDP/TLS/RTP/SAVPF", "m=audio 9 RTP/AVP"),
        CHROME.replace("a=mid:1", "a=mid:0"),
        CHROME.replace("a=mid:1\n", ""),
        CHROME.replace("a=mid:1", "a=mid:" + "x" * 17),
        CHROME.replace("a=mid:1", "a=mid:"),
        CHROME.replace("a=ice-pwd:OtSK0WpNtpUjkY4+86js7Z/l", "a=ice-pwd:short"),
        CHROME.replace("a=setup:actpass", "a=setup:%s%n"),
        re.sub(r"a=fingerprint.*\n", "", CHROME),
        CHROME.replace("a=rtcp-mux", "a=rtcp-mux\x00"),
        CHROME.replace("a=rtcp-mux", "a=rtcp-mux\rx"),
        CHROME.replace("a=rtcp-mux", "a=rtcp-mux\N{SNOWMAN}"),
        CHROME + "a=fmtp:96 " + "x" * MAX_LINE,
        CHROME + "a=x\n" * MAX_LINES,
        CHROME + "a=candidate:1\n" * (MAX_LENGTH // 14),
        CHROME + "".join(f"m=audio 9 UDP/TLS/RTP/SAVPF 1\na=mid:m{n}\n" for n in range(MAX_SECTIONS)),
    ],
)
def test_a_malformed_or_oversized_sdp_is_refused(text: str) -> None:
    assert refused(text) is Fault.BAD_SDP


@given(st.text())
def test_whatever_comes_in_it_is_checked_or_refused(text: str) -> None:
    assert refused(text) is Fault.BAD_SDP


@given(st.data())
def test_whatever_is_done_to_an_sdp_it_is_checked_or_refused(data: st.DataObject) -> None:
    lines = CHROME.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        lines[place] = data.draw(
            st.sampled_from(
                ["", lines[place] * 2, lines[place][: len(lines[place]) // 2], "a=candidate:192.0.2.196"]
            )
            | st.text(max_size=20)
        )
    try:
        checked = check_sdp("\n".join(lines))
    except MediaError:
        return
    assert "candidate" not in checked
    assert check_sdp(checked) == checked


def track(mid: str, kind: TrackKind) -> Track:
    return Track(Mid(mid), kind)


def test_tracks_are_those_of_the_offer() -> None:
    offer = check_sdp(CHROME)
    check_tracks(offer, [track("0", TrackKind.MICROPHONE), track("1", TrackKind.SCREEN)])
    for wrong in (
        [],
        [track("0", TrackKind.MICROPHONE)],
        [track("0", TrackKind.CAMERA), track("1", TrackKind.SCREEN)],
        [track("0", TrackKind.MICROPHONE), track("2", TrackKind.SCREEN)],
    ):
        with pytest.raises(MediaError) as caught:
            check_tracks(offer, wrong)
        assert caught.value.fault is Fault.BAD_TRACKS


def test_nobody_publishes_more_tracks_than_allowed() -> None:
    many = [track(str(number), TrackKind.SCREEN) for number in range(MAX_TRACKS + 1)]
    check_tracks(offer_of(many[:-1]), many[:-1])
    with pytest.raises(MediaError):
        check_tracks(offer_of(many), many)


def test_an_answer_has_the_offers_m_lines() -> None:
    offer = offer_of([track("0", TrackKind.MICROPHONE), track("1", TrackKind.CAMERA)])
    check_answer(offer, answer_to(offer))
    for other in (
        offer_of([track("0", TrackKind.MICROPHONE)]),
        offer_of([track("1", TrackKind.CAMERA), track("0", TrackKind.MICROPHONE)]),
        offer_of([track("0", TrackKind.MICROPHONE), track("2", TrackKind.CAMERA)]),
    ):
        with pytest.raises(MediaError):
            check_answer(offer, other)


def test_another_connection_has_another_fingerprint() -> None:
    one, two = check_sdp(CHROME), check_sdp(CHROME.replace("19:E2", "20:E2"))
    restarted = Sdp(one.replace("ETEn", "EFGH"))
    assert fingerprint(one) == fingerprint(restarted) != fingerprint(two)
