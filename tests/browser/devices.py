"""Cameras for tests: a small moving picture for Chromium; scripts that stand in for devices, or remember."""

from math import pi, sin
from pathlib import Path
from typing import Final

import numpy as np

WIDTH: Final = 640
HEIGHT: Final = 360
FRAMES: Final = 10
RATE: Final = 5


def write_camera(path: Path) -> Path:
    """A YUV4MPEG2 file: somebody before a wall, swaying a little, 640x360 at 5 frames a second: five people
    fit on two cores."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode("ascii"))
        for frame in range(FRAMES):
            file.write(b"FRAME\n" + _picture(8.0 * sin(2 * pi * frame / FRAMES)))
    return path


def _picture(sway: float) -> bytes:
    """Luma in full, chroma in half the lines and columns."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    planes = [176 - 0.11 * y - 0.05 * x, np.full_like(x, 121.0), np.full_like(x, 134.0)]
    figures = (
        (320.0, 420.0, 190.0, 175.0, (88, 138, 116)),  # shoulders
        (320.0 + sway, 190.0, 62.0, 80.0, (150, 112, 147)),  # head
        (320.0 + sway, 150.0, 67.0, 52.0, (62, 124, 134)),  # hair
    )
    for middle, height, across, up, colour in figures:
        inside = ((x - middle) / across) ** 2 + ((y - height) / up) ** 2 < 1
        if colour[0] == 62:
            inside &= y < height
        for plane, value in zip(planes, colour, strict=True):
            plane[inside] = value
    luma, blue, red = (plane.astype(np.uint8) for plane in planes)
    return luma.tobytes() + blue[::2, ::2].tobytes() + red[::2, ::2].tobytes()


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

RECORD_TOLD: Final = """
(() => {
  window.told = [];
  const note = (node) => {
    if (!(node instanceof Element)) return;
    for (const toast of node.matches(".toast") ? [node] : node.querySelectorAll(".toast"))
      if (toast.checkVisibility({ visibilityProperty: true })) window.told.push(toast.textContent);
  };
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) addedNodes.forEach(note);
  }).observe(document, { childList: true, subtree: true });
})();
"""
"""`window.told`: every short message that was shown. Each goes after six seconds, or when others come: a test
on a busy machine may look too late."""

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
