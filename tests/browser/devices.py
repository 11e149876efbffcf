"""Cameras for tests: a small moving picture for Chromium, and scripts that stand in for devices."""

from pathlib import Path
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 360
FRAMES: Final = 10
RATE: Final = 5


def write_camera(path: Path) -> Path:
    """A YUV4MPEG2 file: grey waves that move, 640x360 at 5 frames a second: five people fit on two
    cores."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode("ascii"))
        for frame in range(FRAMES):
            row = bytes(64 + (x * 2 + frame * 26) % 128 for x in range(WIDTH))
            file.write(
                b"FRAME\n" + row * HEIGHT + b"\x78" * (WIDTH * HEIGHT // 4) + b"\x8c" * (WIDTH * HEIGHT // 4)
            )
    return path


RECORD_TRACKS: Final = """
(() => {
  window.tracks = [];
  const media = navigator.mediaDevices;
  for (const name of ["getUserMedia", "getDisplayMedia"]) {
    const original = media[name].bind(media);
    media[name] = async (constraints) => {
      const stream = await original(constraints);
      window.tracks.push(...stream.getTracks());
      return stream;
    };
  }
})();
"""
"""`window.tracks`: every track the page was ever given, to see that none of them stays open."""

BLOCKED: Final = """
navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
"""

LARGE_CAMERA: Final = """
(() => {
  const media = navigator.mediaDevices;
  const original = media.getUserMedia.bind(media);
  media.getUserMedia = async (constraints) => {
    const stream = constraints.audio ? await original({ audio: true }) : new MediaStream();
    if (!constraints.video) return stream;
    const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
    const picture = canvas.getContext("2d");
    let frame = 0;
    setInterval(() => {
      picture.fillStyle = `hsl(${(frame += 3)} 30% 50%)`;
      picture.fillRect(0, 0, 1280, 720);
    }, 150);
    for (const track of canvas.captureStream(7).getTracks()) stream.addTrack(track);
    return stream;
  };
})();
"""
"""A camera of 1280x720, as real ones are: with it a browser sends all three simulcast layers."""

SCREEN: Final = """
navigator.mediaDevices.getDisplayMedia = async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 800, height: 450 });
  const picture = canvas.getContext("2d");
  let frame = 0;
  setInterval(() => {
    picture.fillStyle = `hsl(200 40% ${40 + (frame++ % 20)}%)`;
    picture.fillRect(0, 0, 800, 450);
  }, 200);
  return canvas.captureStream(5);
};
"""
"""A screen to share: headless Chromium has none, and asks nobody."""
