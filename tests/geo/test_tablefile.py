"""The table's file: what is written is read, and nothing else is."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.geo import tablefile
from bailiwick.geo.errors import TableError
from bailiwick.geo.table import Table
from bailiwick.geo.tablefile import SourceRecord
from tests.factories.geo import small_table

RECORDS = (SourceRecord("mm", 1, "a" * 64, 2, 3), SourceRecord("dbip", 4, "b" * 64, 5, 6))
COMBINATIONS = ((None, None), ("CN", None), ("HK", "HK"))
V4 = [(0, 0), (2**24, 1), (2**31, 2)]
V6 = [(0, 0), (2**125, 1), (2**125 + 1, 2), (2**125 + 2**64, 1), (2**126, 0)]


def contents() -> tablefile.Contents:
    return tablefile.contents(RECORDS, COMBINATIONS, V4, V6)


def fault(path: Path) -> str:
    with pytest.raises(TableError) as caught:
        Table.open(path)
    return caught.value.code


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = tablefile.write(tmp_path / "t", contents())
    read, found = tablefile.read(tmp_path / "t")
    assert read == contents()
    assert found == written


def test_equal_contents_give_equal_bytes(tmp_path: Path) -> None:
    tablefile.write(tmp_path / "a", contents())
    tablefile.write(tmp_path / "b", contents())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_missing_table_says_so(tmp_path: Path) -> None:
    assert fault(tmp_path / "none") == "table_missing"


def test_every_flipped_byte_is_detected(tmp_path: Path) -> None:
    path = tmp_path / "t"
    tablefile.write(path, contents())
    sound = path.read_bytes()
    for at in range(len(sound)):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 0x10]) + sound[at + 1 :])
        assert fault(path) in {"table_corrupt", "table_version"}


def test_flipped_bits_in_a_larger_table_are_detected(tmp_path: Path) -> None:
    small_table(tmp_path / "t")
    sound, rng = (tmp_path / "t").read_bytes(), random.Random(1)
    for _ in range(200):
        broken = bytearray(sound)
        broken[rng.randrange(len(sound))] ^= 1 << rng.randrange(8)
        (tmp_path / "t").write_bytes(broken)
        assert fault(tmp_path / "t") in {"table_corrupt", "table_version"}


def test_every_truncation_is_detected(tmp_path: Path) -> None:
    tablefile.write(tmp_path / "t", contents())
    sound = (tmp_path / "t").read_bytes()
    for length in range(len(sound)):
        (tmp_path / "t").write_bytes(sound[:length])
        assert fault(tmp_path / "t") == "table_corrupt"
    (tmp_path / "t").write_bytes(sound + b"\0")
    assert fault(tmp_path / "t") == "table_corrupt"


def test_another_version_is_told_apart_from_damage(tmp_path: Path) -> None:
    tablefile.write(tmp_path / "t", contents())
    sound = (tmp_path / "t").read_bytes()
    (tmp_path / "t").write_bytes(sound[:7] + b"\x02" + sound[8:])
    assert fault(tmp_path / "t") == "table_version"


@given(st.binary(max_size=300))
def test_rubbish_with_a_right_checksum_is_refused(rubbish: bytes) -> None:
    for body in (rubbish, b"BWTABLE\x01" + len(rubbish).to_bytes(4, "little") + rubbish):
        with pytest.raises((ValueError, KeyError, TypeError, tablefile.struct.error)):
            tablefile.decode(body)


@pytest.mark.parametrize(
    ("combinations", "v4", "v6"),
    [
        (COMBINATIONS, [], V6),
        (COMBINATIONS, [(1, 0)], V6),
        (COMBINATIONS, V4, [(0, 0), (5, 1), (5, 2)]),
        (COMBINATIONS, [(0, 0), (9, 1), (8, 2)], V6),
        (COMBINATIONS, [(0, 3)], V6),
        ((("CN",), ("HK",), ("TW",)), V4, V6),
    ],
    ids=["empty", "not from 0", "twice", "descending", "no such combination", "too few votes"],
)
def test_unsound_contents_are_not_written(combinations: tuple, v4: list, v6: list) -> None:
    with pytest.raises(ValueError, match=r"ascend|begin at 0|combination"):
        tablefile.contents(RECORDS, combinations, v4, v6)
