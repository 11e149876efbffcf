"""Media made once and sent again and again: a picture with a name on it, and a soft hum.

Encoded with libvpx and libopus at the start, cut into RTP payloads; afterwards nothing is encoded or
decoded any more. A loop begins with a key frame, so jumping to its start is always right (that answers a
PLI).
"""

from collections.abc import Iterator
from colorsys import hls_to_rgb
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256
from math import log10, pi, sin, tau
from typing import Final, Literal

import av
import numpy as np
from numpy.typing import NDArray

from . import lettering

VIDEO_CLOCK: Final = 90_000
AUDIO_CLOCK: Final = 48_000
MAXIMUM_PAYLOAD: Final = 1_100
SILENCE: Final = -127


@dataclass(frozen=True, slots=True)
class Frame:
    """What is sent at one moment: RTP payloads, the last with the marker bit. `level`: dBov, sound only."""

    payloads: tuple[bytes, ...]
    level: int = SILENCE


@dataclass(frozen=True, slots=True)
class Loop:
    """Frames `interval` seconds apart; `ticks`: how far the RTP timestamp moves with each."""

    kind: Literal["audio", "video"]
    frames: tuple[Frame, ...]
    interval: float
    ticks: int


def _colour(text: str) -> tuple[float, float, float]:
    """A calm colour that is always the same for the same text: red, green, blue from 0 to 1."""
    hue = sha256(text.encode()).digest()[0] / 256
    return hls_to_rgb(hue, 0.30, 0.34)


def _yuv(colour: tuple[float, float, float]) -> tuple[float, float, float]:
    """BT.601, limited range."""
    r, g, b = colour
    return (
        16 + 65.481 * r + 128.553 * g + 24.966 * b,
        128 - 37.797 * r - 74.203 * g + 112.0 * b,
        128 + 112.0 * r - 93.786 * g - 18.214 * b,
    )


def _disc(shape: tuple[int, int], x: float, y: float, radius: float) -> lettering.Mask:
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    disc: lettering.Mask = np.clip(radius + 0.5 - np.hypot(columns - x, rows - y), 0, 1)
    return disc


def pictures(label: str, width: int, height: int, count: int) -> Iterator[NDArray[np.uint8]]:
    """`count` frames (yuv420p, one after the other as rows) of the label with a dot that swings below it."""
    luma, blue, red = _yuv(_colour(label))
    shape = (height, width)
    across = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None]
    ground = np.broadcast_to(luma * (1 - 0.22 * across), shape)
    words = lettering.mask(
        label, shape, centre=(width / 2, height * 0.46), height=height * 0.17, widest=width * 0.66
    )
    still = ground + (228 - ground) * words
    chroma = np.concatenate([np.full(height * width // 4, value) for value in (blue, red)])
    cover = words.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)).ravel()
    chroma = chroma + (128 - chroma) * np.concatenate([cover, cover])
    for index in range(count):
        swing = sin(tau * index / count) * width * 0.10
        dot = _disc(shape, width / 2 + swing, height * 0.70, height * 0.014)
        picture = np.concatenate([(still + (200 - still) * dot).ravel(), chroma])
        yield np.clip(picture, 0, 255).astype(np.uint8).reshape(height * 3 // 2, width)


def _vp8_payloads(frame: bytes) -> tuple[bytes, ...]:
    """RFC 7741: the one-byte payload descriptor; S marks the first part of a frame."""
    step = MAXIMUM_PAYLOAD - 1
    parts = [frame[at : at + step] for at in range(0, len(frame), step)]
    return tuple((b"\x00" if index else b"\x10") + part for index, part in enumerate(parts))


def video(label: str, *, width: int = 640, height: int = 360, rate: int = 10, seconds: int = 4) -> Loop:
    """A VP8 loop that shows the label."""
    codec = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, rate), Fraction(rate)
    codec.bit_rate = 160_000
    codec.gop_size = rate * seconds
    codec.options = {"deadline": "realtime", "cpu-used": "4", "lag-in-frames": "0", "auto-alt-ref": "0"}
    packets = []
    for index, picture in enumerate(pictures(label, width, height, rate * seconds)):
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = index, codec.time_base
        packets += codec.encode(frame)
    packets += codec.encode(None)
    frames = tuple(Frame(_vp8_payloads(bytes(packet))) for packet in packets)
    return Loop("video", frames, 1 / rate, VIDEO_CLOCK // rate)


def _hum(pitch: float, seconds: int, spoken: int) -> NDArray[np.float32]:
    """`spoken` seconds of a soft swelling tone, then nothing; -30 dBov at its loudest."""
    time = np.arange(AUDIO_CLOCK * seconds, dtype=np.float32) / AUDIO_CLOCK
    swell = np.where(
        time < spoken, np.sin(pi * time / spoken) ** 2 * (0.75 + 0.25 * np.sin(tau * 3 * time)), 0
    )
    tone = np.sin(tau * pitch * time) + 0.3 * np.sin(tau * 2 * pitch * time)
    return (0.033 * swell * tone).astype(np.float32)


def _level(samples: NDArray[np.float32]) -> int:
    power = float(np.mean(np.square(samples)))
    return max(SILENCE, round(10 * log10(power))) if power > 0 else SILENCE


def sound(pitch: float | None, *, seconds: int = 16, spoken: int = 2, frame_ms: int = 20) -> Loop:
    """An Opus loop: a hum at `pitch` hertz for `spoken` seconds, then silence; None: silence only."""
    samples = AUDIO_CLOCK * frame_ms // 1000
    wave = _hum(pitch or 0.0, seconds, spoken)
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.format, codec.layout = AUDIO_CLOCK, "flt", "mono"
    codec.bit_rate = 24_000
    codec.options = {"application": "voip", "frame_duration": str(frame_ms)}
    frames = []
    for start in range(0, len(wave), samples):
        part = wave[start : start + samples]
        frame = av.AudioFrame.from_ndarray(part[None, :], format="flt", layout="mono")
        frame.sample_rate, frame.pts = AUDIO_CLOCK, start
        frames += [Frame((bytes(packet),), _level(part)) for packet in codec.encode(frame)]
    return Loop("audio", tuple(frames), frame_ms / 1000, samples)


def turned(loop: Loop, seconds: float) -> Loop:
    """The same loop, begun later: so people take turns. Sound only, where every frame stands alone."""
    by = round(seconds / loop.interval) % len(loop.frames)
    return replace(loop, frames=loop.frames[by:] + loop.frames[:by])


def pitch(index: int) -> float:
    """The pitch of the n-th participant: a pentatonic scale, so that any of them sound well together."""
    octave, step = divmod(index, 5)
    semitones = 12 * (octave % 2) + (0, 2, 4, 7, 9)[step]
    return float(196.0 * 2.0 ** (semitones / 12))
