"""What we change in django-allauth: no address of anybody is read, kept or mailed (P9)."""

from base64 import urlsafe_b64encode
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from bailiwick.geo.address import ClientAddress
from bailiwick.geo.client_address import TrustedNetworks, client_address

from .actions.suspensions import lapse
from .models import Account
from .rate_key import RateKeys
from .suspended import is_suspended, remember

_keys = RateKeys()


@cache
def _trusted(text: str, header: str) -> TrustedNetworks:
    return TrustedNetworks.from_text(text, header)


def address_of(request: HttpRequest) -> ClientAddress | None:
    """Where this request comes from; None: that cannot be told. Not to be kept (P9)."""
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in request.headers.items()
        if name in {"X-Forwarded-For", "Forwarded"}
    ]
    trusted = _trusted(settings.TRUSTED_PROXIES, settings.FORWARDING_HEADER)
    return client_address(request.META.get("REMOTE_ADDR"), headers, trusted)


def rate_key(request: HttpRequest) -> str:
    """What rate limits know this request's sender by."""
    return _keys.of(address_of(request))


def shown_name(account: Account) -> str:
    """How pages and mails address the account's owner."""
    return account.display_name or account.email


class _Site:
    """What mails name at their foot."""

    @property
    def name(self) -> str:
        return str(settings.SITE_NAME)

    @property
    def domain(self) -> str:
        return urlsplit(settings.PUBLIC_URL).netloc


def _ours(url: object) -> object:
    """The same page at the server's public address."""
    if not isinstance(url, str):
        return url
    parts = urlsplit(url)
    return f"{settings.PUBLIC_URL}{url.removeprefix(f'{parts.scheme}://{parts.netloc}')}"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Sign-up as the setting says; what allauth takes for the client's address is a rotating hash."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGN_UP_OPEN)

    def pre_login(self, request: HttpRequest, user: Account, **options: Any) -> HttpResponse | None:
        """A suspension that has run out is over before anything else is asked."""
        if not user.is_active and lapse(user.pk, timezone.now()):
            user.is_active = True
        answer: HttpResponse | None = super().pre_login(request, user, **options)
        return answer

    def respond_user_inactive(self, request: HttpRequest, user: Account) -> HttpResponse:
        """They are who they say: they see why the account is suspended, and can appeal."""
        if not is_suspended(user.pk):
            return super().respond_user_inactive(request, user)  # type: ignore[no-any-return]  # untyped
        remember(request, user)
        return redirect("suspended")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Used by allauth for rate limits, user sessions and security mails alike."""
        return rate_key(request)

    def get_http_user_agent(self, request: HttpRequest) -> str:
        """What browser somebody uses is nobody's business either."""
        return ""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """As allauth's, but every link leads to our own address: allauth builds them from the request's Host
        header and scheme, which whoever asks for a mail to somebody else chooses (and behind a proxy that
        ends TLS, the scheme is http)."""
        links = {name: _ours(value) for name, value in context.items() if name.endswith("_url")}
        super().send_mail(template_prefix, email, {**context, **links, "current_site": _Site()})

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What failed sign-ins count against: the account tried, under whatever Host header."""
        return str(credentials.get("email", "")).strip().lower()

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Account,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """As allauth's, without the address and the browser in the mail's context."""
        to = email or EmailAddress.objects.get_primary_email(user)
        if to:
            self.send_mail(template_prefix, to, {"timestamp": timezone.now(), **(context or {})})


def _fernet() -> Fernet:
    key = sha256(b"bailiwick.mfa:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(urlsafe_b64encode(key))


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Secrets of authenticator apps and recovery codes are encrypted in the database."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode("ascii")).decode()
