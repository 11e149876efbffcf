"""A document as pictures: a confined renderer gives pixels and nothing else, and the PNGs are made here.

Whatever hides in a document (scripts, layers, text under black bars, metadata, an exploit) ends with its
pixels: that is all that is read back (docs/decisions/pictures-of-documents.md).
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from bailiwick.orders.papers import confined, png
from bailiwick.orders.papers.errors import (
    NoRenderer,
    PaperError,
    PaperLocked,
    PaperTooLong,
    PaperUnreadable,
)

RENDERER: Final = "mutool"
"""MuPDF's tool: PDF, PNG and JPEG by one program, which brings its own fonts, Chinese ones too."""
MOST_PAGES: Final = 40
MOST_BYTES: Final = 24 * 1024 * 1024
"""Of all pictures of a document together: some forty scanned pages in grey."""
WIDEST: Final = 1700
HIGHEST: Final = 2400
DOTS_PER_INCH: Final = 150
SECONDS: Final = 60.0
_HEADER: Final = re.compile(rb"P6\n([0-9]{1,5}) ([0-9]{1,5})\n255\n")
_LONGEST_HEADER: Final = 32
_AT_ONCE: Final = threading.Semaphore(2)
"""Each takes a core, and up to a gigabyte: meetings go first."""


def fault() -> str:
    """Why no document can be turned into pictures on this machine; empty: it can."""
    if shutil.which(RENDERER) is None:
        return f"{RENDERER} is not installed (Debian: mupdf-tools)"
    if platform.machine() not in confined.MACHINES:
        return f"there is no filter of system calls for {platform.machine()}"
    if not Path("/proc/self/fd").exists():
        return "/proc is not mounted"
    return ""


def refused() -> str:
    """As `fault`, after trying it with a picture of one point: a third of a second."""
    if why := fault():
        return why
    try:
        pictures(png.encode(1, 1, bytes(3)), "png")
    except NoRenderer:
        return f"{RENDERER} cannot be confined here: it takes root, or a kernel with Landlock (Linux 5.13)"
    except PaperError:
        return f"{RENDERER} does not work here, confined as it must be"
    return ""


def pictures(data: bytes, kind: str) -> list[bytes]:
    """The pages of a document of that kind ("pdf", "png", "jpeg") as PNGs.

    Raises:
        NoRenderer; PaperLocked; PaperTooLong; PaperUnreadable: also if it takes too long or too much memory.
    """
    program = shutil.which(RENDERER)
    if program is None or fault():
        raise NoRenderer
    with _AT_ONCE, _running(program, data, kind) as process:
        made = list(_pages(_output(process)))
        code = process.wait()
    if code == confined.CANNOT:
        raise NoRenderer
    if code != 0 or not made:
        raise PaperLocked if b"/Encrypt" in data else PaperUnreadable
    return made


@contextmanager
def _running(program: str, data: bytes, kind: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The confined renderer at work on the document, which only memory holds; ended in any case."""
    with _in_memory(data) as document, _called(kind) as name:
        process = subprocess.Popen(
            _command(program, name),
            stdin=document,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it would quote the document
            env={},
            cwd="/",
            start_new_session=True,
        )
        late = threading.Timer(SECONDS, process.kill)
        late.start()
        try:
            with process:
                try:
                    yield process
                finally:
                    process.kill()
        finally:
            late.cancel()


@contextmanager
def _in_memory(data: bytes) -> Iterator[int]:
    """A descriptor of memory with the data in it: no file system ever has it."""
    opened = os.memfd_create("document", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(opened), "wb") as file:
            file.write(data)
        os.lseek(opened, 0, os.SEEK_SET)
        yield opened
    finally:
        os.close(opened)


@contextmanager
def _called(kind: str) -> Iterator[str]:
    """A name that ends as the renderer wants it, and leads to whatever its standard input is: only the name
    is on a disk."""
    with tempfile.TemporaryDirectory(prefix="bailiwick-") as folder:
        Path(folder).chmod(0o755)
        name = Path(folder) / f"document.{kind}"
        name.symlink_to("/proc/self/fd/0")
        yield str(name)


def _command(program: str, name: str) -> list[str]:
    size = ["-r", str(DOTS_PER_INCH), "-w", str(WIDEST), "-h", str(HIGHEST)]
    form = ["-q", "-F", "pnm", "-c", "rgb", "-o", "-"]
    # one page more than is kept: whether there is one tells a document that is too long
    words = [program, "draw", *form, *size, name, f"1-{MOST_PAGES + 1}"]
    return [sys.executable, "-I", "-S", str(Path(confined.__file__)), *words]


def _output(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    if process.stdout is None:
        raise PaperUnreadable
    return process.stdout


def _pages(output: IO[bytes]) -> Iterator[bytes]:
    """Pictures as they come. What cannot be pictures, or is more than is kept, ends it."""
    total, count = 0, 0
    while (size := _header(output)) is not None:
        count += 1
        if count > MOST_PAGES:
            raise PaperTooLong
        width, height = size
        pixels = output.read(width * height * 3)
        if len(pixels) != width * height * 3:
            raise PaperUnreadable
        made = png.encode(width, height, pixels)
        total += len(made)
        if total > MOST_BYTES:
            raise PaperTooLong
        yield made


def _header(output: IO[bytes]) -> tuple[int, int] | None:
    """Width and height of the next picture; None at the end. PaperUnreadable: it is none."""
    line = b""
    while line.count(b"\n") < 3 and len(line) < _LONGEST_HEADER:
        byte = output.read(1)
        if not byte:
            break
        line += byte
    if not line:
        return None
    found = _HEADER.fullmatch(line)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (0 < size[0] <= WIDEST and 0 < size[1] <= HIGHEST):
        raise PaperUnreadable
    return size
