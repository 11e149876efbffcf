from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "bailiwick.meetings"
    label = "meetings"
