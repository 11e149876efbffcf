"""The servers as fixtures: started when first used, one of each for a whole run (of each xdist worker)."""

from collections.abc import Iterator

import pytest

from tests.servers.janus import RunningJanus, running_janus
from tests.servers.postgres import RunningPostgres, running_postgres
from tests.servers.redis import RunningRedis, running_redis


@pytest.fixture(scope="session")
def janus_server() -> Iterator[RunningJanus]:
    """A test that freezes or crashes it leaves it running again."""
    with running_janus() as janus:
        yield janus


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[RunningPostgres]:
    with running_postgres() as postgres:
        yield postgres


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RunningRedis]:
    with running_redis() as redis:
        yield redis
