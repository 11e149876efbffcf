from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "bailiwick.orders"
    label = "orders"

    def ready(self) -> None:
        """What is kept of somebody's appeals is exported and deleted with their account."""
        from .personal import take_part

        take_part()
