"""People for the tests of accounts; administrators as the command line makes them."""

from tests.apps.conftest import (  # noqa: F401 (fixtures)
    _as_served,
    co_host,
    host,
    meeting,
    other,
    sign_in,
    staff,
    superuser,
)
from tests.clock import _on_the_day  # noqa: F401 (fixture)
from tests.desk.conftest import administrators, members  # noqa: F401 (fixtures)
