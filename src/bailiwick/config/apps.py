from django.apps import AppConfig
from django.core.checks import register


class ServerConfig(AppConfig):
    """The server as a whole: it has no models, but something to say about its settings."""

    name = "bailiwick.config"
    label = "server"

    def ready(self) -> None:
        from bailiwick.config.checks import check_all

        register(check_all, "bailiwick")
