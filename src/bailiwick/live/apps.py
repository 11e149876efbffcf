from django.apps import AppConfig


class LiveConfig(AppConfig):
    """Registered for its templates; it has no models."""

    name = "bailiwick.live"
    label = "live"
