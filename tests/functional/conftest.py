"""A Janus whose secret can stand in an environment variable, and towns of web processes over it."""

import secrets
from collections.abc import Iterator

import psycopg
import pytest

from tests.functional.webs import Town, town
from tests.servers.janus import RunningJanus, running_janus
from tests.servers.postgres import RunningPostgres
from tests.servers.redis import RunningRedis


@pytest.fixture(scope="session")
def shared_janus() -> Iterator[RunningJanus]:
    with running_janus(secret=secrets.token_urlsafe(32).encode()) as janus:
        yield janus


@pytest.fixture
def grown_town(request: pytest.FixtureRequest, shared_janus: RunningJanus) -> Iterator[Town]:
    """The grown mode of DESIGN.md: PostgreSQL and Redis."""
    with town(shared_janus, _grown(request)) as place:
        yield place


@pytest.fixture
def small_town(shared_janus: RunningJanus) -> Iterator[Town]:
    with town(shared_janus) as place:
        yield place


def _grown(request: pytest.FixtureRequest) -> dict[str, str]:
    postgres: RunningPostgres = request.getfixturevalue("postgres_server")
    redis: RunningRedis = request.getfixturevalue("redis_server")
    name = f"town_{secrets.token_hex(6)}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return {
        "BAILIWICK_DATABASE_URL": postgres.url.rsplit("/", 1)[0] + f"/{name}",
        "BAILIWICK_REDIS_URL": redis.url,
    }
