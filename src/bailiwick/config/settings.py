"""Django's settings, from `environ` alone."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bailiwick.config import environ, keys
from bailiwick.ledger.configuration import Configuration
from bailiwick.orders.papers.limits import LARGEST_REQUEST

ENV = environ.read()
DATA: Path = ENV["DATA"]
DATA.mkdir(parents=True, exist_ok=True)
PUBLIC_URL: str = ENV["URL"]
_SECURE = PUBLIC_URL.startswith("https://")
_HOST = urlsplit(PUBLIC_URL).hostname or "localhost"

DEBUG = False
SECRET_KEY = ENV["SECRET_KEY"] or keys.secret(DATA, "django")
ALLOWED_HOSTS = [_HOST, "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ROOT_URLCONF = "bailiwick.config.urls"
ASGI_APPLICATION = "bailiwick.config.asgi.application"
AUTH_USER_MODEL = "accounts.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_NAME = "Bailiwick"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # allauth's list of passkeys says how long ago
    "bailiwick.web",  # before allauth: its templates come first
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "ninja",
    "bailiwick.accounts",
    "bailiwick.notices",
    "bailiwick.ledger",
    "bailiwick.meetings",
    "bailiwick.orders",
    "bailiwick.live",
    "bailiwick.register",
    "bailiwick.desk",
    "bailiwick.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bailiwick.accounts.changing_factors.ChangingFactorsMiddleware",
    "bailiwick.web.headers.HeadersMiddleware",
    "bailiwick.web.errors.MeetingErrorMiddleware",
]
CSRF_FAILURE_VIEW = "bailiwick.web.errors.csrf_failed"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bailiwick.web.context.site",
            ]
        },
    }
]


# A database that hangs is worse than one that is gone: nobody is told anything. Waiting for a lock ends
# before the gate gives up (`gate.hop`); a machine that vanished is noticed by the wire's own limits.
_POSTGRES_LIMITS = {"lock_timeout": 5, "statement_timeout": 30, "idle_in_transaction_session_timeout": 60}


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "options": " ".join(f"-c {name}={seconds}s" for name, seconds in _POSTGRES_LIMITS.items()),
            "tcp_user_timeout": 5000,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
        },
    }


def _sqlite(data: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data / "bailiwick.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 6,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


DATABASES = {"default": _postgres(ENV["DATABASE_URL"]) if ENV["DATABASE_URL"] else _sqlite(DATA)}

CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [ENV["REDIS_URL"]]},
    }
    if ENV["REDIS_URL"]
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

LOGGING_CONFIG = "bailiwick.config.logging.configure"
LOGGING = {"level": ENV["LOG_LEVEL"], "format": ENV["LOG_FORMAT"]}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [Path(__file__).parent.parent / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9A-Za-z_-]{8,12}\..+$"  # Vite's and Django's hashed names
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = True
# A name that browsers take from this very host alone (RFC 6265bis): else a neighbour below the same domain
# could sign somebody in as itself, and read what they then write.
SESSION_COOKIE_NAME = "__Host-session" if _SECURE else "sessionid"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"  # under "no-referrer" browsers send forms with "Origin: null"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# `https_only` tells browsers so on every answer; the proxy leads on from plain HTTP
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/meetings/"
LOGOUT_REDIRECT_URL = "/"

LEDGER = Configuration(
    origin=ENV["LOG_ORIGIN"] or f"{urlsplit(PUBLIC_URL).netloc.rpartition('@')[2]}/log",
    origin_given=bool(ENV["LOG_ORIGIN"]),
    url=f"{PUBLIC_URL}/log",
    key_file=ENV["LOG_KEY_FILE"] or DATA / "keys" / "log",
    memory=DATA / "log" / "remembered",
    policy=ENV["LOG_POLICY"],
)

ORIGINALS_KEY_FILE: Path = ENV["ORIGINALS_KEY_FILE"] or DATA / "keys" / "originals"

# A letter that arrives is never written to a disk in the clear: bodies stay in memory, and `config.bodies`
# lets none through that is larger than what stays there.
FILE_UPLOAD_MAX_MEMORY_SIZE = LARGEST_REQUEST
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

SIGN_UP_OPEN: bool = ENV["SIGN_UP"] == "open"
TRUSTED_PROXIES: str = ENV["TRUSTED_PROXIES"]
FORWARDING_HEADER: str = ENV["FORWARDING_HEADER"]
ACCOUNT_ADAPTER = "bailiwick.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "bailiwick.accounts.forms.SignUpFields"
_CONFIRM = "mandatory" if ENV["SMTP_URL"] else "optional"
ACCOUNT_EMAIL_VERIFICATION: str = ENV["EMAIL_VERIFICATION"] or _CONFIRM
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_USER_DISPLAY = "bailiwick.accounts.adapter.shown_name"
# "ip" is a whole school behind one address (accounts.rate_key): wide; "key" is one account's name: narrow
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "120/m/ip,10/10m/key",
    "signup": "60/m/ip",
    "reset_password": "60/m/ip,5/10m/key",
    "reset_password_from_key": "60/m/ip",
    "name_co_host": "200/h/ip,20/h/key",
}
MFA_ADAPTER = "bailiwick.accounts.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_TOTP_ISSUER = SITE_NAME
# Else somebody signs up with another's address, adds a passkey, and keeps it when the owner takes over.
MFA_ALLOW_UNVERIFIED_EMAIL = ACCOUNT_EMAIL_VERIFICATION == "none"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _SECURE  # browsers allow passkeys on http://localhost only


def _mail(url: str) -> dict[str, Any]:
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        # A password is never sent in the clear; a relay on this machine or network may have no TLS.
        "EMAIL_USE_TLS": parts.scheme == "smtp" and parts.username is not None,
        "EMAIL_TIMEOUT": 10,
    }


globals().update(_mail(ENV["SMTP_URL"]))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV["MAIL_FROM"]
