"""Settings of the tests: the product's own, with state in a folder that is thrown away."""

import atexit
import os
import shutil
import tempfile

if "BAILIWICK_DATA" not in os.environ:
    # processes that this one starts share it, and do not throw it away
    os.environ["BAILIWICK_DATA"] = tempfile.mkdtemp(prefix="bailiwick-tests-")
    atexit.register(shutil.rmtree, os.environ["BAILIWICK_DATA"], ignore_errors=True)

from bailiwick.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}

# threads of the gate's hop and the test share a file; an in-memory database would lock as a whole
if not ENV["DATABASE_URL"]:  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": DATA / "tests.sqlite3"}  # noqa: F405
    # processes are killed in tests, machines are not: nothing has to reach the disk
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"  # noqa: F405

# a desk that does all there is to do; what is different without demands has tests that say so
ENV["DEMANDS"] = "on"  # noqa: F405
