"""The sweep: compiled votes equal asking each source about each address, whatever the ranges."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.geo import tablefile
from bailiwick.geo.address import ClientAddress
from bailiwick.geo.compile import compile_table
from bailiwick.geo.overrides import Overrides
from bailiwick.geo.ranges import CODE_INDEX, NO_VOTE, Ranges, from_rows
from bailiwick.geo.sources import SourceData
from bailiwick.geo.special import SPECIAL_V4, SPECIAL_V6, bounds
from bailiwick.geo.table import Table
from bailiwick.geo.tablefile import SourceRecord
from bailiwick.rules.location import Undetermined

Plain = list[tuple[int, int, str | None]]  # first, last, code: disjoint, ascending
V6_FIRST, V6_LAST = 2**125, 2**126 - 1


def ranges(rows: Plain) -> Ranges:
    return from_rows(
        (first, last, NO_VOTE if code is None else CODE_INDEX[code]) for first, last, code in rows
    )


def compiled(v4: Sequence[Plain], v6: Sequence[Plain]) -> Table:
    names = ("mm", "dbip", "ipfire", "fourth")
    sources = [
        SourceData(SourceRecord(name, 0, "0" * 64, len(a), len(b)), ranges(a), ranges(b))
        for name, a, b in zip(names, v4, v6, strict=False)
    ]
    contents = tablefile.decode(tablefile.encode(compile_table(sources)))
    return Table(contents, "hash", Overrides(), 400, lambda: 1.0)


def disjoint(first: int, last: int, near: int):
    """Strategy: disjoint ranges between two addresses, many of them touching, and many close to `near`."""
    edge = st.integers(first, last) | st.integers(max(first, near - 40), min(last, near + 40))
    cuts = st.lists(edge, max_size=14, unique=True).map(sorted)

    def rows(cuts: list[int], codes: list[str | None], touching: list[bool]) -> Plain:
        spans = zip(cuts, [*(cut - 1 for cut in cuts[1:]), last], codes, touching, strict=False)
        return [(a, b if touch else a + (b - a) // 2, code) for a, b, code, touch in spans]

    codes = st.lists(st.sampled_from(["CN", "HK", "TW", None]), min_size=14, max_size=14)
    touching = st.lists(st.booleans(), min_size=14, max_size=14)
    return st.builds(rows, cuts, codes, touching)


def asked(rows: Plain, number: int) -> str | None:
    return next((code for first, last, code in rows if first <= number <= last), None)


def interesting(sources: Sequence[Plain], special, last: int) -> set[int]:
    ends = {end for rows in sources for first, final, _ in rows for end in (first, final)}
    ends |= {end for network in special for end in bounds(network)} | {0, last}
    return {number for end in ends for number in (end - 1, end, end + 1) if 0 <= number <= last}


def check(table: Table, version: int, sources: Sequence[Plain], number: int) -> None:
    special = SPECIAL_V4 if version == 4 else SPECIAL_V6
    location = table.locate(ClientAddress(version, number >> 64, number & (2**64 - 1)))
    if any(first <= number <= last for first, last in map(bounds, special)):
        assert location.reason is Undetermined.SPECIAL
        assert location.votes == ()
    else:
        assert [vote.code for vote in location.votes] == [asked(rows, number) for rows in sources]


v4_source = disjoint(0, 2**32 - 1, 2**31)
v6_source = disjoint(V6_FIRST, V6_LAST, V6_FIRST + 2**100)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@given(data=st.data())
def test_the_sweep_equals_asking_every_source(count: int, data: st.DataObject) -> None:
    v4 = [data.draw(v4_source) for _ in range(count)]
    v6 = [data.draw(v6_source) for _ in range(count)]
    table = compiled(v4, v6)
    for number in (*interesting(v4, SPECIAL_V4, 2**32 - 1), data.draw(st.integers(0, 2**32 - 1))):
        check(table, 4, v4, number)
    for number in (*interesting(v6, SPECIAL_V6, 2**128 - 1), data.draw(st.integers(V6_FIRST, V6_LAST))):
        check(table, 6, v6, number)


@given(st.lists(st.integers(0, 2**66), min_size=2, max_size=30, unique=True).map(sorted))
def test_ranges_that_begin_within_one_upper_half_are_told_apart(offsets: list[int]) -> None:
    base = 0x2A0A << 112
    rows = [
        (base + a, base + b - 1, code)
        for a, b, code in zip(offsets, offsets[1:], ["CN", "HK", "TW"] * 10, strict=False)
    ]
    table = compiled([[], []], [rows, rows])
    for number in interesting([rows], (), 2**128 - 1):
        check(table, 6, [rows, rows], number)


def test_a_source_that_reaches_the_end_of_a_family_is_followed_by_nothing() -> None:
    v4: Plain = [(2**31, 2**32 - 1, "CN")]
    v6: Plain = [(2**125 + 5, 2**126 - 1, "HK")]
    table = compiled([v4, v4], [v6, v6])
    for number in interesting([v4], SPECIAL_V4, 2**32 - 1):
        check(table, 4, [v4, v4], number)
    for number in interesting([v6], SPECIAL_V6, 2**128 - 1):
        check(table, 6, [v6, v6], number)


def test_neighbours_with_equal_votes_become_one_range() -> None:
    halves: Plain = [(2**24, 2**24 + 127, "CN"), (2**24 + 128, 2**24 + 255, "CN")]
    whole: Plain = [(2**24, 2**24 + 255, "CN")]
    assert compiled([halves], [[]]).info.ranges_v4 == compiled([whole], [[]]).info.ranges_v4


def test_the_same_sources_compile_to_the_same_bytes() -> None:
    rows: Plain = [(2**24, 2**25, "CN"), (2**25 + 1, 2**26, "HK")]
    source = SourceData(SourceRecord("mm", 1, "0" * 64, 2, 0), ranges(rows), ranges([]))
    assert tablefile.encode(compile_table([source])) == tablefile.encode(compile_table([source]))
