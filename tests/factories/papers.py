"""Documents for tests: letters, and files made to do harm."""

import struct
import zlib
from fractions import Fraction

import av
import numpy as np

from bailiwick.orders.papers import png

CANARY = b"CANARY-7f3a91"


def pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first one its catalogue."""
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return made + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, trailer, len(made))
    )


def letter(
    pages: int = 1, *, box: bytes = b"0 0 200 100", catalogue: bytes = b"", trailer: bytes = b""
) -> bytes:
    """A letter whose every page is the same, with a word on it."""
    words = b"BT /F1 24 Tf 10 40 Td (%s) Tj ET" % CANARY
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
            b"<</Type/Pages/Kids[%s]/Count %d>>" % (b"4 0 R " * pages, pages),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Resources<</Font<</F1 3 0 R>>>>/Contents 5 0 R>>" % box,
            _stream(words),
        ],
        trailer,
    )


def _stream(data: bytes, fields: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), fields, data)


def locked() -> bytes:
    """Opens with a password nobody has."""
    words = b"(%s)" % (b"x" * 32)
    return letter(trailer=b"/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O%s/U%s>>" % (words, words))


def scripted() -> bytes:
    """Runs a script, starts a program and fetches an address, if whoever opens it lets it."""
    acts = b"/S/JavaScript/JS(app.launchURL('http://127.0.0.1:9/'))/Next<</S/Launch/F(/bin/sh)>>"
    return letter(catalogue=b"/OpenAction<<%s>>/AA<</WC<</S/URI/URI(http://127.0.0.1:9/)>>>>" % acts)


def outside() -> bytes:
    """Its page's contents are said to be in a file of this machine."""
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>",
            _stream(b"", b"/F(/etc/passwd)"),
        ]
    )


def laughs(levels: int = 9) -> bytes:
    """Draws itself ten times, and each of those ten times, and so on."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Resources<</XObject<</X 5 0 R>>>>/Contents 4 0 R>>",
        _stream(b"/X Do"),
    ]
    for level in range(levels):
        inner = b"/Resources<</XObject<</X %d 0 R>>>>" % (6 + level) if level + 1 < levels else b""
        words = b"/X Do " * 10 if inner else b"0 0 9 9 re f"
        objects.append(_stream(words, b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]" + inner))
    return pdf(objects)


def bomb() -> bytes:
    """A picture of 60,000 by 60,000 points in a few kilobytes."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(4_000_000), 9)
    return png.SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def picture() -> bytes:
    """A PNG, red and blue, with words beside the pixels."""
    pixels = bytes([200, 0, 0] * 30 + [0, 0, 200] * 30) * 10
    made = png.encode(60, 10, pixels)
    after = len(png.SIGNATURE) + 25
    return made[:after] + chunk(b"tEXt", b"Comment\0" + CANARY) + made[after:]


def photograph() -> bytes:
    """A JPEG with Exif data: where it was taken, say."""
    context = av.CodecContext.create("mjpeg", "w")
    context.width, context.height = 64, 32
    context.pix_fmt, context.time_base = "yuvj420p", Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.full((32, 64, 3), 180, np.uint8), format="rgb24")
    made = b"".join(
        bytes(packet) for packet in [*context.encode(frame.reformat(format="yuvj420p")), *context.encode()]
    )
    exif = b"Exif\0\0" + CANARY
    return made[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + made[2:]
