"""Letters at the desk: brought as files, read as text or pictures, saved as they arrived; never served as a
page, and never on a disk in the clear."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import global_settings
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.asgi import ASGIHandler
from django.test import Client

from bailiwick.accounts.models import Audit
from bailiwick.config.bodies import AT_ONCE, LARGEST_FORM, MOST_HELD, SMALL, Bodies, is_of_staff
from bailiwick.ledger import queries as ledger
from bailiwick.orders.actions import originals
from bailiwick.orders.models import Demand, Original, Review
from bailiwick.orders.papers import errors, kinds, pictures
from bailiwick.orders.papers.limits import LARGEST, LARGEST_REQUEST
from tests.apps.conftest import SignIn, account
from tests.desk.kit_demands import REVIEW, Staff, letter
from tests.factories import papers
from tests.orders.conftest import registry  # noqa: F401 (fixture)
from tests.orders.desk import withhold
from tests.orders.kit import Registry, new_meeting

pytestmark = pytest.mark.django_db
needs_renderer = pytest.mark.skipif(bool(pictures.fault()), reason=pictures.fault())


@pytest.fixture
def staff(registry: Registry, settings: Any, tmp_path: Path) -> Staff:  # noqa: F811 (fixture)
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.ORIGINALS_KEY_FILE = tmp_path / "originals"
    return Staff()


def file(data: bytes, name: str = "letter.pdf", kind: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, kind)


def bring(staff: Staff, data: bytes, **fields: Any) -> Any:
    sent = letter(staff.authority(), note="", original=file(data), **fields)
    return staff.at("intake").post("/desk/demands/receive", sent)


def codes(answer: Any) -> set[str]:
    form = answer.context["form"]
    return {error.code for errors in form.errors.as_data().values() for error in errors}


# ---------------------------------------------------------------- bringing and reading


@needs_renderer
def test_a_letter_is_brought_as_a_file_and_read_as_pictures(staff: Staff) -> None:
    assert bring(staff, papers.letter(2)).status_code == 302
    made = Demand.objects.get()
    page = staff.at("reviewer").get(f"/desk/demands/{made.pk}")
    assert f"/desk/demands/{made.pk}/letter" in page.content.decode()
    read = staff.at("reviewer").get(f"/desk/demands/{made.pk}/letter").content.decode()
    assert read.count('<img src="data:image/png;base64,iVBOR') == 2
    assert 'alt="Page 2 of the letter"' in read
    assert Audit.objects.filter(code="original.read", actor=staff.reviewer.id).count() == 1


def test_a_note_is_read_as_text_and_is_no_markup(staff: Staff) -> None:
    sent = letter(staff.authority(), note="They rang: <script>alert(1)</script>")
    staff.at("intake").post("/desk/demands/receive", sent)
    read = staff.at("approver").get(f"/desk/demands/{Demand.objects.get().pk}/letter").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in read
    assert "<script>alert" not in read


@pytest.mark.parametrize(
    "data", [b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)
def test_the_file_itself_is_only_ever_saved(staff: Staff, data: bytes) -> None:
    assert bring(staff, data).status_code == 302
    answer = staff.at("reviewer").get(f"/desk/demands/{Demand.objects.get().pk}/letter/file")
    assert answer.content == data
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer["Cache-Control"]
    assert Audit.objects.filter(code="original.taken", actor=staff.reviewer.id).count() == 1
    page = staff.at("reviewer").get(f"/desk/demands/{Demand.objects.get().pk}").content.decode()
    assert "The letter saved as a file" in page
    assert "original.taken" not in page


def test_a_letter_whose_time_is_over_is_gone(staff: Staff) -> None:
    bring(staff, b"A letter in text.", confidential="on")
    made = Demand.objects.get()
    Demand.objects.update(decided_at=made.received_at.replace(year=2020))
    answer = staff.at("reviewer").get(f"/desk/demands/{made.pk}/letter")
    assert answer.status_code == 404
    assert 'data-code="original_gone"' in answer.content.decode()
    assert "Not kept, or deleted." in staff.at("reviewer").get(f"/desk/demands/{made.pk}").content.decode()


def test_without_the_key_the_page_says_what_is_missing(staff: Staff, settings: Any) -> None:
    bring(staff, b"A letter in text.")
    settings.ORIGINALS_KEY_FILE.unlink()
    answer = staff.at("reviewer").get(f"/desk/demands/{Demand.objects.get().pk}/letter")
    assert answer.status_code == 503
    assert 'data-code="original_key_missing"' in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [
        (b"MZ\x00\x01", "paper_not_supported", 422),
        (b"x" * (LARGEST + 1), "paper_too_large", 413),
        pytest.param(papers.locked(), "paper_locked", 422, marks=needs_renderer),
        pytest.param(b"%PDF-1.7 nothing", "paper_unreadable", 422, marks=needs_renderer),
        pytest.param(papers.letter(50), "paper_too_long", 422, marks=needs_renderer),
    ],
    ids=["program", "large", "locked", "empty", "long"],
)
def test_what_cannot_be_taken_in_is_told_at_its_field(
    staff: Staff, data: bytes, code: str, status: int
) -> None:
    answer = bring(staff, data)
    assert answer.status_code == status
    assert codes(answer) == {code}
    assert f'data-code="{code}"' in answer.content.decode()
    assert '<a href="#id_original">' in answer.content.decode(), "said at the top, too"
    assert not Demand.objects.exists()
    assert not Original.objects.exists()


def test_without_a_renderer_the_form_says_so_and_takes_text(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    form = staff.at("intake").get("/desk/demands/new").content.decode()
    assert "cannot turn PDFs and pictures into pages" in form
    assert codes(bring(staff, papers.letter())) == {"no_renderer"}
    assert bring(staff, b"The same letter as text.").status_code == 302


# ---------------------------------------------------------------- the redacted copy


@pytest.fixture
def demand(staff: Staff) -> Demand:
    made = staff.receive(staff.authority(), withhold(new_meeting()))
    staff.at("intake").post(f"/desk/demands/{made.pk}/examine")
    return made


def write(staff: Staff, demand: Demand, **fields: Any) -> Any:
    return staff.at("reviewer").post(f"/desk/demands/{demand.pk}/review/write", REVIEW | fields)


@needs_renderer
def test_a_redacted_file_is_public_as_pictures_of_our_own(staff: Staff, demand: Demand) -> None:
    assert write(staff, demand, redacted="", redacted_file=file(papers.letter(2))).status_code == 302
    made = Review.objects.get()
    answer = Client().get(f"/log/documents/{made.pages[1]}")
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.content == kinds.looked_at(papers.letter(2)).pages[1]
    page = staff.at("reviewer").get(f"/desk/demands/{demand.pk}/review").content.decode()
    assert f"/log/documents/{made.pages[0]}" in page


def test_a_redacted_text_is_public_to_be_saved(staff: Staff, demand: Demand) -> None:
    page = "<html><script>alert(1)</script> The demand without names."
    assert write(staff, demand, redacted="", redacted_file=file(page.encode())).status_code == 302
    answer = Client().get(f"/log/documents/{Review.objects.get().redacted}")
    assert answer.content.decode() == page
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")


def test_a_redacted_copy_is_a_text_or_a_file(staff: Staff, demand: Demand) -> None:
    assert codes(write(staff, demand, redacted="")) == {"required"}
    assert codes(write(staff, demand, redacted_file=file(b"Another text without names."))) == {"required"}
    answer = write(staff, demand, redacted="", redacted_file=file(b"MZ\x00"))
    assert (answer.status_code, codes(answer)) == (422, {"paper_not_supported"})
    assert not Review.objects.exists()


@needs_renderer
def test_the_original_is_at_no_public_address(staff: Staff, demand: Demand) -> None:
    data = originals.take(staff.intake.id, demand.pk, demand.received_at)
    assert ledger.document(demand.original) is None
    assert Client().get(f"/log/documents/{demand.original}").status_code == 404
    assert Client().get(f"/desk/demands/{demand.pk}/letter/file").status_code == 302
    assert data == b"original"


def test_every_error_of_documents_is_explained_and_listed() -> None:
    from bailiwick.desk.demands.said_of_papers import PAPERS

    listed = (Path(__file__).parents[2] / "docs/reference/errors.md").read_text(encoding="utf-8")
    made = {each.code for each in errors.PaperError.__subclasses__()}
    assert made == set(PAPERS)
    assert {code for code in made if f"`{code}`" not in listed} == set()


# ---------------------------------------------------------------- bodies on their way in

WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TMPFILE


class Disk:
    """Files opened to be written to, by any thread. An audit hook cannot be taken away, so it asks here."""

    seen: list[str] | None = None

    @classmethod
    def hook(cls, event: str, arguments: tuple[Any, ...]) -> None:
        if cls.seen is not None and event == "open" and arguments[2] & WRITING & ~os.O_DIRECTORY:
            cls.seen.append(str(arguments[0]))


sys.addaudithook(Disk.hook)


@contextmanager
def watched() -> Iterator[list[str]]:
    Disk.seen = seen = []
    yield seen
    Disk.seen = None


async def post(
    app: Any, body: bytes, path: str = "/desk/demands/receive", accept: bytes = b"*/*"
) -> tuple[int, bytes]:
    """Status and body of the answer."""
    parts = [body[at : at + 65_536] for at in range(0, len(body), 65_536)] or [b""]
    sent = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    sent[-1]["more_body"] = False
    answers: list[Any] = []

    async def receive() -> Any:
        return sent.pop(0) if sent else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answers.append(message)

    headers = [
        (b"host", b"localhost"),
        (b"content-type", b"multipart/form-data; boundary=b"),
        (b"accept", accept),
        (b"content-length", str(len(body)).encode()),
    ]
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": headers, "scheme": "http", "client": None, "server": ("localhost", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    return (
        (answers[0]["status"], b"".join(each.get("body", b"") for each in answers)) if answers else (0, b"")
    )


def form(size: int) -> bytes:
    """A form with a file of that size."""
    head = b'--b\r\nContent-Disposition: form-data; name="original"; filename="x"\r\n\r\n'
    return head + papers.CANARY + bytes(size) + b"\r\n--b--\r\n"


async def reading(scope: Any, receive: Any, send: Any) -> None:
    """Django's handler up to where a view has the upload in hand: what it spools, it spools here."""
    handler = ASGIHandler()
    held = await handler.read_body(receive)
    request, _ = handler.create_request(scope, held)
    size = request.FILES["original"].size
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})
    request.close()
    held.close()


async def anybody(_session_key: str | None) -> bool:
    return True


async def nobody(_session_key: str | None) -> bool:
    return False


async def test_the_largest_letter_is_never_on_a_disk() -> None:
    with watched() as seen:
        status, said = await post(Bodies(reading, anybody), form(LARGEST - 20))
    assert (status, int(said)) == (200, LARGEST - 20 + len(papers.CANARY))
    assert seen == []


async def test_without_our_settings_it_would_be(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the test above could not fail."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
    settings.FILE_UPLOAD_HANDLERS = global_settings.FILE_UPLOAD_HANDLERS
    with watched() as seen:
        await post(Bodies(reading, anybody), form(LARGEST - 20))
    assert [path for path in seen if path.startswith(str(tmp_path))]


@pytest.mark.parametrize(
    ("path", "most"), [("/desk/demands/receive", LARGEST_REQUEST), ("/accounts/login/", LARGEST_FORM)]
)
async def test_what_is_larger_is_refused_with_a_code_before_django_sees_it(path: str, most: int) -> None:
    async def never(*_: Any) -> None:
        raise AssertionError

    status, said = await post(Bodies(never, anybody), bytes(most + 1), path)
    assert status == 413
    assert b'"code": "too_large"' in said
    status, said = await post(Bodies(never, anybody), bytes(most + 1), path, b"text/html")
    assert status == 413
    assert said.startswith(b"<!doctype html>")


async def test_only_so_many_uploads_are_held_at_a_time() -> None:
    bodies = Bodies(reading, anybody)
    bodies._uploads = AT_ONCE
    assert (await post(bodies, form(10)))[0] == 503
    assert (await post(bodies, form(10), "/meetings/"))[0] == 200
    bodies._uploads -= 1
    assert (await post(bodies, form(10)))[0] == 200
    assert bodies._uploads == AT_ONCE - 1


async def test_large_forms_that_arrive_slowly_do_not_take_all_memory() -> None:
    large, many = LARGEST_FORM - 4096, MOST_HELD // (LARGEST_FORM - 4096 - SMALL)
    bodies = Bodies(reading, nobody)

    async def hold() -> None:
        sent = iter([{"type": "http.request", "body": bytes(large), "more_body": True}])

        async def receive() -> Any:
            return next(sent, None) or await asyncio.Event().wait()

        scope = {"type": "http", "method": "POST", "path": "/accounts/login/", "headers": []}
        await bodies(scope, receive, receive)  # type: ignore[arg-type]  # nothing is sent

    async with asyncio.TaskGroup() as slow:
        held = [slow.create_task(hold()) for _ in range(many)]
        await asyncio.sleep(0)
        assert (await post(bodies, form(large), "/meetings/"))[0] == 503
        assert (await post(bodies, form(1000), "/meetings/"))[0] == 200
        for each in held:
            each.cancel()
    assert (await post(bodies, form(large), "/meetings/"))[0] == 200


async def test_a_strangers_files_take_no_place_and_are_not_held() -> None:
    bodies = Bodies(reading, nobody)
    bodies._uploads = AT_ONCE
    assert (await post(bodies, form(10)))[0] == 200  # as any form: the desk sends them to sign in
    assert (await post(bodies, bytes(LARGEST_FORM + 1)))[0] == 413


def test_files_are_taken_from_sessions_of_the_staff_alone(staff: Staff, sign_in: SignIn) -> None:
    def key(client: Client) -> str:
        return client.cookies[configured.SESSION_COOKIE_NAME].value

    assert is_of_staff(key(staff.at("intake")))
    assert not is_of_staff(key(sign_in(account("Somebody"))))
    assert not is_of_staff("a" * 32)


async def test_whoever_leaves_before_the_end_leaves_nothing() -> None:
    called: list[int] = []

    async def inner(*_: Any) -> None:
        called.append(1)

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "POST", "path": "/desk/demands/receive", "headers": []}
    bodies = Bodies(inner, anybody)
    await bodies(scope, gone, gone)  # type: ignore[arg-type]  # nothing is sent
    assert (called, bodies._uploads) == ([], 0)
