"""The page where a browser verifies a proof itself. The server has no part in it but to hand it out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """`?entry=N` checks that entry at once. Which one, only the browser reads."""
    page = render(request, "register/verify.html")
    page["Cache-Control"] = "no-cache"
    return page
