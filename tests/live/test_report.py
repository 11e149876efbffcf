"""Reporting abuse from inside: to the host and to the staff, and nothing kept of who reported."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async

from bailiwick.meetings.models import Meeting, Report
from tests.gate.kit import ADDRESS, House, meeting, sign_in
from tests.live.kit import Client, come_in, live


@sync_to_async
def reports() -> list[dict[str, Any]]:
    return list(Report.objects.order_by("pk").values())


async def as_host(app: Any, row: Meeting) -> Client:
    cookie = f"sessionid={await sign_in(row.host)}"
    return await come_in(app, row.slug, "Host", cookie=cookie)


async def report(who: Client, whom: str, **fields: Any) -> dict[str, Any]:
    """The answer: `done` or `error`."""
    asked = {"type": "report", "id": 7, "participant": whom, "about": "threats", "words": "", **fields}
    await who.send(asked)
    while True:
        message = await who.receive()
        if message.get("id") == 7:
            return message


async def room(house: House) -> tuple[Meeting, Client, Client, Client, dict[str, str]]:
    """A host, Ada, Bo, and everybody's id by name."""
    app, row = live(await house.gate()), await meeting()
    host = await as_host(app, row)
    await host.until("welcome")
    ada = await come_in(app, row.slug)
    await ada.until("welcome")
    bo = await come_in(app, row.slug, "Bo", "HK")
    welcome = await bo.until("welcome")
    return row, host, ada, bo, {one["name"]: one["id"] for one in welcome["participants"]}


async def test_a_report_reaches_the_host_at_once_and_says_nothing_of_who_reported(house: House) -> None:
    row, host, ada, bo, ids = await room(house)
    assert (await report(ada, ids["Bo"], words=" He threatened Cy. "))["type"] == "done"
    notice = await host.until("notice")
    assert notice["code"] == "reported"
    (kept,) = await reports()
    assert (kept["about"], kept["words"], kept["label"]) == ("threats", "He threatened Cy.", "Bo")
    assert kept["meeting_ref"] == row.pk
    said = str(kept) + str(notice)
    for never in ("Ada", ids["Ada"], *ADDRESS.values(), "HK", "FR"):
        assert never not in said
    for one in (host, ada, bo):
        await one.go()


async def test_neither_the_reported_nor_others_hear_of_it(house: House) -> None:
    _row, host, ada, bo, ids = await room(house)
    await report(ada, ids["Bo"])
    await host.until("notice")
    for one in (ada, bo):
        await one.send({"type": "chat", "id": 9, "text": "still here"})
        while (heard := await one.receive()).get("id") != 9:
            assert heard["type"] != "notice"
            assert "report" not in str(heard)
    for one in (host, ada, bo):
        await one.go()


async def test_who_runs_the_meeting_is_not_told_of_a_report_about_them(house: House) -> None:
    _row, host, ada, bo, ids = await room(house)
    await report(ada, ids["Host"])
    await host.send({"type": "chat", "id": 9, "text": "hello"})
    while (heard := await host.receive()).get("id") != 9:
        assert heard["type"] != "notice"
    (kept,) = await reports()
    assert (kept["runs_meeting"], kept["label"]) == (True, "Host")
    for one in (host, ada, bo):
        await one.go()


@pytest.mark.parametrize("whom", ["0" * 32, "self"])
async def test_nobody_reports_themselves_or_somebody_who_is_not_there(whom: str, house: House) -> None:
    _row, host, ada, bo, ids = await room(house)
    answer = await report(ada, ids["Ada"] if whom == "self" else whom)
    assert answer["type"] == "error"
    assert await reports() == []
    for one in (host, ada, bo):
        await one.go()


async def test_reports_are_not_fired_in_a_row(house: House) -> None:
    _row, host, ada, bo, ids = await room(house)
    answers = [await report(ada, ids["Bo"]) for _ in range(7)]
    assert [answer["type"] for answer in answers].count("done") == 5
    assert answers[-1]["code"] == "too_fast"
    for one in (host, ada, bo):
        await one.go()
