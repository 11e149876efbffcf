"""Every error of orders has one stable code, a page, and the same status wherever it is answered."""

from collections.abc import Iterator

import pytest
from django.test import RequestFactory

from bailiwick.desk.demands.guard import SAID
from bailiwick.desk.demands.said_of_papers import PAPERS
from bailiwick.orders import receipts  # noqa: F401 (defines one)
from bailiwick.orders.errors import OrdersError
from bailiwick.orders.papers import errors  # noqa: F401 (defines more)
from bailiwick.web.errors import page
from bailiwick.web.problems import PROBLEMS


def every(kind: type[OrdersError] = OrdersError) -> Iterator[type[OrdersError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from every(below)


@pytest.mark.parametrize("error", [*every()], ids=lambda error: error.__name__)
def test_every_error_of_orders_has_a_page(error: type[OrdersError]) -> None:
    assert error.code in PROBLEMS


@pytest.mark.parametrize("code", [*SAID, *PAPERS])
def test_the_desk_answers_with_the_same_status(code: str) -> None:
    assert {**SAID, **PAPERS}[code][0] == PROBLEMS[code].status


@pytest.mark.parametrize("code", sorted({error.code for error in every()}))
def test_programs_get_problem_json(code: str) -> None:
    request = RequestFactory().get("/", headers={"Accept": "application/problem+json"})
    answer = page(request, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.status_code == PROBLEMS[code].status
    assert answer.headers["Cache-Control"] == "private, no-store"
