"""Each server starts, answers and is gone afterwards."""

import psycopg
import pytest
import redis

from tests.servers.coturn import running_coturn
from tests.servers.janus import RunningJanus
from tests.servers.postgres import RunningPostgres, running_postgres
from tests.servers.process import listens
from tests.servers.redis import RunningRedis, running_redis


@pytest.mark.postgres
def test_postgres_answers(postgres_server: RunningPostgres) -> None:
    with psycopg.connect(postgres_server.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.redis
def test_redis_answers(redis_server: RunningRedis) -> None:
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.ping()


@pytest.mark.janus
def test_janus_starts_again_after_a_crash(janus_server: RunningJanus) -> None:
    janus_server.crash()
    assert not janus_server.process.running
    janus_server.start()
    assert janus_server.process.running


def test_coturn_listens_and_is_gone_afterwards() -> None:
    with running_coturn() as turn:
        assert listens(turn.port)
    assert not listens(turn.port)


@pytest.mark.postgres
@pytest.mark.redis
def test_nothing_is_left_when_they_end() -> None:
    with running_postgres() as postgres, running_redis() as redis_:
        ports = (postgres.port, redis_.port)
    assert not any(listens(port) for port in ports)
