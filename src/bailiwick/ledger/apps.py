from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "bailiwick.ledger"
    label = "ledger"
