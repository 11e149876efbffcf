"""The server-wide access rule, for everybody to read."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bailiwick.meetings import queries
from bailiwick.orders.permissions import demands_taken


@require_GET
def published(request: HttpRequest) -> HttpResponse:
    """What applies to the whole server, and what did: for everybody to read."""
    current, past = queries.published_rules()
    context = {"current": current, "past": past, "demands_taken": demands_taken()}
    return render(request, "web/rules.html", context)


@require_GET
def published_json(request: HttpRequest) -> JsonResponse:
    """The same for programs."""
    current, past = queries.published_rules()
    rules = [current, *past] if current else past
    return JsonResponse(
        {
            "demands_taken": demands_taken(),
            "rules": [
                {
                    "mode": rule.mode,
                    "territories": rule.territories,
                    "undetermined": rule.undetermined,
                    "statement": rule.statement,
                    "authority_prompted": rule.authority_prompted,
                    "proposed_at": rule.proposed_at.isoformat(),
                    "approved_at": rule.approved_at and rule.approved_at.isoformat(),
                    "withdrawn_at": rule.withdrawn_at and rule.withdrawn_at.isoformat(),
                }
                for rule in rules
            ],
        }
    )
