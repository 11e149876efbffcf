from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "bailiwick.register"
    label = "register"
