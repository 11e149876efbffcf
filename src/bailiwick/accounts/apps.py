from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "bailiwick.accounts"
    label = "accounts"
