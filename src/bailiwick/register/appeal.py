"""Objecting (`/appeal`): without an account, for whoever is kept out and for the host, in five languages.

The key by which an objection is followed up is shown once, and comes back in a form's body or stands behind a
`#`: never in what a server or a proxy writes down. No page here needs a cookie, and none sets one, but for
the name of a browser that somebody asks to be exempted by. Other sites' forms are refused by their `Origin`.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from bailiwick.accounts.adapter import address_of
from bailiwick.accounts.buckets import Buckets, Limit
from bailiwick.accounts.device import device_of, remember_device
from bailiwick.accounts.queries import Account
from bailiwick.gate.secrets import device_digest
from bailiwick.notices.problem_json import document, problem_json, wants_json
from bailiwick.notices.wording import TAGS, Language, chosen, language, languages
from bailiwick.orders import objecting, receipts
from bailiwick.orders.actions import appeals
from bailiwick.orders.desk_queries import Appeal
from bailiwick.orders.objecting import Binding

from .appeal_forms import AppealForm, Spoken, TokenForm, read

LARGEST: Final = 65_536
"""Bytes of a request: a text of some pages and a receipt."""
TO_FILE: Final = Limit(burst=200, per_second=0.2)
TO_FOLLOW: Final = Limit(burst=600, per_second=5)
"""By network exit, sized for a school behind one address; no address is kept. Nobody guesses 256 bits."""
FILING: Final = Buckets(TO_FILE, time.monotonic)
FOLLOWING: Final = Buckets(TO_FOLLOW, time.monotonic)

_CARRIED: Final = {"text": 8000, "receipt": receipts.LARGEST, "restriction": 36, "meeting": 32, "by": 16,
                   "invitation": 500, "not_here": 8}  # fmt: skip
"""What is carried along to the same page in another language, and at most how long."""
_STATUS: Final = {"bad_receipt": 422, "no_such_restriction": 404, "no_such_appeal": 404, "invalid": 422}


@dataclass(frozen=True, slots=True)
class Shown:
    """One objection as the person sees it; days are isolated, since they stand in text of any direction."""

    row: Appeal
    token: str = field(repr=False)
    outcome: str
    due: str
    decided: str


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Both forms: empty, with what the page that kept somebody out brought along, or in another language.
    Nothing in the address is read, and nothing is changed."""
    if _is_too_large(request):
        return _failed(request, "too_large", 413, "refused.too_large")
    return _forms(request, 200, _form(request, initial=_carried(request)))


@csrf_exempt
@require_POST
def file(request: HttpRequest) -> HttpResponse:
    """An appeal for each restriction that is meant, with its key, shown this once."""
    if refusal := _refusal(request, FILING):
        return refusal
    form = _form(request, request.POST, request.FILES)
    if not form.is_valid():
        failed = (form.code, form.spoken.text("appeal.error.form"))
        return _invalid(request, form, form, failed=failed)
    now, binding = timezone.now(), _binding(request, form)
    shown = [_file(each, form, binding, now) for each in form.cleaned_data["ids"]]
    response = _shown(request, shown, fresh=True)
    if binding.device:
        remember_device(response, binding.device)
    return response


@csrf_exempt
@require_POST
def follow(request: HttpRequest) -> HttpResponse:
    """How an objection stands, and the answer with its reasons, for whoever has the key."""
    if refusal := _refusal(request, FOLLOWING):
        return refusal
    form = TokenForm(_language(request), request.POST)
    shown = []
    if form.is_valid():
        tokens = dict.fromkeys(each.strip() for each in request.POST.getlist("token")[: objecting.MOST])
        shown = [_show(row, each, form.spoken) for each in tokens if (row := appeals.by_token(each))]
        if not shown:
            form.fail("token", "no_such_appeal", "appeal.unknown")
    if not shown:
        return _invalid(request, form, _form(request), token_form=form)
    return _shown(request, shown)


# ---------------------------------------------------------------- what is asked


def _form(request: HttpRequest, *data: Any, initial: dict[str, Any] | None = None) -> AppealForm:
    account = _account(request)
    hosted = objecting.hosted(account) if account else ()
    return AppealForm(_language(request), *data, account=account, hosted=hosted, initial=initial)


def _account(request: HttpRequest) -> UUID | None:
    return request.user.pk if isinstance(request.user, Account) else None


def _carried(request: HttpRequest) -> dict[str, Any]:
    """What was typed already; a receipt that came as a file goes on as text."""
    found: dict[str, Any] = {
        name: value[:most] for name, most in _CARRIED.items() if (value := request.POST.get(name, ""))
    }
    attached = request.FILES.get("receipt_file")
    if attached is not None and not found.get("receipt"):
        found["receipt"] = read(attached)[: receipts.LARGEST]
    return found


def _language(request: HttpRequest) -> Language:
    """What was chosen in the page, else what the browser likes best."""
    asked = request.POST.get("switch") or request.POST.get("language") or ""
    return language(asked) if asked in TAGS else _preferred(request)


def _preferred(request: HttpRequest) -> Language:
    return chosen(request.headers.get("Accept-Language", ""))


def _binding(request: HttpRequest, form: AppealForm) -> Binding:
    """What an exemption would be bound to: nothing, unless they ask for it."""
    match form.cleaned_data["by"]:
        case "account":
            return Binding(account=_account(request))
        case "device":
            return Binding(device=device_of(request))
        case "invitation":
            return Binding(invitation=form.cleaned_data["token"])
        case _:
            return Binding()


def _file(restriction: UUID, form: AppealForm, binding: Binding, now: datetime) -> Shown:
    digest = partial(device_digest, settings.SECRET_KEY.encode())
    who = objecting.person(restriction, binding, digest)
    said = form.cleaned_data
    row, token = appeals.file(
        restriction, said["text"], who, now, not_here=said["not_here"], evidence=form.evidence()
    )
    return _show(row, token, form.spoken)


def _show(row: Appeal, token: str, spoken: Language) -> Shown:
    outcome = spoken.text(f"appeal.outcome.{row.outcome}") if row.outcome else ""
    due = spoken.text("appeal.due", day=_day(row.due_at))
    decided = spoken.text("appeal.decided", day=_day(row.decided_at)) if row.decided_at else ""
    return Shown(row, token, outcome, due, decided)


def _day(moment: datetime) -> str:
    """`2026-11-29`, the same in every language: neither broken (U+2011) nor running backwards in Arabic
    (U+2066, U+2069)."""
    return f"\u2066{moment:%Y\u2011%m\u2011%d}\u2069"


# ---------------------------------------------------------------- what is refused


def _refusal(request: HttpRequest, buckets: Buckets) -> HttpResponse | None:
    """What is not looked into at all."""
    if _is_foreign(request):
        return _failed(request, "cross_origin", 403, "appeal.error.unusable")
    if _is_too_large(request):
        return _failed(request, "too_large", 413, "refused.too_large")
    wait = buckets.take(address_of(request))
    return None if wait is None else _slow_down(request, max(1, int(wait + 0.999)))


def _is_foreign(request: HttpRequest) -> bool:
    """Whether another site's page sent it: browsers say so with every form they send."""
    origin = urlsplit(request.headers.get("Origin", "") or settings.PUBLIC_URL)
    return origin.netloc not in {urlsplit(settings.PUBLIC_URL).netloc, request.get_host()}


def _is_too_large(request: HttpRequest) -> bool:
    """By what it says of itself, before it is read; `config.bodies` bounds what says nothing."""
    said = request.headers.get("Content-Length", "") or "0"
    return not said.isdigit() or int(said) > LARGEST


def _slow_down(request: HttpRequest, wait: int) -> HttpResponse:
    """429, with all that was typed still there."""
    said = _language(request).text("appeal.error.rate", seconds=wait)
    response = _failed(request, "rate_limited", 429, "refused.rate_limited", said, _carried(request))
    response["Retry-After"] = str(wait)
    return response


def _failed(
    request: HttpRequest,
    code: str,
    status: int,
    key: str,
    said: str = "",
    typed: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page, with why nothing was done above it. Without `typed` the request is not read at all, nor its
    language."""
    spoken = _preferred(request) if typed is None else _language(request)
    said = said or spoken.text(key)
    if wants_json(request):
        return problem_json(document(code, status, said), _HEADERS)
    unread = typed is None
    form = AppealForm(spoken, account=None, hosted=()) if unread else _form(request, initial=typed)
    return _forms(request, status, form, failed=(code, said))


# ---------------------------------------------------------------- what is answered


def _forms(request: HttpRequest, status: int, form: AppealForm, **context: Any) -> HttpResponse:
    """Both forms."""
    context = {"token_form": TokenForm(form.spoken), **context}
    return _render(request, form.spoken, status, form=form, **context)


def _invalid(request: HttpRequest, sent: Spoken, form: AppealForm, **context: Any) -> HttpResponse:
    """What was sent cannot be used: both forms, with what is wrong."""
    said = sent.spoken.text("appeal.error.form")
    if wants_json(request):
        found = document(sent.code, _STATUS[sent.code], said, errors=_errors(sent))
        return problem_json(found, _HEADERS)
    return _forms(request, _STATUS[sent.code], form, **context)


def _errors(form: Spoken) -> dict[str, list[str]]:
    every = form.errors.as_data().items()
    return {name: [str(text) for error in found for text in error] for name, found in every}


def _shown(request: HttpRequest, shown: Sequence[Shown], *, fresh: bool = False) -> HttpResponse:
    spoken = _language(request)
    if wants_json(request):
        return JsonResponse({"appeals": [_fields(each) for each in shown]}, headers=_HEADERS)
    return _render(request, spoken, 200, shown=shown, fresh=fresh, token_form=TokenForm(spoken))


def _fields(shown: Shown) -> dict[str, Any]:
    row = shown.row
    return {
        "key": shown.token,
        "due_at": row.due_at.isoformat(),
        "decided_at": row.decided_at.isoformat() if row.decided_at else None,
        "outcome": row.outcome or None,
        "answer": row.answer or None,
    }


_HEADERS: Final = {"Cache-Control": "private, no-store", "Referrer-Policy": "same-origin"}
"""Nothing is kept, and no other site learns of this one. `no-referrer` would make browsers send the form with
`Origin: null`; links that lead away say `noreferrer` themselves."""


def _render(request: HttpRequest, spoken: Language, status: int, **context: Any) -> HttpResponse:
    text = {key.replace(".", "_"): value for key, value in spoken.texts.items()}
    context |= {
        "spoken": spoken,
        "text": text,
        "languages": languages(),
        "several": len(context.get("shown", ())) > 1,
    }
    response = render(request, "register/appeal.html", context, status=status)
    for name, value in (*_HEADERS.items(), ("Content-Language", spoken.tag)):
        response[name] = value
    patch_vary_headers(response, ("Accept", "Accept-Language", "Cookie"))
    return response
