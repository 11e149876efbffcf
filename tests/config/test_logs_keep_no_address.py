"""P9: nothing about a person or a place is ever logged, whoever logs it and in whatever form."""

import io
import ipaddress
import json
import logging
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any
from uuid import UUID

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.config import masking
from bailiwick.config.logging import configure

V4 = ipaddress.IPv4Address("203.0.113.77")
V6 = ipaddress.IPv6Address("2001:db8:5eed::c0de")
MAPPED = ipaddress.IPv6Address(f"::ffff:{V4}")
SLUG = "kxqd-mnop-rstv"
TOKEN = "Zk3vYb9Qw7Lr2Nf8Td5Hs1Jc"
FORMS: list[Any] = [
    *(form for address in (V4, V6, MAPPED) for form in (address, str(address), int(address), address.packed)),
    V6.exploded,
    f"::ffff:{V4}",
    f"[{V6}]:4711",
    f"{V4}:4711",
    f"{V6}%eth0",
    (str(V4), 4711),
    {"peer": str(V4)},
    [int(V6), V4.packed],
    f"/m/{SLUG}",
    f"meeting {SLUG} began",
    f"https://meet.example/m/{SLUG}?x=1#i={TOKEN}",
    f"/api/meetings/{SLUG}/rule",
    "ada.lovelace@example.org",
    f"redis://ada:{TOKEN}@redis.example:6379/0",
    TOKEN,
]
CANARIES = [
    *(str(form) for address in (V4, V6, MAPPED) for form in (address, int(address), address.packed)),
    V6.exploded,
    SLUG,
    TOKEN,
    "lovelace",
]


def set_up(stream: io.StringIO, level: str = "debug", style: str = "json") -> None:
    with redirect_stderr(stream):
        configure({"level": level, "format": style})


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a process would have written, logging set up as in production; put back afterwards."""
    stream = io.StringIO()
    before = logging.root.handlers[:], logging.root.level, structlog.get_config()
    set_up(stream)
    yield stream
    logging.root.handlers[:], level, config = before
    logging.root.setLevel(level)
    structlog.configure(**config)


def assert_clean(text: str) -> None:
    assert text
    assert [canary for canary in CANARIES if canary in text] == []


@pytest.mark.parametrize("form", FORMS, ids=repr)
def test_p9_no_form_of_an_address_link_or_secret_is_written(form: Any, written: io.StringIO) -> None:
    structlog.get_logger("bailiwick.test").warning(
        "event_happened", thing=form, text=f"saw {form}, and left."
    )
    logging.getLogger("library").warning("peer %s went", form)
    assert written.getvalue().count("\n") == 2
    assert_clean(written.getvalue())


@pytest.mark.parametrize("form", FORMS, ids=repr)
def test_p9_an_exception_tells_neither_its_text_nor_local_variables(form: Any, written: io.StringIO) -> None:
    local_variable = form
    try:
        raise ValueError(f"cannot use {local_variable}") from OSError(local_variable)  # noqa: TRY301
    except ValueError:
        structlog.get_logger("bailiwick.test").exception("event_failed")
        logging.getLogger("library").exception("failed on %r", form)
    assert "ValueError" in written.getvalue()
    assert_clean(written.getvalue())


def test_p9_the_row_that_a_database_refuses_is_not_written(written: io.StringIO) -> None:
    text = 'new row violates check "x"\nDETAIL:  Failing row contains (1, Ada Lovelace,\nSecret board, f00).'
    try:
        raise ValueError(text)  # noqa: TRY301
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: /meetings/")
    assert "violates check" in written.getvalue()
    for word in ("Ada", "Secret board", "f00"):
        assert word not in written.getvalue()


@pytest.mark.parametrize("key", ["address", "slug", "votes", "territory", "country", "Cookie", "sdp", "ip"])
def test_p9_some_names_are_never_logged_whatever_they_hold(key: str, written: io.StringIO) -> None:
    structlog.get_logger("bailiwick.test").info("event_happened", **{key: "HK"})
    assert json.loads(written.getvalue())[key] == "<removed>"


def test_identifiers_counts_and_times_stay_as_they_are(written: io.StringIO) -> None:
    presence = UUID("0a1b2c3d-1234-5678-9abc-def012345678")
    fields = {
        "presence": presence.hex,
        "node": str(presence),
        "table": "9f" * 32,
        "count": 282_183,
        "feed": 3_405_803_776,
        "seconds": 0.25,
        "code": "rate_limited",
        "at": "12:34:56",
        "url": "ws://127.0.0.1:8188",
    }
    structlog.get_logger("bailiwick.test").info("event_happened", **fields)
    line = json.loads(written.getvalue())
    assert {name: line[name] for name in fields} == fields
    assert (line["event"], line["level"], line["logger"]) == ("event_happened", "info", "bailiwick.test")


def test_p9_django_tells_a_failed_request_without_its_path(written: io.StringIO) -> None:
    logging.getLogger("django.request").warning(
        "%s: %s", "Not Found", f"/m/{SLUG}", extra={"status_code": 404, "request": f"GET {V4}"}
    )
    line = json.loads(written.getvalue())
    assert (line["event"], line["status_code"]) == ("http_request_failed", 404)
    assert_clean(written.getvalue())


@pytest.mark.parametrize("name", ["uvicorn.access", "django.server"])
def test_p9_there_is_no_access_log(name: str, written: io.StringIO) -> None:
    logging.getLogger(name).error('%s - "GET %s"', V4, f"/m/{SLUG}")
    assert written.getvalue() == ""


def test_p9_uvicorn_does_not_tell_who_opened_a_websocket(written: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" [accepted]', (str(V4), 1), "/ws")
    assert written.getvalue() == ""


def test_p9_the_handlers_that_django_and_uvicorn_bring_are_gone(written: io.StringIO) -> None:
    logging.getLogger("uvicorn").addHandler(logging.StreamHandler(written))
    logging.getLogger("django").addHandler(logging.StreamHandler(written))
    set_up(written)
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("django.request").error("Internal Server Error: %s", "/x")
    assert [json.loads(line)["event"] for line in written.getvalue().splitlines()] == [
        "Invalid HTTP request received.",
        "http_request_failed",
    ]


def test_the_console_form_is_masked_too(written: io.StringIO) -> None:
    set_up(written, style="console")
    structlog.get_logger("bailiwick.test").warning("event_happened", thing=f"{V4} {V6}")
    assert "event_happened" in written.getvalue()
    assert_clean(written.getvalue())


@given(st.ip_addresses(), st.text(alphabet=" ,;()='/<>-xyz", max_size=5))
def test_p9_any_address_is_masked_wherever_it_stands(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, beside: str
) -> None:
    if str(address) not in masking.SAFE:
        assert str(address) not in masking.text(f"{beside}{address}{beside}")


@given(st.text())
def test_masking_takes_any_text(text: str) -> None:
    once = masking.text(text)
    assert masking.text(once) == once


@pytest.mark.parametrize("piece", ["a", "1", "A-", "1:", "a.", "://", "1.", "b'", "/m/", "x@"])
def test_a_hostile_text_does_not_stop_the_process(piece: str) -> None:
    started = time.monotonic()
    masking.text(piece * 50_000)
    assert time.monotonic() - started < 2
