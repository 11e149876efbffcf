"""P9, nothing kept: the forms in which an address could be anywhere, and where one is."""

import socket
from collections.abc import Iterable

from tests.servers.product import Product


def forms(address: str) -> set[bytes]:
    """An address as text (short, long, bare of its mapping), as integers and as packed bytes."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    packed = socket.inet_pton(family, address)
    texts = {address, socket.inet_ntop(family, packed)}
    if family == socket.AF_INET6:
        texts.add(":".join(packed.hex()[at : at + 4] for at in range(0, 32, 4)))
        if packed.startswith(b"\0" * 10 + b"\xff\xff"):
            texts.add(socket.inet_ntop(socket.AF_INET, packed[-4:]))
            texts.add(str(int.from_bytes(packed[-4:])))
    texts.add(str(int.from_bytes(packed)))
    texts.add(packed.hex())
    return {text.encode() for text in texts} | {packed, packed[::-1]}


def kept(server: Product, addresses: Iterable[str]) -> list[str]:
    """The server's files in which any of these addresses stands, written out or as a number. (Four bytes are
    found by chance in as much as many meetings leave; the functional tests look for those, too.)"""
    wanted = {form for address in addresses for form in forms(address) if len(form) > 6}
    found = []
    for path in server.files():
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a running server tidies up
            continue
        found += [path.name for form in wanted if form in content]
    return found
