from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "bailiwick.orders"
    label = "orders"
