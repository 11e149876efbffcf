"""From domain errors to pages: once, here. The API's are in `api.errors`."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from bailiwick.accounts.errors import AccountError
from bailiwick.ledger.errors import LogRefuses
from bailiwick.meetings.errors import MeetingError
from bailiwick.notices import kept_out
from bailiwick.notices.kept_out import TOLD
from bailiwick.notices.problem_json import problem_json, wants_json
from bailiwick.notices.wording import chosen
from bailiwick.orders.errors import OrdersError

from .problems import body, problem

SHOWN: Final = (AccountError, MeetingError, OrdersError)


def page(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a problem, with its status: at a meeting's link, in the language of whoever followed it."""
    found = problem(code)
    if wants_json(request):
        return problem_json(body(code))
    if code in TOLD and request.path.startswith("/m/"):
        return _told(request, code)
    return render(request, "web/problem.html", {"problem": found}, status=found.status)


def _told(request: HttpRequest, code: str) -> HttpResponse:
    spoken = chosen(request.headers.get("Accept-Language", ""))
    response = HttpResponse(kept_out.page(body(code), spoken), status=problem(code).status)
    response["Content-Language"] = spoken.tag
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    return response


class MeetingErrorMiddleware:
    """An error of the apps that no form showed becomes its problem's page."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response):  # type: ignore[no-untyped-def]  # Django's is a union of both kinds
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Called by Django for what a view raised."""
        if isinstance(exception, LogRefuses):
            return page(request, "log_unavailable")
        return page(request, exception.code) if isinstance(exception, SHOWN) else None


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404"""
    return page(request, "not_found")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403"""
    return page(request, "not_your_meeting")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400"""
    return page(request, "bad_request")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """settings.CSRF_FAILURE_VIEW"""
    return page(request, "csrf_failed")


def too_many(request: HttpRequest) -> HttpResponse:
    """handler429, which allauth asks for"""
    return page(request, "rate_limited")


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: without the database, sessions or anything else that may be what is broken."""
    return render(request, "web/500.html", {"problem": problem("server_error")}, status=500)
