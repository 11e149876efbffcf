"""Building: what passes is swapped in at once, what does not changes nothing, and no source file stays."""

import json
import os
import stat
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from bailiwick.geo import tablefile
from bailiwick.geo.address import parse_address
from bailiwick.geo.build import Order, build, is_built
from bailiwick.geo.errors import ConfigurationError, GeoError, SanityError, SourceError
from bailiwick.geo.layout import Layout
from bailiwick.geo.sanity import CANARIES, Limits
from bailiwick.geo.table import Table
from tests.geo.cases import BUILT, DAY, canary_prefixes, filler, mmdb_file, text_files

LIMITS = Limits(fewest_rows=20)
NOW = float(BUILT + 30 * DAY)


class Bench:
    """Three small sources in files, and a data folder to build in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.layout = Layout(self.data)
        self.said: list[str] = []
        self.prefixes = {
            name: canary_prefixes() | filler(i) for i, name in enumerate(("mm", "dbip", "ipfire"), 1)
        }

    def files(self) -> dict[str, tuple[Path, ...]]:
        place = self.folder / "files"
        place.mkdir(exist_ok=True)
        return {
            "mm": (mmdb_file(place / "mm.mmdb", self.prefixes["mm"]),),
            "dbip": (mmdb_file(place / "dbip.mmdb", self.prefixes["dbip"]),),
            "ipfire": text_files(place, self.prefixes["ipfire"]),
        }

    def build(self, *accepted: str, **files: tuple[Path, ...]) -> str:
        order = Order(self.files() | files, frozenset(accepted), LIMITS)
        return build(self.data, order, self.said.append, lambda: NOW).hash

    def refused(self, *accepted: str, **files: tuple[Path, ...]) -> set[str]:
        """The findings that kept the table out."""
        with pytest.raises(SanityError) as caught:
            self.build(*accepted, **files)
        assert caught.value.code == "sanity"
        return set(caught.value.detail.split(", "))

    def where(self, text: str) -> str | None:
        return Table.open(self.layout.table, clock=lambda: NOW).locate(parse_address(text)).unanimous


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_table_is_built_from_files_alone(bench: Bench) -> None:
    assert not is_built(bench.data)
    built = bench.build()
    assert is_built(bench.data)
    assert built == tablefile.read(bench.layout.table)[1]
    assert {text: bench.where(text) for text in CANARIES} == CANARIES


def test_hashes_dates_and_rows_of_the_sources_are_kept(bench: Bench) -> None:
    bench.build()
    records = tablefile.read(bench.layout.table)[0].sources
    assert [record.name for record in records] == ["mm", "dbip", "ipfire"]
    assert all(
        record.built == BUILT and record.rows_v4 > 60 and len(record.sha256) == 64 for record in records
    )


def test_equal_sources_give_the_same_table_anywhere(tmp_path: Path) -> None:
    benches = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        benches.append(Bench(tmp_path / name))
    assert benches[0].build() == benches[1].build()


def test_nothing_but_the_table_and_its_note_stays(bench: Bench) -> None:
    bench.build()
    assert {path.name for path in bench.layout.folder.iterdir()} == {"table.bwt", "status.json", "build.lock"}


def test_a_source_can_be_left_out_and_then_both_others_have_to_agree(bench: Bench) -> None:
    bench.build(mm=())
    assert [record.name for record in tablefile.read(bench.layout.table)[0].sources] == ["dbip", "ipfire"]
    assert bench.where("147.8.145.43") == "HK"


def test_with_one_source_nothing_is_unanimous_and_the_operator_is_told(bench: Bench) -> None:
    bench.build(mm=(), dbip=())
    assert bench.where("147.8.145.43") is None
    assert any("no restriction can ever be enforced" in line for line in bench.said)


def test_no_source_at_all_is_refused(bench: Bench) -> None:
    with pytest.raises(SourceError, match="no_sources"):
        bench.build(mm=(), dbip=(), ipfire=())
    with pytest.raises(ConfigurationError, match="unknown_source"):
        bench.build(whois=())


def test_old_sources_are_no_reason_to_refuse_the_table_they_make(bench: Bench) -> None:
    build(bench.data, Order(bench.files(), limits=LIMITS), bench.said.append, lambda: NOW + 5_000 * DAY)
    assert is_built(bench.data)


def test_a_copy_of_another_source_is_refused(bench: Bench) -> None:
    bench.prefixes["dbip"] = dict(bench.prefixes["mm"])
    assert bench.refused() == {"copies"}
    assert not bench.layout.table.exists()


def test_a_source_cut_short_is_refused(bench: Bench) -> None:
    bench.build()
    bench.prefixes["mm"] = canary_prefixes() | dict(list(filler(1).items())[::3])
    assert bench.refused() == {"row_count"}


def test_a_source_with_hardly_any_rows_is_refused_even_the_first_time(bench: Bench) -> None:
    bench.prefixes["mm"] = canary_prefixes()
    assert "row_count" in bench.refused()


def test_a_canary_in_another_country_is_refused(bench: Bench) -> None:
    for prefixes in bench.prefixes.values():
        prefixes["147.8.145.0/24"] = "CN"
    assert bench.refused() == {"canary"}
    assert any("147.8.145.43 is in HK, the table says CN" in line for line in bench.said)


def test_a_country_that_moved_is_refused(bench: Bench) -> None:
    for prefixes in bench.prefixes.values():
        prefixes["90.0.0.0/17"] = "UA"
    bench.build()
    for prefixes in bench.prefixes.values():
        prefixes["90.0.0.0/17"] = "RU"
    assert bench.refused() == {"changed_share"}
    assert bench.where("90.0.2.3") == "UA"


def test_sources_that_stop_agreeing_are_refused(bench: Bench) -> None:
    for prefixes in bench.prefixes.values():
        prefixes["90.0.0.0/17"] = "UA"
    bench.build()
    bench.prefixes["dbip"]["90.0.0.0/17"] = "RU"
    assert bench.refused() == {"unanimous_share"}


def test_a_refused_table_changes_nothing(bench: Bench) -> None:
    before = bench.build()
    bench.prefixes["dbip"] = dict(bench.prefixes["mm"])
    bench.refused()
    assert tablefile.read(bench.layout.table)[1] == before
    assert {path.name for path in bench.layout.folder.iterdir()} == {"table.bwt", "status.json", "build.lock"}


def test_an_operator_may_accept_a_finding_by_its_code_and_only_that(bench: Bench) -> None:
    bench.prefixes["dbip"] = dict(bench.prefixes["mm"])
    assert bench.refused("changed_share") == {"copies"}
    bench.build("copies")
    assert any(line.startswith("Accepted: copies") for line in bench.said)


def test_a_corrupt_table_in_place_is_replaced(bench: Bench) -> None:
    bench.build()
    bench.layout.table.write_bytes(b"rubbish")
    assert not is_built(bench.data)
    bench.build()
    assert is_built(bench.data)


def test_what_a_crashed_build_left_is_destroyed(bench: Bench) -> None:
    bench.layout.workshop.mkdir(parents=True)
    (bench.layout.workshop / "geolite2.mmdb").write_bytes(b"left")
    bench.layout.candidate.write_bytes(b"half")
    bench.build()
    assert not bench.layout.workshop.exists()
    assert not bench.layout.candidate.exists()


def test_an_unreadable_source_leaves_the_table_alone(bench: Bench) -> None:
    before = bench.build()
    (bench.folder / "bad").write_bytes(b"<html>")
    with pytest.raises(SourceError):
        bench.build(mm=(bench.folder / "bad",))
    assert tablefile.read(bench.layout.table)[1] == before


def test_a_table_being_read_is_not_torn_by_a_swap(bench: Bench) -> None:
    bench.build()
    with bench.layout.table.open("rb") as reader:
        first = reader.read(10)
        bench.prefixes["mm"]["91.0.0.0/24"] = "UA"
        bench.build()
        rest = reader.read()
    (bench.folder / "copy").write_bytes(first + rest)
    assert tablefile.read(bench.folder / "copy")


def test_the_note_tells_when_and_what_was_measured(bench: Bench) -> None:
    built = bench.build()
    note = json.loads(bench.layout.note.read_text())
    assert (note["table"], note["compiled"]) == (built, NOW)
    assert 0 < note["figures"]["agreement"]["v4"]["mm, dbip"] < 1.01


def fake_client(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def archive(path: Path, member: str, content: bytes) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        entry = tarfile.TarInfo(member)
        entry.size = len(content)
        tar.addfile(entry, BytesIO(content))
    return path


@pytest.fixture
def clients(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Clients on the path that serve from files, so that nothing is downloaded."""
    place = bench.folder / "bin"
    place.mkdir()
    monkeypatch.setenv("PATH", str(place), prepend=os.pathsep)
    return lambda name, script: fake_client(place, name, script)


def packed(bench: Bench) -> str:
    """A shell script that does what `npm pack PACKAGE ... --pack-destination FOLDER` does."""
    files = bench.files()
    mm = archive(bench.folder / "mm.tgz", "package/geolite2-country.mmdb", files["mm"][0].read_bytes())
    dbip = archive(bench.folder / "dbip.tgz", "package/dbip-country.mmdb", files["dbip"][0].read_bytes())
    return f"""
echo "$@" >> {bench.folder}/calls
case "$2" in *geolite2*) file={mm};; *) file={dbip};; esac
while [ "$1" != --pack-destination ]; do shift; done
cp "$file" "$2/package.tgz"
"""


def test_a_source_is_fetched_only_if_it_is_not_given(bench: Bench, clients) -> None:
    clients("npm", packed(bench))
    files = bench.files()
    order = Order({"dbip": files["dbip"], "ipfire": files["ipfire"]}, limits=LIMITS)
    build(bench.data, order, bench.said.append, lambda: NOW)
    calls = (bench.folder / "calls").read_text().splitlines()
    assert len(calls) == 1
    assert "@ip-location-db/geolite2-country-mmdb" in calls[0]
    assert bench.where("147.8.145.43") == "HK"


def test_what_is_downloaded_and_its_licence_are_told_before(bench: Bench, clients) -> None:
    clients("npm", "echo npm offline >&2; exit 1")
    with pytest.raises(SourceError) as caught:
        build(bench.data, Order({"ipfire": bench.files()["ipfire"]}, limits=LIMITS), bench.said.append)
    assert caught.value.code == "source_download_failed"
    assert "npm offline" in caught.value.detail
    told = "\n".join(bench.said)
    assert "GeoLite2 Country by MaxMind" in told
    assert "End User License Agreement" in told


def test_no_download_outlives_the_build(bench: Bench, clients) -> None:
    clients("npm", packed(bench))
    build(
        bench.data, Order({"ipfire": bench.files()["ipfire"]}, limits=LIMITS), bench.said.append, lambda: NOW
    )
    kept = [path.name for path in bench.data.rglob("*") if path.is_file()]
    assert sorted(kept) == ["build.lock", "status.json", "table.bwt"]
    assert f"--cache {bench.layout.workshop}" in (bench.folder / "calls").read_text()


def test_no_download_outlives_a_failed_build(bench: Bench, clients) -> None:
    clients("npm", packed(bench))
    bench.prefixes["dbip"] = {"1.0.0.0/24": "CN", "2400::/12": "CN"}
    clients("npm", packed(bench))
    with pytest.raises(SanityError):
        build(
            bench.data,
            Order({"ipfire": bench.files()["ipfire"]}, limits=LIMITS),
            bench.said.append,
            lambda: NOW,
        )
    assert [path.name for path in bench.data.rglob("*") if path.is_file()] == ["build.lock"]


@pytest.mark.parametrize(
    "member", ["package/other.mmdb", "../geolite2-country.mmdb", "/package/geolite2-country.mmdb"]
)
def test_a_package_without_the_file_is_refused(bench: Bench, clients, member: str) -> None:
    wrong = archive(bench.folder / "wrong.tgz", member, b"x")
    clients("npm", f'while [ "$1" != --pack-destination ]; do shift; done; cp {wrong} "$2/package.tgz"')
    with pytest.raises(SourceError) as caught:
        build(bench.data, Order(limits=LIMITS), bench.said.append)
    assert caught.value.code == "source_download_failed"


def test_a_missing_client_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(bench.folder))
    monkeypatch.setattr("sys.executable", str(bench.folder / "python"))
    with pytest.raises(GeoError) as caught:
        build(bench.data, Order(limits=LIMITS), bench.said.append)
    assert caught.value.code == "source_client_missing"
