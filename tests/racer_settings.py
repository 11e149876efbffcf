"""Settings of a process that a test starts on the test's own database, named by the environment."""

import os

from tests.settings import *  # noqa: F403

DATABASES["default"]["NAME"] = os.environ["RACER_DATABASE"]  # noqa: F405
