from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "bailiwick.desk"
    label = "desk"
