"""The swarm's media: decodable, and begun anew at any time."""

import av
import numpy as np
import pytest

from bailiwick.swarm import lettering, loops


def decoded(loop: loops.Loop, count: int) -> list[np.ndarray]:
    decoder = av.CodecContext.create("vp8", "r")
    pictures = []
    for frame in loop.frames[:count]:
        packet = av.Packet(b"".join(payload[1:] for payload in frame.payloads))
        pictures += [picture.to_ndarray(format="gray") for picture in decoder.decode(packet)]
    return pictures


@pytest.fixture(scope="module")
def video() -> loops.Loop:
    return loops.video("Hong Kong", width=320, height=180, seconds=2)


def test_the_video_decodes_from_its_beginning_and_shows_letters(video: loops.Loop) -> None:
    (picture, *_) = decoded(video, 3)
    assert picture.shape == (180, 320)
    assert int(picture.max()) - int(np.median(picture)) > 80


def test_the_video_begins_with_its_only_key_frame(video: loops.Loop) -> None:
    inter = [frame.payloads[0][1] & 1 for frame in video.frames]
    assert inter[0] == 0
    assert all(inter[1:])


def test_every_frame_is_cut_into_payloads_that_fit(video: loops.Loop) -> None:
    assert all(len(payload) <= loops.MAXIMUM_PAYLOAD for frame in video.frames for payload in frame.payloads)
    assert all(frame.payloads[0][0] == 0x10 for frame in video.frames)
    assert all(payload[0] == 0x00 for frame in video.frames for payload in frame.payloads[1:])


def test_the_sound_lasts_as_long_as_its_timestamps_say() -> None:
    loop = loops.sound(220.0, seconds=4)
    assert len(loop.frames) == 200
    assert loop.ticks * len(loop.frames) == 4 * loops.AUDIO_CLOCK


def test_people_speak_first_and_are_silent_then() -> None:
    loop = loops.sound(220.0, seconds=4, spoken=2)
    assert max(frame.level for frame in loop.frames[:100]) > -40
    assert all(frame.level == loops.SILENCE for frame in loop.frames[101:])


def test_a_silent_loop_is_silent() -> None:
    assert all(frame.level == loops.SILENCE for frame in loops.sound(None, seconds=1).frames)


def test_a_turned_loop_holds_the_same_frames() -> None:
    loop = loops.sound(220.0, seconds=4)
    turned = loops.turned(loop, 1.0)
    assert turned.frames[0] is loop.frames[50]
    assert sorted(map(id, turned.frames)) == sorted(map(id, loop.frames))


def test_accents_are_taken_off_and_what_cannot_be_drawn_is_a_space() -> None:
    assert lettering.plain("Côte d’Ivoire") == "COTE D'IVOIRE"
    assert lettering.strokes("中")[1] == []


def test_a_long_name_is_drawn_smaller_and_stays_in_its_width() -> None:
    shape = (180, 320)
    drawn = lettering.mask("Bosnia and Herzegovina", shape, centre=(160, 90), height=40, widest=240)
    columns = np.flatnonzero(drawn.max(axis=0) > 0)
    assert 36 <= columns[0] <= 44
    assert 276 <= columns[-1] <= 284
