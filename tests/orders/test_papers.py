"""Documents become pixels in a process that can do nothing else, and what hides in them ends there."""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bailiwick.orders.papers import confined, errors, kinds, pictures, png
from tests.factories import papers

needs_renderer = pytest.mark.skipif(bool(pictures.fault()), reason=pictures.fault())


def chunks(data: bytes) -> list[bytes]:
    """Names of a PNG's chunks."""
    names, place = [], len(png.SIGNATURE)
    while place < len(data):
        (size,) = struct.unpack(">I", data[place : place + 4])
        names.append(data[place + 4 : place + 8])
        place += size + 12
    return names


def size_of(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", data[16:24])
    return width, height


# ---------------------------------------------------------------- what it is


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (papers.letter(), "pdf"),
        (b"junk before\n" + papers.letter(), "pdf"),
        (papers.picture(), "png"),
        (papers.photograph(), "jpeg"),
        ("To whom it may concern: 致有关人士 إلى من يهمه الأمر\r\n".encode(), "text"),
        (b"\xef\xbb\xbfwith a byte order mark", "text"),
        (b"<html><script>alert(1)</script>", "text"),
    ],
)
def test_what_a_document_is_shows_in_its_content(data: bytes, kind: str) -> None:
    assert kinds.kind_of(data).value == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n",
        b"MZ\x90\x00",
        b"PK\x03\x04",
        b"GIF89a\x01\x00\x01\x00",
        b"text\x00with",
        b"\x1b[2Jescape",
        b"\xff\xfet\x00",
    ],
)
def test_what_is_nothing_of_that_is_refused(data: bytes) -> None:
    with pytest.raises(errors.PaperNotSupported):
        kinds.kind_of(data)


def test_a_document_has_ten_megabytes_at_most() -> None:
    kinds.kind_of(b"x" * kinds.LARGEST)
    with pytest.raises(errors.PaperTooLarge):
        kinds.kind_of(b"x" * (kinds.LARGEST + 1))


# ---------------------------------------------------------------- pictures


@needs_renderer
def test_every_page_of_a_letter_becomes_a_picture_with_nothing_beside_it() -> None:
    made = kinds.looked_at(papers.letter(3)).pages
    assert len(made) == 3
    assert all(chunks(page) == [b"IHDR", b"IDAT", b"IEND"] for page in made)
    assert size_of(made[0]) == (417, 209)  # 200 by 100 points at 150 dots per inch
    assert len(set(made)) == 1
    assert made[0] == kinds.looked_at(papers.letter(1)).pages[0]


@needs_renderer
@pytest.mark.parametrize("data", [papers.picture(), papers.photograph()])
def test_a_picture_is_made_anew_without_what_was_beside_its_pixels(data: bytes) -> None:
    assert papers.CANARY in data
    (made,) = kinds.looked_at(data).pages
    assert papers.CANARY not in made
    assert chunks(made) == [b"IHDR", b"IDAT", b"IEND"]


@needs_renderer
def test_a_large_page_is_made_smaller() -> None:
    (made,) = kinds.looked_at(papers.letter(box=b"0 0 14400 14400")).pages
    assert size_of(made) == (pictures.WIDEST, pictures.WIDEST)


@needs_renderer
def test_scripts_and_files_of_the_machine_leave_nothing_in_the_picture() -> None:
    assert kinds.looked_at(papers.scripted()).pages == kinds.looked_at(papers.letter()).pages
    try:
        (page,) = kinds.looked_at(papers.outside()).pages
    except errors.PaperUnreadable:
        return
    assert len(page) < 2000  # an empty page


@needs_renderer
@pytest.mark.parametrize(
    ("data", "error"),
    [
        (papers.letter(5000), errors.PaperTooLong),
        (papers.letter(pictures.MOST_PAGES + 1), errors.PaperTooLong),
        (papers.locked(), errors.PaperLocked),
        (papers.bomb(), errors.PaperUnreadable),
        (b"%PDF-1.7\n" + bytes(2000), errors.PaperUnreadable),
        (papers.picture()[:60], errors.PaperUnreadable),
        (b"\xff\xd8\xff" + b"no picture", errors.PaperUnreadable),
    ],
    ids=["thousands of pages", "a page too many", "locked", "bomb", "no pages", "cut off", "no picture"],
)
def test_what_is_no_letter_is_refused_by_its_code(data: bytes, error: type[errors.PaperError]) -> None:
    before = children()
    with pytest.raises(error):
        kinds.looked_at(data)
    assert children() == before


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files that others may enter, as /tmp is."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", name)
        yield Path(name)
        monkeypatch.undo()


@needs_renderer
@pytest.mark.parametrize(
    "data", [papers.letter(), papers.letter(99), papers.locked(), papers.bomb()], ids=range(4)
)
def test_nothing_is_left_on_the_disk_whatever_came(data: bytes, temporary: Path) -> None:
    with suppress(errors.PaperError):
        kinds.looked_at(data)
    assert list(temporary.iterdir()) == []


@needs_renderer
def test_a_document_has_its_time_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "SECONDS", 1.0)
    before = children()
    with pytest.raises(errors.PaperUnreadable):
        kinds.looked_at(papers.laughs())
    assert children() == before


@needs_renderer
def test_more_pictures_than_are_kept_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_BYTES", 1500)
    with pytest.raises(errors.PaperTooLong):
        kinds.looked_at(papers.letter(3))


def test_without_a_renderer_only_text_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "mupdf-tools" in pictures.fault()
    with pytest.raises(errors.NoRenderer):
        kinds.looked_at(papers.letter())
    assert kinds.looked_at(b"text").pages == ()


def test_a_machine_without_a_filter_of_calls_runs_no_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert "riscv64" in pictures.fault()
    with pytest.raises(confined.Unconfined):
        confined._filter()


def children() -> set[str]:
    """Processes that this one started and that are there, dead or alive."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_pixels_come_back_from_the_png_as_they_went_in() -> None:
    pixels = bytes(range(60)) * 4
    made = png.encode(10, 8, pixels)
    assert size_of(made) == (10, 8)
    grey = png.encode(4, 2, bytes(7 for _ in range(24)))
    assert grey[25] == 0
    assert made[25] == 2


# ---------------------------------------------------------------- what a renderer taken over could do

PERL = "/usr/bin/perl"  # an essential package of Debian, below what the confinement leaves readable
ATTEMPTS = {
    "read a file of the machine": "open(F,'<','/etc/hostname') or open(F,'<','/etc/passwd')",
    "read a folder": "opendir(D,'/') or opendir(D,'/tmp') or opendir(D,'/root')",
    "write a file": "open(F,'>','/tmp/confined') or open(F,'>','/dev/shm/confined')",
    "look into a process": "open(F,'<','/proc/1/environ') or open(F,'<','/proc/'.getppid().'/environ')",
    "reach the network": "socket(S,2,1,0) or socket(S,1,1,0) or socket(S,10,2,0)",
    "start a process": "defined(fork()) or system('true') == 0",
    "signal a process": "kill(0,getppid()) or kill(0,1)",
    "change a name": "mkdir('/tmp/confined') or rename('/tmp/a','/tmp/b') or symlink('/a','/tmp/confined')",
    "have two gigabytes": "length('x' x 2_000_000_000)",
    "become somebody else": "($> = 0, $> == 0 and $ENV{ROOT}) or ($( = 0, 0)",
}


def attempt(words: str, *command: str) -> str:
    """What a confined perl says: `did` or `did not`; an empty answer is its death."""
    script = f"print((eval {{ {words} }}) ? 'did' : 'did not')"
    done = subprocess.run(
        [*command, PERL, "-"], input=script, capture_output=True, check=False, text=True, timeout=20
    )
    assert done.returncode != confined.CANNOT, done
    return done.stdout


@pytest.mark.skipif(not Path(PERL).exists(), reason="no perl")
@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_renderer_taken_over_cannot(name: str) -> None:
    said = attempt(ATTEMPTS[name], sys.executable, "-I", "-S", confined.__file__)
    assert said == ("" if "gigabytes" in name else "did not")


@pytest.mark.skipif(not Path(PERL).exists(), reason="no perl")
def test_the_attempts_succeed_where_nothing_is_confined() -> None:
    """Else the test above could not fail."""
    for name in ("read a file of the machine", "read a folder", "reach the network", "signal a process"):
        assert attempt(ATTEMPTS[name]) == "did", name


SYSTEM_PYTHON = shutil.which("python3", path="/usr/bin")


@pytest.mark.skipif(
    not (SYSTEM_PYTHON and os.geteuid() == 0), reason="needs root, and a Python others can run"
)
def test_without_root_it_is_landlock_that_keeps_files_away() -> None:
    source = Path(confined.__file__).read_text(encoding="utf-8")
    command = [
        "setpriv",
        "--reuid=65533",
        "--regid=65533",
        "--clear-groups",
        str(SYSTEM_PYTHON),
        "-I",
        "-S",
        "-c",
    ]
    for name in ("read a file of the machine", "write a file", "look into a process", "reach the network"):
        assert attempt(ATTEMPTS[name], *command, source) == "did not", name


def test_the_renderer_stands_back_behind_meetings() -> None:
    words = "import runpy, os; m = runpy.run_path({path!r}); m['confine'](); print(os.nice(0))"
    script = words.format(path=confined.__file__)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, check=True, text=True
    )
    assert int(done.stdout) >= os.nice(0) + 10 or int(done.stdout) == 19


def test_nothing_of_our_environment_reaches_the_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAILIWICK_SECRET_KEY", "s" * 40)
    said = attempt("print join(',', sort keys %ENV), ' '; 1", sys.executable, "-I", "-S", confined.__file__)
    assert said == "LC_ALL,PATH did"
