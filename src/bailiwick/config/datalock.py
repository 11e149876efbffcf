"""One server for one data folder: two would share a database and fight over its media."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyServed(Exception):  # noqa: N818 - told to the operator as it stands
    """Another server runs with this data folder."""

    code = "already_served"


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold DATA/serve.pid, with our process id in it; the kernel lets go of it however we end.

    Raises:
        AlreadyServed: another process holds it.
    """
    with (data / "serve.pid").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyServed(
                f"process {file.read().strip()} serves {data} already; stop it, or give another --data"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
