"""The unit layer opens no socket (STYLE: tests at the lowest layer)."""

import asyncio
import socket

import pytest

from tests.conftest import SocketOpened


def test_the_unit_layer_opens_no_socket() -> None:
    with socket.socket() as one, pytest.raises(SocketOpened):
        one.connect(("127.0.0.1", 9))


async def test_asynchronous_code_opens_none_either() -> None:
    with pytest.raises(SocketOpened):
        await asyncio.open_connection("127.0.0.1", 9)


def test_no_name_is_resolved() -> None:
    with pytest.raises(SocketOpened):
        socket.getaddrinfo("localhost", 80)
