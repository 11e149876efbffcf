"""Policies read, written and applied: the rules of tlog-policy, line by line."""

from itertools import combinations
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.tlog.checkpoints import Checkpoint, cosign, sign_checkpoint
from bailiwick.tlog.errors import (
    BadSignature,
    MalformedPolicy,
    NoKnownSignature,
    QuorumNotMet,
    WrongOrigin,
)
from bailiwick.tlog.keys import SignatureType, SigningKey, VerifierKey
from bailiwick.tlog.notes import Signature
from bailiwick.tlog.policy import Group, Log, Policy, Witness, parse_policy

LOG: Final = SigningKey("orders.example.org/log", bytes(32))
NAMES: Final = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
KEYS: Final = {name: SigningKey(f"{name}.example", name.encode().ljust(32)) for name in NAMES}
HEAD: Final = Checkpoint(LOG.name, 7, bytes(range(32)))
NOW: Final = 1_800_000_000

V: Final = {name: key.cosigner.vkey for name, key in KEYS.items()}
EXAMPLE: Final = f"""\
log {LOG.verifier.vkey}

# the example of the specification
witness X1 {V["X1"]}
\twitness  X2 \t{V["X2"]} https://x2.example/submit\x20
witness X3 {V["X3"]}
group X-witnesses 2 X1 X2 X3

witness Y1 {V["Y1"]}
witness Y2 {V["Y2"]}
witness Y3 {V["Y3"]}
  # indented
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def policy(*lines: str) -> Policy:
    return parse_policy("".join(line + "\n" for line in lines).encode())


def cosigned(*names: str) -> bytes:
    note = sign_checkpoint(HEAD, LOG)
    return note.with_signatures(cosign(note, KEYS[name], NOW) for name in names).encode()


def test_the_example_of_the_specification_needs_two_of_x_and_one_of_y() -> None:
    example = parse_policy(EXAMPLE.encode())
    for count in range(len(NAMES) + 1):
        for names in combinations(NAMES, count):
            enough = sum(name[0] == "X" for name in names) >= 2 and any(name[0] == "Y" for name in names)
            assert example.quorum_met(names) is enough
    found = example.check(cosigned("X1", "Y3", "X3"))
    assert (found.checkpoint, found.witnesses) == (HEAD, {"X1": NOW, "Y3": NOW, "X3": NOW})
    with pytest.raises(QuorumNotMet):
        example.check(cosigned("X1", "Y1", "Y2", "Y3"))


def test_a_policy_comes_back_as_it_was_written() -> None:
    example = parse_policy(EXAMPLE.encode())
    assert example.witnesses[1].url == "https://x2.example/submit"
    assert example.groups[2] == Group("X-and-Y", 2, ("X-witnesses", "Y-witnesses"))
    assert parse_policy(example.encode()) == example
    assert parse_policy(example.encode()).encode() == example.encode()


def test_names_are_opaque_octets() -> None:
    line = f"witness \xff {V['X1']}\nwitness K {V['X2']}\n".encode("latin-1")
    found = parse_policy(line + "witness \u212a ".encode() + f"{V['X3']}\nquorum K\n".encode())
    assert len(found.witnesses) == 3
    assert parse_policy(found.encode()) == found
    assert found.quorum_met(["K"])
    assert not found.quorum_met(["\u212a"])


def test_without_a_quorum_the_logs_word_is_enough() -> None:
    alone = policy(f"log {LOG.verifier.vkey}", "quorum none")
    assert alone.check(cosigned()).witnesses == {}
    assert alone.quorum_met([])


def test_a_single_witness_can_be_the_quorum() -> None:
    one = policy(f"log {LOG.verifier.vkey}", f"witness w {V['X1']}", "quorum w")
    assert one.check(cosigned("X1", "Y1")).witnesses == {"w": NOW}
    with pytest.raises(QuorumNotMet):
        one.check(cosigned("Y1"))


def test_a_log_is_no_witness_of_its_own_under_whatever_name() -> None:
    for name in (LOG.name, "somebody.example"):
        own = SigningKey(name, LOG.seed).cosigner.vkey
        with pytest.raises(MalformedPolicy):
            policy(f"log {LOG.verifier.vkey}", f"witness w {own}", "quorum w")


def test_the_log_must_have_signed_whoever_cosigned() -> None:
    other = SigningKey(LOG.name, bytes([9]) * 32)
    lines = [f"witness w {V['X1']}", "quorum w"]
    with pytest.raises(NoKnownSignature):
        policy(f"log {other.verifier.vkey}", *lines).check(cosigned("X1"))
    with pytest.raises(WrongOrigin):
        policy(f"log {KEYS['Y1'].verifier.vkey}", *lines).check(cosigned("X1"))
    with pytest.raises(WrongOrigin):
        policy(*lines).check(cosigned("X1"))


def test_a_forged_cosignature_of_a_listed_witness_refuses_the_whole_checkpoint() -> None:
    note = sign_checkpoint(HEAD, LOG)
    forged = Signature(KEYS["X2"].name, KEYS["X2"].cosigner.id, bytes(72))
    data = note.with_signatures([cosign(note, KEYS["X1"], NOW), forged]).encode()
    lines = [f"log {LOG.verifier.vkey}", f"witness X1 {V['X1']}"]
    assert policy(*lines, "quorum X1").check(data).witnesses == {"X1": NOW}
    with pytest.raises(BadSignature):
        policy(*lines, f"witness X2 {V['X2']}", "quorum X1").check(data)


def test_a_post_quantum_witness_is_listed_and_never_met() -> None:
    key = VerifierKey("pq.example", SignatureType.ML_DSA_44, bytes(1312))
    found = policy(f"log {LOG.verifier.vkey}", f"witness pq {key.vkey}", "quorum pq")
    note = sign_checkpoint(HEAD, LOG).with_signatures([Signature(key.name, key.id, bytes(2428))])
    with pytest.raises(QuorumNotMet):
        found.check(note.encode())


W1, W2 = f"witness a {V['X1']}", f"witness b {V['X2']}"


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (W1,),
        ("quorum none", "quorum none"),
        (W1, "quorum none", "quorum a"),
        ("quorum a",),
        ("quorum a", W1),
        (W1, "quorum a a"),
        (W1, "quorum"),
        ("log", "quorum none"),
        ("log nonsense", "quorum none"),
        (f"log {V['X1']}", "quorum none"),
        (f"log {LOG.verifier.vkey} a b", "quorum none"),
        (f"log {LOG.verifier.vkey}", f"log {LOG.verifier.vkey}", "quorum none"),
        (f"witness a {KEYS['X1'].verifier.vkey}", "quorum none"),
        (W1, W1, "quorum none"),
        (W1, f"witness b {V['X1']}", "quorum none"),
        (W1, f"witness a {V['X2']}", "quorum none"),
        (f"witness none {V['X1']}", "quorum none"),
        (f"witness a {SigningKey('other', KEYS['X1'].seed).cosigner.vkey}", W2, W1, "quorum none"),
        (W1, "group g any", "quorum none"),
        (W1, "group g 0 a", "quorum none"),
        (W1, "group g 2 a", "quorum none"),
        (W1, "group g 01 a", "quorum none"),
        (W1, "group g most a", "quorum none"),
        (W1, "group g any b", W2, "quorum none"),
        (W1, "group g any a a", "quorum none"),
        (W1, "group g any a", "group h any a", "quorum none"),
        (W1, "group g any g", "quorum none"),
        (W1, "group g any none", "quorum none"),
        (W1, "group a any a", "quorum none"),
        (W1, "group none any a", "quorum none"),
        (W1, "group g any a", f"witness g {V['X2']}", "quorum g"),
        ("quorum none\r",),
        ("quorum\u00a0none",),
        ("# \x00", "quorum none"),
        ("# \x7f", "quorum none"),
        ("Quorum none",),
        ("quorum none # comment",),
    ],
)
def test_a_policy_against_the_rules_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(MalformedPolicy):
        policy(*lines)


def test_every_line_ends_in_a_newline_and_a_policy_has_a_limit() -> None:
    for data in (b"quorum none", b"", b"#" * 1_000_001 + b"\nquorum none\n"):
        with pytest.raises(MalformedPolicy):
            parse_policy(data)


def test_a_policy_made_by_hand_keeps_the_rules_too() -> None:
    witness = Witness("a", KEYS["X1"].cosigner)
    for parts in [
        ((), (Witness("a b", KEYS["X1"].cosigner),), (), "none"),
        ((), (Witness("", KEYS["X1"].cosigner),), (), "none"),
        ((), (Witness("\ud800", KEYS["X1"].cosigner),), (), "none"),
        ((Log(LOG.verifier, "two words"),), (), (), "none"),
        ((), (witness,), (Group("g", 1, ("b",)),), "none"),
        ((), (witness,), (), "b"),
    ]:
        with pytest.raises(MalformedPolicy):
            Policy(*parts)  # type: ignore[arg-type]  # a list of mixed tuples


WORDS: Final = st.sampled_from(
    [
        "log",
        "witness",
        "group",
        "quorum",
        "any",
        "all",
        "1",
        "2",
        "none",
        "a",
        "b",
        "#",
        *V.values(),
        "\n",
        "\n",
    ]
)


@given(st.binary() | st.lists(WORDS).map(lambda words: " ".join([*words, "\n", "quorum none\n"]).encode()))
def test_arbitrary_bytes_are_a_policy_that_comes_back_or_a_coded_error(data: bytes) -> None:
    try:
        found = parse_policy(data)
    except MalformedPolicy:
        return
    assert parse_policy(found.encode()) == found


@given(st.data())
def test_a_quorum_splits_where_two_sets_without_a_common_witness_meet_it(data: st.DataObject) -> None:
    """Against trying all sets."""
    free, groups = list(NAMES), list[str]()
    for number in range(data.draw(st.integers(0, 4))):
        members = data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=4, unique=True))
        least = data.draw(st.integers(1, len(members)))
        free = [name for name in free if name not in members] + [f"g{number}"]
        groups.append(f"group g{number} {least} {' '.join(members)}")
    found = policy(*(f"witness {name} {V[name]}" for name in NAMES), *groups, f"quorum {free[-1]}")
    sets = [set(some) for count in range(len(NAMES) + 1) for some in combinations(NAMES, count)]
    both = any(found.quorum_met(some) and found.quorum_met(set(NAMES) - some) for some in sets)
    assert found.quorum_splits() is both
