from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "bailiwick.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Alarms go to the staff; notices, a lower package, cannot know who they are."""
        from bailiwick.notices.actions import to_administrators

        from .queries import administrators

        to_administrators(administrators)
