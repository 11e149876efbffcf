"""Problems for programs (RFC 9457), for whoever would rather read JSON than a page."""

from collections.abc import Mapping

from django.http import HttpRequest, JsonResponse


def wants_json(request: HttpRequest) -> bool:
    """Whether JSON is asked for, and before HTML."""
    accept = request.headers.get("Accept", "")
    page, data = accept.find("text/html"), accept.find("json")
    return data >= 0 and (page < 0 or data < page)


def problem_json(content: Mapping[str, object], headers: Mapping[str, str] | None = None) -> JsonResponse:
    """A problem document as the response; its `status` is the response's."""
    return JsonResponse(
        dict(content),
        status=int(str(content["status"])),
        content_type="application/problem+json",
        headers={"Cache-Control": "private, no-store", "Vary": "Accept", **(headers or {})},
    )


def document(code: str, status: int, title: str, **extra: object) -> dict[str, object]:
    """A problem document; what `extra` has nothing to say of is left out."""
    said = {name: value for name, value in extra.items() if value}
    return {"type": f"/problems/{code}", "title": title, "status": status, "code": code, **said}
