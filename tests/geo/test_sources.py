"""Reading sources: the traps of real files."""

from dataclasses import dataclass
from pathlib import Path

import maxminddb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.geo.catalogue import source_named
from bailiwick.geo.errors import SourceError
from bailiwick.geo.mmdb_tree import TreeError, read_tree
from bailiwick.geo.ranges import CODE_LIST, NO_VOTE, Ranges
from bailiwick.geo.sources import SourceData, code_index, read_source
from bailiwick.rules.territory import CODES
from tests.factories.mmdb import country_ranges, write_mmdb
from tests.geo.cases import BUILT, mmdb_file, text_file, text_files

MM, IPFIRE = source_named("mm"), source_named("ipfire")
PREFIXES = {
    "1.0.1.0/24": "CN",
    "1.0.4.0/22": "AU",
    "8.8.8.8/32": "US",
    "128.0.0.0/2": "DE",
    "2001:200::/32": "JP",
    "2400::/12": "HK",
    "2a00::/128": "FR",
    "2a01:4f9:6a:442f::/64": "FI",
    "3ffe::/17": "GB",
}


@dataclass(frozen=True)
class Row:
    first: int
    last: int
    code: str | None


def rows(ranges: Ranges) -> list[Row]:
    """A source's ranges as plain numbers."""
    columns = (ranges.first_high, ranges.first_low, ranges.after_high, ranges.after_low, ranges.codes)
    return [
        Row(a << 64 | b, (c << 64 | d) - 1, None if code == NO_VOTE else CODE_LIST[code])
        for a, b, c, d, code in zip(*(column.tolist() for column in columns), strict=True)
    ]


def expected(prefixes: dict[str, str], version: int) -> list[Row]:
    return [
        Row(first, last, record["country_code"]) for first, last, record in country_ranges(prefixes, version)
    ]


def refusal(paths: list[Path], source=MM) -> str:
    with pytest.raises(SourceError) as caught:
        read_source(source, paths)
    return caught.value.code


@pytest.mark.parametrize("record_size", [24, 28, 32])
def test_an_mmdb_file_is_read_whole(tmp_path: Path, record_size: int) -> None:
    data = read_source(MM, [mmdb_file(tmp_path / "a.mmdb", PREFIXES, record_size=record_size)])
    assert rows(data.v4) == expected(PREFIXES, 4)
    assert rows(data.v6) == expected(PREFIXES, 6)
    assert (data.record.name, data.record.built) == ("mm", BUILT)
    assert (data.record.rows_v4, data.record.rows_v6) == (4, 5)


def test_a_source_may_come_as_one_file_per_family(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "4", country_ranges(PREFIXES, 4), ip_version=4)
    write_mmdb(tmp_path / "6", v6=country_ranges(PREFIXES, 6))
    data = read_source(MM, [tmp_path / "4", tmp_path / "6"])
    assert rows(data.v4) == expected(PREFIXES, 4)
    assert rows(data.v6) == expected(PREFIXES, 6)


def test_an_ipv6_only_file_is_refused_instead_of_answering_nothing_for_ipv4(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "6", v6=country_ranges(PREFIXES, 6))
    with maxminddb.open_database(tmp_path / "6") as reader:
        assert reader.get("8.8.8.8") is None  # the trap: no error
    assert refusal([tmp_path / "6"]) == "source_lacks_ipv4"


def test_a_source_answers_nothing_for_a_mapped_address_which_is_why_it_is_unmapped(tmp_path: Path) -> None:
    with maxminddb.open_database(mmdb_file(tmp_path / "a", PREFIXES)) as reader:
        assert reader.get("8.8.8.8") == {"country_code": "US"}
        assert reader.get("::ffff:8.8.8.8") is None  # the trap: no error


def test_an_ipv4_only_file_is_refused(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "4", country_ranges(PREFIXES, 4), ip_version=4)
    assert refusal([tmp_path / "4"]) == "source_lacks_ipv6"


def test_records_as_the_makers_publish_them_are_read_too(tmp_path: Path) -> None:
    record = {"country": {"iso_code": "HK"}, "registered_country": {"iso_code": "CN"}}
    only_registered = {"registered_country": {"iso_code": "CN"}}
    v4 = [(2**24, 2**24 + 255, record), (2**25, 2**25 + 255, only_registered)]
    write_mmdb(tmp_path / "a", v4, [(0x24 << 120, (0x24 << 120) + 1, record)])
    assert [row.code for row in rows(read_source(MM, [tmp_path / "a"]).v4)] == ["HK", None]


@pytest.mark.parametrize(
    "code", ["EU", "AP", "??", "AN", "SU", "ZZ", "UN", "OS", "AB", "XX", "A1", "us", "USA", "", "CN-HK"]
)
def test_a_code_outside_iso_3166_1_is_no_vote(code: str) -> None:
    assert code_index(code) == NO_VOTE


def test_uk_means_gb_and_xk_counts() -> None:
    assert CODE_LIST[code_index("UK")] == "GB"
    assert CODE_LIST[code_index("XK")] == "XK"


def test_every_iso_code_votes_for_itself_and_for_nothing_else() -> None:
    assert {code: CODE_LIST[code_index(code)] for code in CODES} == {code: code for code in CODES}


@given(st.text(max_size=6) | st.none() | st.integers())
def test_nothing_becomes_cn_but_cn(said: object) -> None:
    index = code_index(said)
    assert index == NO_VOTE or CODE_LIST[index] != "CN" or said == "CN"


@pytest.mark.parametrize(
    "record", [{"country_code": 7}, {"country": "HK"}, {"iso_code": "HK"}, ["HK"], "HK", {}]
)
def test_a_record_of_another_shape_is_no_vote(tmp_path: Path, record: object) -> None:
    write_mmdb(tmp_path / "a", [(2**24, 2**24 + 255, record)], [(0x24 << 120, (0x24 << 120) + 1, record)])
    data = read_source(MM, [tmp_path / "a"])
    assert {row.code for row in (*rows(data.v4), *rows(data.v6))} == {None}


def test_mapped_and_6to4_parts_of_a_tree_are_not_taken_for_ipv6(tmp_path: Path) -> None:
    v6 = country_ranges({"::ffff:0:0/96": "CN", "2002::/16": "CN", "2400::/12": "HK", "fc00::/7": "CN"}, 6)
    write_mmdb(tmp_path / "a", country_ranges(PREFIXES, 4), v6)
    found = rows(read_source(MM, [tmp_path / "a"]).v6)
    assert {row.first >> 125 for row in found} == {1}


def broken_files(folder: Path) -> dict[str, bytes]:
    sound = mmdb_file(folder / "sound", PREFIXES).read_bytes()
    mark = sound.rindex(b"\xab\xcd\xefMaxMind.com")
    return {
        "no metadata": sound[:mark],
        "cut short": sound[: mark // 2] + sound[mark:],
        "metadata cut": sound[: mark + 20],
        "pointers anywhere": b"\xff" * (mark // 2) + sound[mark // 2 :],
        "not a database": b"<html>404</html>",
        "empty": b"",
        "binary": bytes(range(256)) * 10,
    }


@pytest.mark.parametrize(
    "name",
    ["no metadata", "cut short", "metadata cut", "pointers anywhere", "not a database", "empty", "binary"],
)
def test_a_broken_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a").write_bytes(broken_files(tmp_path)[name])
    assert refusal([tmp_path / "a"]) in {"source_unreadable", "source_undated"}


def test_a_tree_that_loops_is_refused_before_it_fills_the_memory() -> None:
    looping = read_tree(b"\0" * 6, 1, 24, ipv6=True)
    with pytest.raises(TreeError):
        looping.networks_v6()


def test_a_missing_file_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read_source(MM, [tmp_path / "geo.mmdb"])
    assert caught.value.code == "source_missing"
    assert "geo.mmdb" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_text_files_are_read(tmp_path: Path) -> None:
    data = read_source(IPFIRE, text_files(tmp_path, PREFIXES))
    assert rows(data.v4) == expected(PREFIXES, 4)
    assert rows(data.v6) == expected(PREFIXES, 6)
    assert data.record.built == BUILT


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("1,2", "source_unreadable"),
        ("1,2,US,x", "source_unreadable"),
        ("one,2,US", "source_unreadable"),
        ("3,2,US", "source_unreadable"),
        ("::1,2,US", "source_unreadable"),
        ("-5,2,US", "source_unreadable"),
        ("5,4294967296,US", "source_unreadable"),
        ("16777300,16777400,US", "source_overlap"),
    ],
)
def test_a_bad_line_is_refused(tmp_path: Path, line: str, code: str) -> None:
    v4, v6 = text_files(tmp_path, {"1.0.0.0/24": "CN", "2400::/12": "HK"})
    v4.write_text(v4.read_text("ascii") + line + "\n", "ascii")
    assert refusal([v4, v6], IPFIRE) == code


def test_text_without_a_date_is_refused(tmp_path: Path) -> None:
    v4, v6 = text_files(tmp_path, PREFIXES)
    v4.write_text(v4.read_text("ascii").replace("Generated", "Made"), "ascii")
    assert refusal([v4, v6], IPFIRE) == "source_undated"


def test_the_older_of_two_files_dates_the_source(tmp_path: Path) -> None:
    v4, _ = text_files(tmp_path, PREFIXES)
    v6 = text_file(tmp_path / "old", ["2400::,2400::ffff,HK"], "Wed, 27 May 2026 20:26:40 GMT")
    assert read_source(IPFIRE, [v4, v6]).record.built == BUILT - 86_400


def test_the_same_family_twice_is_refused(tmp_path: Path) -> None:
    v4, v6 = text_files(tmp_path, PREFIXES)
    assert refusal([v4, v4, v6], IPFIRE) == "source_overlap"


def test_the_recorded_hash_is_that_of_the_files(tmp_path: Path) -> None:
    from hashlib import sha256

    files = text_files(tmp_path, PREFIXES)
    data: SourceData = read_source(IPFIRE, files)
    assert data.record.sha256 == sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


tor_geoipdb = [Path("/usr/share/tor/geoip"), Path("/usr/share/tor/geoip6")]


@pytest.mark.skipif(not all(file.exists() for file in tor_geoipdb), reason="tor-geoipdb is not installed")
def test_debians_tor_geoipdb_is_read() -> None:
    data = read_source(IPFIRE, tor_geoipdb)
    assert data.record.rows_v4 > 200_000
    assert data.record.rows_v6 > 100_000
