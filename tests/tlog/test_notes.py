"""Keys, signed notes, checkpoints and cosignatures: public vectors, and what nobody sends in good faith."""

from base64 import b64encode
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.tlog.checkpoints import (
    Checkpoint,
    cosign,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from bailiwick.tlog.cosignatures import cosigned_message, make_cosignature
from bailiwick.tlog.errors import (
    BadSignature,
    MalformedCheckpoint,
    MalformedKey,
    MalformedNote,
    NoKnownSignature,
    NotStored,
    OutOfRange,
    TlogError,
    UnsupportedKey,
    WrongOrigin,
)
from bailiwick.tlog.hashing import EMPTY_ROOT
from bailiwick.tlog.keys import SignatureType, SigningKey, VerifierKey, parse_private, parse_vkey
from bailiwick.tlog.notes import (
    MAX_BYTES,
    Note,
    Signature,
    parse_note,
    sign_note,
    signed_by,
    verify_note,
)
from bailiwick.tlog.proofs import verify_consistency
from bailiwick.tlog.reading import TileReader, check_log
from bailiwick.tlog.tree import consistency_proof
from tests.tlog.vectors import folder

# golang.org/x/mod/sumdb/note, note_test.go: a published test key that signs nothing but this text
GO_PRIVATE: Final = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VKEY: Final = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT: Final = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
GO_LINE: Final = (
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6Ry"
    "yBwJnAM=\n"
)
GO_NOTE: Final = f"{GO_TEXT}\n{GO_LINE}".encode()

TESSERA: Final = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

LOG: Final = SigningKey("orders.example.org/log", bytes(range(32)))
WITNESS: Final = SigningKey("witness.example.net", bytes(range(32, 64)))
HEAD: Final = Checkpoint(LOG.name, 7, bytes(range(32)))
NOW: Final = 1_800_000_000

VALID: Final = sign_checkpoint(HEAD, LOG)
COSIGNED: Final = VALID.with_signatures([cosign(VALID, WITNESS, NOW)])


def test_the_signed_note_of_go_comes_out_byte_for_byte() -> None:
    key = parse_private(GO_PRIVATE)
    assert key.private == GO_PRIVATE
    assert key.verifier.vkey == GO_VKEY
    assert sign_note(GO_TEXT, key).encode() == GO_NOTE
    assert [signed.key for signed in verify_note(parse_note(GO_NOTE), [parse_vkey(GO_VKEY)])] == [
        key.verifier
    ]


@given(st.integers(0, len(GO_NOTE) - 1), st.integers(1, 255))
def test_no_flipped_byte_of_a_note_passes(at: int, mask: int) -> None:
    changed = GO_NOTE[:at] + bytes([GO_NOTE[at] ^ mask]) + GO_NOTE[at + 1 :]
    with pytest.raises((MalformedNote, BadSignature, NoKnownSignature)):
        verify_note(parse_note(changed), [parse_vkey(GO_VKEY)])


@pytest.mark.parametrize("text", [GO_VKEY, LOG.cosigner.vkey, WITNESS.verifier.vkey])
def test_a_key_comes_back_as_it_was_written(text: str) -> None:
    assert parse_vkey(text).vkey == text


def test_no_part_of_a_key_can_be_left_out() -> None:
    for text, parse in [(GO_VKEY, parse_vkey), (GO_PRIVATE, parse_private)]:
        for start in range(len(text)):
            for end in range(start + 1, len(text) + 1):
                with pytest.raises(TlogError):
                    parse(text[:start] + text[end:])


def test_keys_whose_base64_has_a_plus_come_back() -> None:
    keys = [SigningKey("plus.example", bytes([seed]) * 32) for seed in range(40)]
    assert any("+" in key.verifier.vkey.split("+", 2)[2] for key in keys)
    for key in keys:
        assert parse_vkey(key.verifier.vkey) == key.verifier
        assert parse_private(key.private) == key


LIKE_A_KEY: Final = r"(PRIVATE\+KEY\+)?[a-z]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{4,60}={0,2}"


@given(st.text() | st.from_regex(LIKE_A_KEY, fullmatch=True))
def test_arbitrary_keys_end_in_a_coded_error(text: str) -> None:
    for parse in (parse_vkey, parse_private):
        with pytest.raises((MalformedKey, UnsupportedKey)):
            parse(text)


def test_a_post_quantum_key_is_read_and_its_signatures_are_passed_over() -> None:
    key = VerifierKey(WITNESS.name, SignatureType.ML_DSA_44, bytes(1312))
    assert parse_vkey(key.vkey) == key
    note = VALID.with_signatures([Signature(key.name, key.id, bytes(2428))])
    assert signed_by(note, [key, LOG.verifier]) == signed_by(VALID, [LOG.verifier])
    with pytest.raises(UnsupportedKey):
        key.verify(b"", b"")


def test_an_unknown_type_of_key_is_told_apart_from_a_malformed_one() -> None:
    data = b64encode(b"\x05" + bytes(32)).decode()
    with pytest.raises(UnsupportedKey):
        parse_vkey(f"ct.example+00000000+{data}")
    with pytest.raises(UnsupportedKey):
        parse_private(f"PRIVATE+KEY+ct.example+00000000+{data}")


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\u3000b", "a\nb", "a\x7f\x00", "\ud800"])
def test_a_name_that_no_note_can_carry_is_refused(name: str) -> None:
    with pytest.raises(MalformedKey):
        SigningKey(name, bytes(32))


def test_keys_of_the_wrong_length_are_refused() -> None:
    with pytest.raises(MalformedKey):
        SigningKey("a", bytes(31))
    with pytest.raises(MalformedKey):
        VerifierKey("a", SignatureType.ED25519, bytes(33))


def test_a_seed_is_never_shown() -> None:
    assert "seed" not in repr(LOG)
    assert LOG.seed.hex() not in repr(LOG)
    assert str(LOG.seed) not in repr(LOG)


def test_a_public_key_that_is_no_point_verifies_nothing() -> None:
    key = VerifierKey(LOG.name, SignatureType.ED25519, b"\xff" * 32)
    with pytest.raises(BadSignature):
        key.verify(b"", bytes(64))


def test_signatures_by_unknown_keys_are_ignored_and_alone_not_enough() -> None:
    assert [signed.key for signed in verify_note(COSIGNED, [LOG.verifier])] == [LOG.verifier]
    with pytest.raises(NoKnownSignature):
        verify_note(VALID, [WITNESS.verifier])
    # sharing the name, but not the key ID, makes no key known
    with pytest.raises(NoKnownSignature):
        verify_note(VALID, [SigningKey(LOG.name, WITNESS.seed).verifier])


def test_one_bad_signature_by_a_known_key_refuses_the_note() -> None:
    forged = Signature(WITNESS.name, WITNESS.verifier.id, bytes(64))
    for note in (VALID.with_signatures([forged]), Note(VALID.text, (forged, *VALID.signatures))):
        assert signed_by(note, [LOG.verifier])
        with pytest.raises(BadSignature):
            verify_note(note, [LOG.verifier, WITNESS.verifier])
    again = VALID.with_signatures([Signature(LOG.name, LOG.verifier.id, bytes(64))])
    with pytest.raises(BadSignature):
        verify_note(again, [LOG.verifier])


def test_a_signature_covers_the_text_with_its_last_newline_and_no_more() -> None:
    LOG.verifier.verify(HEAD.text.encode(), VALID.signatures[0].payload)
    for text in (HEAD.text[:-1], HEAD.text + "\n"):
        with pytest.raises(BadSignature):
            LOG.verifier.verify(text.encode(), VALID.signatures[0].payload)


def test_keys_that_share_name_and_id_are_refused() -> None:
    class Twin(VerifierKey):
        @property
        def id(self) -> bytes:
            return LOG.verifier.id

    with pytest.raises(MalformedKey):
        signed_by(VALID, [LOG.verifier, Twin(LOG.name, SignatureType.ED25519, bytes(32))])


def test_a_text_may_have_empty_lines_and_lines_like_signatures() -> None:
    text = f"one\n\n{GO_LINE}\n\ntwo\n"
    note = sign_note(text, LOG, WITNESS)
    assert parse_note(note.encode()) == note
    assert len(verify_note(note, [LOG.verifier, WITNESS.verifier])) == 2


LINE: Final = VALID.signatures[0].line


@pytest.mark.parametrize(
    "data",
    [
        *("", "\n", "\n\n", "text\n", "text\n\n", f"text{LINE}", f"text\n{LINE}", f"text\n\n{LINE[:-1]}"),
        *(f"te\x00xt\n\n{LINE}", f"text\r\n\n{LINE}", f"text\t\n\n{LINE}", f"text\n\n{LINE}\n"),
        *(f"text\n\n{LINE}{LINE[2:]}", f"text\n\n-{LINE[1:]}", f"text\n\n\u2014  {LINE[2:]}"),
        *(
            "text\n\n\u2014 a AAAAAA==\n",
            "text\n\n\u2014 a AAAA\n",
            "text\n\n\u2014 a \n",
            "text\n\n\u2014 a\n",
        ),
        *("text\n\n\u2014 a AAAAAAB=\n", "text\n\n\u2014 a AAAAAAA\n", "text\n\n\u2014 a+b AAAAAAA=\n"),
        *("text\n\n\u2014 a AAAAAAA= \n", "text\n\n\u2014 \u3000 AAAAAAA=\n", "text\n\n\u2014 a AAAA-AA=\n"),
    ],
)
def test_a_malformed_note_is_refused(data: str) -> None:
    with pytest.raises(MalformedNote):
        parse_note(data.encode())


def test_notes_have_limits() -> None:
    for count in (1, 16, 100):
        assert len(parse_note(f"text\n\n{LINE * count}".encode()).signatures) == count
    for data in (f"text\n\n{LINE * 101}", "x" * MAX_BYTES + f"\n\n{LINE}"):
        with pytest.raises(MalformedNote):
            parse_note(data.encode())
    with pytest.raises(MalformedNote):
        parse_note(b"\xff\n\n" + LINE.encode())
    for text in ("", "no newline", "a\x00\n", "\ud800\n"):
        with pytest.raises(MalformedNote):
            sign_note(text, LOG)


@given(st.binary() | st.binary().map(lambda data: b"a\n0\n" + data + b"\n\n" + LINE.encode()))
def test_arbitrary_bytes_are_a_note_that_comes_back_or_a_coded_error(data: bytes) -> None:
    try:
        note = parse_note(data)
    except MalformedNote:
        return
    assert note.encode() == data
    with pytest.raises(TlogError):
        open_checkpoint(data, [LOG.verifier])


def test_a_checkpoint_comes_back_as_it_was_signed() -> None:
    checkpoint, note = open_checkpoint(COSIGNED.encode(), [LOG.verifier])
    assert checkpoint == HEAD
    assert note == COSIGNED
    assert Checkpoint("a", 0, EMPTY_ROOT).text.split("\n")[1] == "0"
    extended = Checkpoint("a b", 1, EMPTY_ROOT, ("one", "two"))
    assert parse_checkpoint(extended.text) == extended


ROOT: Final = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "a\n1\n", f"a\n1\n{ROOT}", f"\n1\n{ROOT}\n", f"a\n01\n{ROOT}\n", f"a\n-1\n{ROOT}\n"),
        *(
            f"a\n1\n{ROOT}\n\n",
            f"a\n1\n{ROOT}\n\nb\n",
            "a\n1\nAAAA\n",
            f"a\n1\n{ROOT[:-1]}\n",
            f"a\n\n{ROOT}\n",
        ),
        *(f"a\n{2**63}\n{ROOT}\n", f"a\n{'9' * 5000}\n{ROOT}\n", f"a\n\u0661\n{ROOT}\n", f"a\n 1\n{ROOT}\n"),
        *(f"a\n0\n{ROOT}\n", f"a\x01\n1\n{ROOT}\n", f"a\n1_0\n{ROOT}\n"),
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(MalformedCheckpoint):
        parse_checkpoint(text)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    with pytest.raises(WrongOrigin):
        sign_checkpoint(HEAD, WITNESS)
    with pytest.raises(WrongOrigin):
        open_checkpoint(sign_note(HEAD.text, WITNESS).encode(), [WITNESS.verifier])
    with pytest.raises(NoKnownSignature):
        open_checkpoint(sign_note(HEAD.text, WITNESS).encode(), [LOG.verifier])


def test_a_cosignature_has_76_bytes_and_signs_time_and_text() -> None:
    line = cosign(VALID, WITNESS, NOW)
    assert len(line.id + line.payload) == 76
    assert line.payload[:8] == NOW.to_bytes(8, "big")
    message = b"cosignature/v1\ntime 1800000000\n" + HEAD.text.encode()
    assert cosigned_message(HEAD.text, NOW) == message
    WITNESS.cosigner.verify(message, line.payload[8:])


def test_a_cosignature_tells_when_and_the_latest_counts() -> None:
    lines = [cosign(VALID, WITNESS, NOW + step) for step in (0, 5, 3)]
    (signed,) = signed_by(VALID.with_signatures(lines), [WITNESS.cosigner])
    assert (signed.key, signed.at) == (WITNESS.cosigner, NOW + 5)


def test_cosignatures_and_signatures_do_not_stand_in_for_each_other() -> None:
    assert WITNESS.cosigner.id != WITNESS.verifier.id
    line = cosign(VALID, WITNESS, NOW)
    as_note = Signature(WITNESS.name, WITNESS.verifier.id, line.payload[8:])
    with pytest.raises(BadSignature):
        verify_note(VALID.with_signatures([as_note]), [WITNESS.verifier])
    plain = sign_note(HEAD.text, WITNESS).signatures[0].payload
    for payload in (plain, NOW.to_bytes(8, "big") + plain):
        with pytest.raises(BadSignature):
            signed_by(
                VALID.with_signatures([Signature(WITNESS.name, WITNESS.cosigner.id, payload)]),
                [WITNESS.cosigner],
            )


@given(st.integers(0, 71), st.integers(1, 255))
def test_no_flipped_byte_of_a_cosignature_passes(at: int, mask: int) -> None:
    payload = bytearray(make_cosignature(HEAD.text, WITNESS, NOW))
    payload[at] ^= mask
    note = VALID.with_signatures([Signature(WITNESS.name, WITNESS.cosigner.id, bytes(payload))])
    with pytest.raises(BadSignature):
        signed_by(note, [WITNESS.cosigner])


def test_only_checkpoints_are_cosigned_and_only_at_times_there_are() -> None:
    with pytest.raises(MalformedCheckpoint):
        cosign(parse_note(GO_NOTE), WITNESS, NOW)
    for at in (-1, 2**63):
        with pytest.raises(OutOfRange):
            cosign(VALID, WITNESS, at)


def test_the_public_log_of_tessera_verifies_whole_at_every_size() -> None:
    log = folder("tessera-log")

    def fetch(path: str) -> bytes:
        if not (log / path).is_file():
            raise NotStored("no such path")
        return (log / path).read_bytes()

    key = parse_vkey(TESSERA)
    heads = [open_checkpoint(fetch(f"checkpoint.{size}"), [key])[0] for size in range(16)]
    assert [head.size for head in heads] == list(range(16))
    assert open_checkpoint(fetch("checkpoint"), [key])[0] == heads[15]
    for head in heads:
        assert len(list(check_log(head.size, head.root, fetch))) == (2 if head.size else 0)
        for older in heads[1 : head.size + 1]:
            proof = consistency_proof(older.size, head.size, TileReader(head.size, fetch).node)
            verify_consistency(older.size, head.size, older.root, head.root, proof)
