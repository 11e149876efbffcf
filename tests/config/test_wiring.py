"""Which parts the environment asks for."""

from typing import Any

import pytest

from bailiwick.config import wiring
from bailiwick.media.janus.adapter import JanusMedia
from bailiwick.media.janus.several import SeveralJanus, name_of


@pytest.fixture
def named(settings: Any) -> Any:
    settings.ENV = {**settings.ENV, "JANUS_SECRET": "s" * 32}
    return settings


def test_of_one_janus_sessions_are_called_by_their_number_alone(named: Any) -> None:
    named.ENV |= {"JANUS_URL": ("ws://a:1",), "JANUS_ADMIN_URL": ("ws://a:2",)}
    assert isinstance(wiring.janus(), JanusMedia)


def test_of_several_each_has_its_own_admin_address_and_a_name_that_does_not_tell_its_own(named: Any) -> None:
    named.ENV |= {"JANUS_URL": ("ws://a:1", "ws://b:1"), "JANUS_ADMIN_URL": ("ws://a:2", "ws://b:2")}
    media = wiring.janus()
    assert isinstance(media, SeveralJanus)
    found = {name: each._client._admin._url for name, each in media._janus.items()}
    assert found == {name_of("ws://a:1"): "ws://a:2", name_of("ws://b:1"): "ws://b:2"}
