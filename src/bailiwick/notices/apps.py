from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "bailiwick.notices"
    label = "notices"
