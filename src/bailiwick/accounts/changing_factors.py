"""Whoever has a second factor shows it before it is changed, or another is added. allauth asks for one proof
of any kind: with a password looked over somebody's shoulder and the session they left open, a stranger's
passkey could be put beside theirs, and approve (P5)."""

import time
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from .models import Account
from .second_factor import SecondFactor, second_factor, where_to_show

GOOD_FOR_SECONDS: Final = 300
CHANGING: Final = frozenset(
    {
        "mfa_add_webauthn",
        "mfa_remove_webauthn",
        "mfa_edit_webauthn",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    }
)
"""Names of allauth's pages that do."""


class ChangingFactorsMiddleware:
    """Sends whoever has not shown a second factor in the last minutes to show it, and back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """None: go on."""
        match, account = request.resolver_match, request.user
        if match is None or match.url_name not in CHANGING or not isinstance(account, Account):
            return None
        if second_factor(request, time.time(), GOOD_FOR_SECONDS) is not SecondFactor.TO_SHOW:
            return None
        return redirect(f"{reverse(where_to_show(account.pk))}?{urlencode({'next': request.path})}")
