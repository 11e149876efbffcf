from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "bailiwick.meetings"
    label = "meetings"

    def ready(self) -> None:
        """What is kept of somebody's meetings is exported and deleted with their account."""
        from .personal import take_part

        take_part()
