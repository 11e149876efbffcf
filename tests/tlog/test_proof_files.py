"""tlog-proof files made, read and verified offline."""

from base64 import b64encode
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.tlog.checkpoints import Checkpoint, cosign, sign_checkpoint
from bailiwick.tlog.errors import MalformedProof, OutOfRange, ProofRefused, QuorumNotMet, TlogError
from bailiwick.tlog.hashing import leaf_hash
from bailiwick.tlog.keys import SigningKey
from bailiwick.tlog.policy import Log, Policy, Witness
from bailiwick.tlog.proof_files import FIRST_LINE, LogProof, parse_log_proof
from bailiwick.tlog.tree import MemoryTree, inclusion_proof

LOG: Final = SigningKey("orders.example.org/log", bytes(32))
WITNESS: Final = SigningKey("witness.example", bytes([1]) * 32)
POLICY: Final = Policy((Log(LOG.verifier),), (Witness("w", WITNESS.cosigner),), (), "w")
ENTRIES: Final = [f"entry {number}".encode() for number in range(300)]
TREE: Final = MemoryTree(map(leaf_hash, ENTRIES))
NOW: Final = 1_800_000_000


def checkpoint(size: int, *, witnessed: bool = True) -> bytes:
    note = sign_checkpoint(Checkpoint(LOG.name, size, TREE.root(size)), LOG)
    return note.with_signatures([cosign(note, WITNESS, NOW)] if witnessed else []).encode()


def proof(index: int, size: int, extra: bytes = b"") -> LogProof:
    return LogProof(index, tuple(inclusion_proof(index, size, TREE.node)), checkpoint(size), extra)


GOOD: Final = proof(5, 7, b"more")
FILE: Final = GOOD.encode()


def test_a_proof_file_has_the_lines_of_the_specification() -> None:
    head, note = FILE.decode().split("\n\n", 1)
    assert note.encode() == checkpoint(7)
    hashes = [b64encode(value).decode() for value in inclusion_proof(5, 7, TREE.node)]
    assert head.split("\n") == ["c2sp.org/tlog-proof@v1", "extra bW9yZQ==", "index 5", *hashes]


@given(st.integers(1, 300), st.data())
def test_a_proof_file_of_any_entry_comes_back_and_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    found = parse_log_proof(proof(index, size, data.draw(st.binary(max_size=50))).encode())
    witnessed = found.verify(ENTRIES[index], POLICY)
    assert (witnessed.checkpoint.size, witnessed.witnesses) == (size, {"w": NOW})
    with pytest.raises(ProofRefused):
        found.verify(ENTRIES[index] + b"!", POLICY)


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_no_flipped_byte_of_a_proof_file_passes_but_in_the_extra_data(at: int, mask: int) -> None:
    changed = FILE[:at] + bytes([FILE[at] ^ mask]) + FILE[at + 1 :]
    try:
        found = parse_log_proof(changed)
        found.verify(ENTRIES[5], POLICY)
    except TlogError:
        return
    assert found.extra != GOOD.extra
    assert (found.index, found.hashes, found.checkpoint) == (GOOD.index, GOOD.hashes, GOOD.checkpoint)


def test_a_proof_without_its_witness_is_refused() -> None:
    bare = LogProof(5, GOOD.hashes, checkpoint(7, witnessed=False))
    with pytest.raises(QuorumNotMet):
        bare.verify(ENTRIES[5], POLICY)
    with pytest.raises(OutOfRange):
        LogProof(7, GOOD.hashes, checkpoint(7)).verify(ENTRIES[5], POLICY)


END: Final = "\n\n" + checkpoint(7).decode()
HASH: Final = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        *("", FIRST_LINE, FIRST_LINE + END, f"c2sp.org/tlog-proof@v2\nindex 0{END}", f"index 0{END}"),
        *(f"{FIRST_LINE}\nindex 00{END}", f"{FIRST_LINE}\nindex -1{END}", f"{FIRST_LINE}\nindex {END}"),
        *(f"{FIRST_LINE}\nindex {2**63}{END}", f"{FIRST_LINE}\nindex {'9' * 5000}{END}"),
        *(f"{FIRST_LINE}\nextra \nindex 0{END}", f"{FIRST_LINE}\nextra\nindex 0{END}"),
        *(f"{FIRST_LINE}\nextra %\nindex 0{END}", f"{FIRST_LINE}\nindex 0\nextra AAAA{END}"),
        *(f"{FIRST_LINE}\nextra AAAA{END}", f"{FIRST_LINE}\nextra AAAA\nextra AAAA\nindex 0{END}"),
        *(f"{FIRST_LINE}\nindex 0\nAAAA{END}", f"{FIRST_LINE}\nindex 0\n{HASH} {END}"),
        *(f"{FIRST_LINE}\r\nindex 0{END}", f"{FIRST_LINE}\nindex \u0661{END}", f"{FIRST_LINE}\nindex 0\n\n"),
        *(
            f"{FIRST_LINE}\nindex 0\n{HASH}\n" * 2,
            f"{FIRST_LINE}\nindex 0\n\n{END}",
            f"{FIRST_LINE}\nindex 0\n",
        ),
        f"{FIRST_LINE}\nindex 0" + f"\n{HASH}" * 64 + END,
        f"{FIRST_LINE}\nindex 0\n\nnot a checkpoint\n\n" + END.split("\n\n")[2],
        f"{FIRST_LINE}\nextra {'A' * 2_000_000}\nindex 0{END}",
    ],
)
def test_a_malformed_proof_file_is_refused(text: str) -> None:
    with pytest.raises(MalformedProof):
        parse_log_proof(text.encode())


@given(st.binary() | st.binary().map(lambda data: f"{FIRST_LINE}\nindex 0\n".encode() + data + END.encode()))
def test_arbitrary_bytes_are_a_proof_that_comes_back_or_a_coded_error(data: bytes) -> None:
    try:
        found = parse_log_proof(data)
    except MalformedProof:
        return
    assert found.encode() == data


def test_a_proof_made_by_hand_keeps_the_rules_too() -> None:
    for index, hashes, note in [(-1, (), checkpoint(1)), (0, (b"short",), checkpoint(1)), (0, (), b"none")]:
        with pytest.raises(MalformedProof):
            LogProof(index, hashes, note)
