"""From errors to problem+json, for the API: once, here."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from bailiwick.meetings.errors import MeetingError
from bailiwick.rules.territory import UnknownTerritory
from bailiwick.web.problems import body


def answer(code: str, *, headers: dict[str, str] | None = None, **extra: Any) -> HttpResponse:
    """A problem as the response."""
    content = body(code, **extra)
    return JsonResponse(
        content, status=int(str(content["status"])), content_type="application/problem+json", headers=headers
    )


def register(api: NinjaAPI) -> None:
    """Every error there can be; the unexpected is left to Django."""

    @api.exception_handler(MeetingError)
    def meeting_error(_request: HttpRequest, error: MeetingError) -> HttpResponse:
        text = str(error)
        extra: dict[str, Any] = {"field": error.field} if error.field else {}
        return answer(error.code, detail="" if text == error.code else text, **extra)

    @api.exception_handler(ValidationError)
    def invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        """What pydantic found, by field; never what was sent."""
        fields = [{"field": ".".join(map(str, e["loc"][2:])), "code": e["type"]} for e in error.errors]
        return answer("invalid", errors=fields)

    @api.exception_handler(HttpError)
    def http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
        """Ninja's own: a failed CSRF check (403), or a body that is no JSON (400)."""
        return answer("csrf_failed" if error.status_code == 403 else "bad_request")

    @api.exception_handler(UnknownTerritory)
    def unknown_territory(_request: HttpRequest, error: UnknownTerritory) -> HttpResponse:
        return answer(error.code, field="territories")

    @api.exception_handler(AuthenticationError)
    def not_signed_in(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
        return answer("not_signed_in")

    @api.exception_handler(Http404)
    def not_found(_request: HttpRequest, _error: Http404) -> HttpResponse:
        return answer("not_found")
