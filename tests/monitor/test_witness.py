"""The witness: what it cosigns, what it refuses and how, and that it never signs against itself."""

import json
import threading
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.monitor import durable, keyfile
from bailiwick.monitor.errors import CannotRead, CannotWrite, HistoryDamaged, HistoryMissing
from bailiwick.monitor.witness import (
    Inconsistent,
    Malformed,
    NotSigned,
    OtherSize,
    Refused,
    UnknownLog,
    Witness,
    claim,
    parse_request,
)
from bailiwick.tlog.checkpoints import Checkpoint, cosign, open_checkpoint, parse_checkpoint, sign_checkpoint
from bailiwick.tlog.encoding import to_base64
from bailiwick.tlog.hashing import EMPTY_ROOT
from bailiwick.tlog.keys import SignatureType, SigningKey, VerifierKey
from bailiwick.tlog.notes import Note, parse_note, parse_signatures, sign_note, signed_by
from bailiwick.tlog.tree import MemoryTree, consistency_proof
from tests.monitor.kit import LOG, NOW, WITNESS, entries_of, run, tree_of

TREE = tree_of(entries_of(300))
OTHER = tree_of(entries_of(300, "other"))
NAME = sha256(LOG.name.encode()).hexdigest()


def note(size: int, tree: MemoryTree = TREE) -> Note:
    return sign_checkpoint(Checkpoint(LOG.name, size, tree.root(size)), LOG)


def body(old: int, size: int, tree: MemoryTree = TREE) -> bytes:
    proof = consistency_proof(old, size, tree.node) if 0 < old <= size else []
    return request(old, [to_base64(value) for value in proof], note(size, tree).encode())


def request(old: object, proof: list[str], checkpoint: bytes) -> bytes:
    return "\n".join([f"old {old}", *proof, "", ""]).encode() + checkpoint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "witness"


@pytest.fixture
def witness(folder: Path) -> Witness:
    return Witness(WITNESS, [LOG.verifier], folder, lambda: NOW)


def status(witness: Witness, data: bytes) -> int:
    try:
        witness.add(data)
    except Refused as refused:
        return refused.status
    return 200


def test_a_growing_log_is_cosigned_and_the_latest_is_shown(witness: Witness) -> None:
    assert witness.latest(NAME) is None
    for old, size in [(0, 0), (0, 3), (3, 3), (3, 300)]:
        signature = parse_signatures(witness.add(body(old, size)))
        (signed,) = signed_by(note(size).with_signatures(signature), [WITNESS.cosigner])
        assert (signed.at, len(signature)) == (NOW, 1)
        latest = witness.latest(NAME)
        assert latest is not None
        checkpoint, _ = open_checkpoint(latest, [LOG.verifier])
        assert checkpoint.size == size
        assert [each.key for each in signed_by(parse_note(latest), [LOG.verifier, WITNESS.cosigner])] == [
            LOG.verifier,
            WITNESS.cosigner,
        ]
    assert witness.latest("0" * 64) is None


ORIGIN = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
KEY = VerifierKey(
    ORIGIN,
    SignatureType.ED25519,
    bytes.fromhex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f"),
)
ROOTS = {
    1: "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    3: "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
    5: "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
}
SIGNATURES = {
    1: "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=",
    3: "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=",
    5: "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=",
}
ZEROES = "A" * 39 + "="
TO_THREE = [f"KgEA{ZEROES}", f"KgIA{ZEROES}"]
TO_FIVE = [
    f"KgIA{ZEROES}",
    f"KgMA{ZEROES}",
    "wgiIFdZfYNv6WU1OllBKsWnLYIS/DBMqt8Uh/S4OukE=",
    f"KgQA{ZEROES}",
]
"""The exchange in torchwood's tests of litewitness (FiloSottile/torchwood, ISC licence)."""


def public(size: int, origin: str = ORIGIN, signature: str | None = None) -> bytes:
    line = f"\u2014 {origin} {signature or SIGNATURES[size]}\n"
    return f"{origin}\n{size}\n{ROOTS[size]}\n\n{line}".encode()


def test_the_public_exchange_is_answered_as_another_witness_answers_it(tmp_path: Path) -> None:
    witness = Witness(WITNESS, [KEY], tmp_path, lambda: NOW)
    assert status(witness, request(0, [], public(1))) == 200
    forged = SIGNATURES[3].replace("UgIom2V", "UgIom2W")
    assert status(witness, request(1, TO_THREE, public(3, signature=forged))) == 403
    assert status(witness, request(1, TO_THREE, public(3, origin=f"{ORIGIN[:-1]}3"))) == 404
    assert status(witness, request(1, [], public(3))) == 422
    assert status(witness, request(1, [TO_THREE[0], f"KgIB{ZEROES}"], public(3))) == 422
    assert status(witness, request(1, TO_THREE, public(3))) == 200
    with pytest.raises(OtherSize) as refused:
        witness.add(request(1, TO_FIVE, public(5)))
    assert refused.value.size == 3
    assert status(witness, request(3, TO_FIVE, public(5))) == 200
    with pytest.raises(OtherSize) as refused:
        witness.add(request(0, [], public(5)))
    assert refused.value.size == 5
    assert status(witness, request(5, [], public(5).partition(b"\n\n")[0])) == 400


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", Malformed),
        (b"old 0\n", Malformed),
        (body(0, 3)[:-1], Malformed),
        (body(0, 3).replace(b"old 0", b"old 00"), Malformed),
        (body(0, 3).replace(b"old 0", b"old -1"), Malformed),
        (body(0, 3).replace(b"old 0", b"Old 0"), Malformed),
        (body(0, 3).replace(b"old 0", b"old 9223372036854775808"), Malformed),
        (request(4, [], note(3).encode()), Malformed),
        (request(0, ["AAAA"], note(3).encode()), Malformed),
        (request(0, [to_base64(EMPTY_ROOT)] * 64, note(3).encode()), Malformed),
        (request(0, [], b"\xff\xfe\n3\n"), Malformed),
        (request(0, [], sign_note(f"{LOG.name}\nfive\n{ROOTS[3]}\n", LOG).encode()), Malformed),
        (request(0, [to_base64(EMPTY_ROOT)], note(3).encode()), Inconsistent),
        (request(0, [], sign_note(f"{LOG.name}\n0\n{ROOTS[3]}\n", LOG).encode()), Inconsistent),
        (request(0, [], sign_note(note(3).text, SigningKey(LOG.name, b"x" * 32)).encode()), NotSigned),
        (request(0, [], sign_note(note(3).text.replace("meet", "mood"), LOG).encode()), UnknownLog),
    ],
)
def test_what_is_refused_is_refused_as_specified(
    witness: Witness, data: bytes, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        witness.add(data)
    assert witness.latest(NAME) is None


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda data: b"old 0\n\n" + data))
def test_arbitrary_bytes_are_refused_and_nothing_worse(data: bytes) -> None:
    witness = Witness(WITNESS, [LOG.verifier], Path("nowhere"), lambda: NOW)
    assert status(witness, data) in {400, 404}


def test_two_roots_of_one_size_are_refused_and_kept_as_evidence(witness: Witness, folder: Path) -> None:
    witness.add(body(0, 40))
    assert status(witness, body(40, 40, OTHER)) == 422
    assert status(witness, body(40, 60, OTHER)) == 422
    (place,) = (folder / NAME).glob("evidence-*")
    for name, tree in {"cosigned": TREE, "refused": OTHER}.items():
        checkpoint, _ = open_checkpoint((place / name).read_bytes(), [LOG.verifier])
        assert checkpoint.root == tree.root(40)
    assert status(witness, body(40, 60)) == 200


def test_a_forged_cosignature_in_a_request_is_not_kept(witness: Witness) -> None:
    """Kept, it would make our own history unreadable: a known key's signature that does not verify."""
    forged = cosign(note(4), WITNESS, NOW)
    checkpoint = note(3).with_signatures([forged]).encode()
    assert status(witness, request(0, [], checkpoint)) == 200
    assert status(witness, body(3, 5)) == 200


def test_a_log_may_have_two_keys(folder: Path) -> None:
    second = SigningKey(LOG.name, b"2" * 32)
    witness = Witness(WITNESS, [LOG.verifier, second.verifier], folder, lambda: NOW)
    assert status(witness, body(0, 3)) == 200
    rotated = sign_checkpoint(parse_checkpoint(note(5).text), second).encode()
    proof = [to_base64(value) for value in consistency_proof(3, 5, TREE.node)]
    assert status(witness, request(3, proof, rotated)) == 200


def test_of_racing_requests_one_history_comes_out(witness: Witness) -> None:
    """Two faces of one log, shown from many threads at once: only one of them is ever cosigned."""
    won: list[tuple[str, int]] = []

    def show(name: str, tree: MemoryTree) -> None:
        old = 0
        for size in range(1, 40):
            try:
                witness.add(body(old, size, tree))
                won.append((name, size))
                old = size
            except OtherSize as refused:
                old = refused.size
            except Refused:
                pass

    faces = {"one": TREE, "other": OTHER}
    threads = [threading.Thread(target=show, args=item) for item in [*faces.items()] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = {name for name, _ in won}
    latest = witness.latest(NAME)
    assert latest is not None
    checkpoint, _ = open_checkpoint(latest, [LOG.verifier])
    assert checkpoint.size == max(size for _, size in won)
    assert checkpoint.root == faces[winner].root(checkpoint.size)


class Killed(BaseException):
    """As SIGKILL would: nothing catches it."""


@pytest.mark.parametrize("persisted", [False, True])
def test_killed_before_it_answered_it_signs_nothing_else(
    witness: Witness, folder: Path, monkeypatch: pytest.MonkeyPatch, persisted: bool
) -> None:
    witness.add(body(0, 3))
    real = durable.write

    def write(path: Path, data: bytes, mode: int = durable.PUBLIC) -> None:
        if persisted:
            real(path, data, mode)
        raise Killed

    with monkeypatch.context() as killed:
        killed.setattr(durable, "write", write)
        with pytest.raises(Killed):
            witness.add(body(3, 10))
    again = Witness(WITNESS, [LOG.verifier], folder, lambda: NOW)
    known = 10 if persisted else 3
    assert status(again, body(known, 12, OTHER)) == 422
    assert status(again, body(known, 10)) == 200
    assert status(again, body(10, 10)) == 200


@pytest.mark.parametrize("persisted", [False, True])
def test_a_disk_that_fails_means_no_signature(
    witness: Witness, monkeypatch: pytest.MonkeyPatch, persisted: bool
) -> None:
    real = durable.sync_folder
    with monkeypatch.context() as broken:

        def fail(folder: Path) -> None:
            raise OSError(5, "Input/output error")

        broken.setattr(
            durable, "sync_folder" if persisted else "_fill", fail if persisted else lambda *_: fail(_[0])
        )
        with pytest.raises(CannotWrite):
            witness.add(body(0, 3))
    assert durable.sync_folder is real
    assert status(witness, body(3, 3) if persisted else body(0, 3)) == 200


@pytest.mark.parametrize("damage", [b"", b"nonsense", note(2).encode()])
def test_a_damaged_history_is_not_taken_for_a_new_log(witness: Witness, folder: Path, damage: bytes) -> None:
    witness.add(body(0, 3))
    (folder / NAME / "checkpoint").write_bytes(damage)
    with pytest.raises(HistoryDamaged):
        witness.add(body(0, 5, OTHER))
    with pytest.raises(HistoryDamaged):
        Witness(WITNESS, [LOG.verifier], folder, lambda: NOW)


def test_the_history_of_another_log_is_no_history(witness: Witness, folder: Path) -> None:
    other = sign_note(note(3).text.replace(LOG.name, "else.example/log"), LOG)
    path = folder / NAME / "checkpoint"
    path.parent.mkdir(parents=True)
    path.write_bytes(other.with_signatures([cosign(other, WITNESS, NOW)]).encode())
    with pytest.raises(HistoryDamaged, match="another log"):
        witness.add(body(0, 3))


def test_a_key_without_its_history_is_refused(folder: Path) -> None:
    with pytest.raises(HistoryMissing):
        claim(folder, WITNESS, new=False)
    claim(folder, WITNESS, new=True)
    claim(folder, WITNESS, new=False)
    with pytest.raises(HistoryDamaged):
        claim(folder, SigningKey("another.example", b"x" * 32), new=False)


def test_a_key_is_made_for_its_owner_alone_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "key"
    key = keyfile.make(path, "witness.example.org")
    assert path.stat().st_mode & 0o777 == 0o600
    assert keyfile.load(path) == key
    with pytest.raises(CannotWrite):
        keyfile.make(path, "witness.example.org")
    path.chmod(0o640)
    with pytest.raises(CannotRead, match="others can read"):
        keyfile.load(path)


def test_a_key_is_made_and_shown_by_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "key"
    assert run("key", path, "--new", "witness.example.org", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["witness"] == keyfile.load(path).cosigner.vkey
    assert keyfile.load(path).private not in json.dumps(made)
    assert run("key", path) == 0
    assert made["log"] in capsys.readouterr().out
    assert run("key", path, "--new", "another.example.org") == 1
    assert run("key", tmp_path / "other", "--new", "two words") == 2


@pytest.mark.parametrize("data", [b"", b"PRIVATE+KEY+x+00000000+AAAA", b"\xff"])
def test_what_is_no_key_is_refused_without_showing_it(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(CannotRead, match="no private key"):
        keyfile.load(path)


def test_a_request_is_read_back_as_it_was_made() -> None:
    found = parse_request(body(3, 300))
    assert (found.old, found.checkpoint) == (3, note(300).encode())
    assert list(found.proof) == consistency_proof(3, 300, TREE.node)
