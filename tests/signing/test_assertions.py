"""Approvals as passkeys make them: a verified person's signature over exactly this text, on our pages."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.signing.assertions import Site, is_supported, verify
from bailiwick.signing.errors import BadAssertion
from tests.orders.passkey import SITE, EdDsa, Passkey

TEXT = b'{"type":"restriction.approved"}'


@pytest.mark.parametrize("key", [Passkey(), Passkey(EdDsa())])
def test_an_honest_assertion_verifies(key: Passkey) -> None:
    made = key.approve(TEXT)
    verify(made, TEXT, SITE)
    assert is_supported(made.public_key)


BAD = {
    "nobody_present": Passkey(flags=0x04),
    "nobody_verified": Passkey(flags=0x01),
    "attested_data": Passkey(flags=0x45),
    "extensions_missing": Passkey(flags=0x85),
    "registration": Passkey(kind="webauthn.create"),
    "in_a_frame": Passkey(extra={"crossOrigin": True}),
    "another_origin": Passkey(extra={"origin": "https://localhost.example"}),
    "another_challenge": Passkey(extra={"challenge": "AAAA"}),
    "another_site": Passkey(site=Site("example.org", SITE.origin)),
}


@pytest.mark.parametrize("case", BAD)
def test_anything_else_is_no_approval(case: str) -> None:
    with pytest.raises(BadAssertion):
        verify(BAD[case].approve(TEXT), TEXT, SITE)


@given(place=st.integers(0, 3), at=st.integers(0, 400), bit=st.integers(0, 7))
def test_p5_any_bit_changed_anywhere_is_no_approval(place: int, at: int, bit: int) -> None:
    made = KEY.approve(TEXT)
    names = ("public_key", "authenticator_data", "client_data", "signature")
    data = bytearray(getattr(made, names[place]))
    data[at % len(data)] ^= 1 << bit
    with pytest.raises(BadAssertion):
        verify(replace(made, **{names[place]: bytes(data)}), TEXT, SITE)


@given(st.binary(max_size=120))
def test_bytes_that_are_no_key_are_refused_with_a_code(data: bytes) -> None:
    assert not is_supported(data)
    with pytest.raises(BadAssertion):
        verify(replace(KEY.approve(TEXT), public_key=data), TEXT)


@given(st.binary(max_size=80))
def test_client_data_that_are_none_are_refused_with_a_code(data: bytes) -> None:
    with pytest.raises(BadAssertion):
        verify(replace(KEY.approve(TEXT), client_data=data), TEXT)


def test_a_signature_over_another_text_is_no_approval() -> None:
    with pytest.raises(BadAssertion):
        verify(Passkey().approve(TEXT), TEXT + b" ", SITE)


KEY = Passkey()
