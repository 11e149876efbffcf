"""Loading Django, for the commands that need the database. The others are quick because they do not."""

import os


def make_ready() -> None:
    """Load settings and apps.

    Raises:
        InvalidSetting: a setting cannot be used.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick.config.settings")
    import django

    django.setup(set_prefix=False)
