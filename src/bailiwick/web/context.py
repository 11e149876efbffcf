"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest

THEMES = ("light", "dark")


def site(request: HttpRequest) -> dict[str, object]:
    """The site's name and address, whether one may sign up, and the appearance chosen (a cookie)."""
    theme = request.COOKIES.get("bw_theme", "")
    return {
        "site_name": settings.SITE_NAME,
        "public_url": settings.PUBLIC_URL,
        "sign_up_open": settings.SIGN_UP_OPEN,
        "theme": theme if theme in THEMES else "",
    }
