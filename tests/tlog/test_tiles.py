"""Tiles and bundles: paths, contents, readers; the specification's examples, a public log, many sizes."""

from functools import cache
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.tlog.errors import (
    EntryTooLong,
    LogMismatch,
    MalformedBundle,
    MalformedPath,
    MalformedTile,
    NotStored,
    OutOfRange,
)
from bailiwick.tlog.hashing import leaf_hash, root_of
from bailiwick.tlog.proofs import verify_consistency, verify_inclusion
from bailiwick.tlog.reading import (
    Fetch,
    TileBuilder,
    TileReader,
    check_log,
    read_bundle,
    read_entry,
    read_tile,
    rebuild,
)
from bailiwick.tlog.tiles import (
    Bundle,
    Tile,
    bundles_of,
    decode_bundle,
    decode_tile,
    encode_bundle,
    encode_tile,
    parse_path,
    tiles_of,
)
from bailiwick.tlog.tree import MemoryTree, consistency_proof, inclusion_proof, root
from tests.tlog.vectors import folder

WORDS: Final = "one two three four five six seven eit nain ten ileven twelf threeten fourten fivten"
"""The entries of Tessera's test log, as they are written there."""

ENTRIES: Final = [f"entry {number}".encode() for number in range(70_000)]
LEAVES: Final = list(map(leaf_hash, ENTRIES))


@cache
def tree() -> MemoryTree:
    return MemoryTree(LEAVES)


def stored(size: int) -> dict[str, bytes]:
    return {resource.path: data for resource, data in rebuild(ENTRIES[:size])}


def fetching(files: dict[str, bytes]) -> Fetch:
    def fetch(path: str) -> bytes:
        if path not in files:
            raise NotStored("no such path")
        return files[path]

    return fetch


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (Tile(0, 5), "tile/0/005"),
        (Tile(3, 1_234_067), "tile/3/x001/x234/067"),
        (Tile(63, 1000, 1), "tile/63/x001/000.p/1"),
        (Bundle(0, 255), "tile/entries/000.p/255"),
        (Bundle(999_999), "tile/entries/x999/999"),
    ],
)
def test_a_path_is_written_in_groups_of_three_digits(resource: Tile | Bundle, path: str) -> None:
    assert resource.path == path
    assert parse_path(path) == resource


@pytest.mark.parametrize(
    "path",
    [
        *("tile/0/5", "tile/0/0005", "tile/00/005", "tile/64/000", "tile/0/x000/005", "tile/0/001/234"),
        *("tile/0/005.p/0", "tile/0/005.p/256", "tile/0/005.p/01", "tile/0/005.p", "/tile/0/005"),
        *("tile/0/005\n", "tile/0/\u0660\u0660\u0660", "tile/-1/005", "tile/entries/x001", "entries/000", ""),
        *("tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/../000", "tile/0/005/", "tile/data/000"),
    ],
)
def test_another_spelling_of_a_path_is_refused(path: str) -> None:
    with pytest.raises(MalformedPath):
        parse_path(path)


@given(st.text() | st.from_regex(r"tile/(entries|[0-9]{1,2})/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?"))
def test_an_arbitrary_path_is_a_resource_or_a_coded_error(path: str) -> None:
    try:
        assert parse_path(path).path == path
    except MalformedPath as error:
        assert error.code == "malformed_path"  # noqa: PT017


def test_a_tree_of_70_000_has_the_tiles_of_the_specification() -> None:
    tiles = list(tiles_of(70_000))
    widths = {level: [tile.width for tile in tiles if tile.level == level] for level in range(3)}
    assert widths == {0: [256] * 273 + [112], 1: [256, 17], 2: [1]}
    assert len(tiles) == 277
    assert [tile.path for tile in tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert list(tiles_of(0)) == []


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_what_an_append_adds_is_the_difference_of_the_two_trees(first: int, second: int) -> None:
    old, new = sorted((first, second))
    assert set(tiles_of(new, old)) == set(tiles_of(new)) - set(tiles_of(old))
    assert set(bundles_of(new, old)) == set(bundles_of(new)) - set(bundles_of(old))


def test_a_log_never_shrinks() -> None:
    with pytest.raises(OutOfRange):
        list(tiles_of(4, 5))
    with pytest.raises(OutOfRange):
        list(tiles_of(-1))


def test_places_that_no_log_has_are_refused() -> None:
    for level, index, width in [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257), (0, 2**55, 1)]:
        with pytest.raises(OutOfRange):
            Tile(level, index, width)


@pytest.mark.parametrize("size", [1, 15, 255, 256, 257, 512, 1000, 65_535, 65_536, 70_000])
def test_tiles_rebuilt_from_entries_are_those_made_from_the_tree(size: int) -> None:
    files = stored(size)
    assert set(files) == {place.path for place in [*tiles_of(size), *bundles_of(size)]}
    for tile in tiles_of(size):
        assert files[tile.path] == encode_tile(tile, tree().node)
    assert root(size, TileReader(size, fetching(files)).node) == tree().root(size)


@given(st.integers(1, 70_000), st.data())
def test_proofs_and_entries_read_from_tiles_verify(size: int, data: st.DataObject) -> None:
    everything = fetching(files_with_partials(size))
    reader = TileReader(size, everything)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    entry = read_entry(index, size, everything)
    assert entry == ENTRIES[index]
    proof = inclusion_proof(index, size, reader.node)
    verify_inclusion(leaf_hash(entry), index, size, proof, tree().root(size))
    growth = consistency_proof(old, size, reader.node)
    verify_consistency(old, size, tree().root(old), tree().root(size), growth)


@cache
def whole() -> dict[str, bytes]:
    return stored(70_000)


def files_with_partials(size: int) -> dict[str, bytes]:
    partial = {tile.path: encode_tile(tile, tree().node) for tile in tiles_of(size) if tile != tile.full}
    last = {
        bundle.path: encode_bundle(ENTRIES[bundle.index * 256 : size])
        for bundle in bundles_of(size)
        if bundle != bundle.full
    }
    return {**whole(), **partial, **last}


def test_where_a_partial_tile_is_gone_the_full_one_serves() -> None:
    files = stored(512)
    assert read_tile(Tile(0, 1, 7), fetching(files)) == LEAVES[256:263]
    assert read_bundle(Bundle(1, 7), fetching(files)) == ENTRIES[256:263]
    assert root(300, TileReader(300, fetching({**files, **stored(300)})).node) == tree().root(300)
    with pytest.raises(NotStored):
        read_tile(Tile(0, 2, 7), fetching(files))


def test_a_reader_and_a_log_have_only_what_their_size_has() -> None:
    reader = TileReader(300, fetching(stored(300)))
    for height, index in [(0, 300), (9, 0), (-1, 0), (0, -1), (64, 0)]:
        with pytest.raises(OutOfRange):
            reader.node(height, index)
    for index in (-1, 300):
        with pytest.raises(OutOfRange):
            read_entry(index, 300, fetching(stored(300)))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_comes_back_as_it_went_in(entries: list[bytes]) -> None:
    assert decode_bundle(Bundle(0, len(entries)), encode_bundle(entries)) == entries


@given(st.integers(1, 256), st.binary(max_size=2000))
def test_arbitrary_bytes_are_a_bundle_and_a_tile_or_a_coded_error(width: int, data: bytes) -> None:
    try:
        assert encode_bundle(decode_bundle(Bundle(0, width), data)) == data
    except MalformedBundle as error:
        assert error.code == "malformed_bundle"  # noqa: PT017
    try:
        assert b"".join(decode_tile(Tile(0, 0, width), data)) == data
    except MalformedTile as error:
        assert error.code == "malformed_tile"  # noqa: PT017


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\x00\x01", b"\x00\x00\x00", b"\x00\x00\x00\x00", b"\x00\x02a"]
)
def test_a_bundle_with_an_entry_cut_missing_or_too_many_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedBundle):
        decode_bundle(Bundle(0, 1), data)


def test_an_entry_that_no_bundle_can_carry_is_refused() -> None:
    longest = b"x" * 65_535
    assert decode_bundle(Bundle(0, 1), encode_bundle([longest])) == [longest]
    with pytest.raises(EntryTooLong):
        encode_bundle([longest + b"x"])
    for count in (0, 257):
        with pytest.raises(OutOfRange):
            encode_bundle([b""] * count)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 600])
def test_a_whole_log_is_found_right(size: int) -> None:
    files = stored(size)
    seen = list(check_log(size, root_of(LEAVES[:size]), fetching(files)))
    assert sorted(place.path for place in seen) == sorted(files)


@given(st.integers(1, 700), st.data())
def test_any_flipped_byte_of_a_stored_log_is_found_and_its_place_told(size: int, data: st.DataObject) -> None:
    files = stored(size)
    path = data.draw(st.sampled_from(sorted(files)))
    changed = bytearray(files[path])
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(LogMismatch) as found:
        list(check_log(size, root_of(LEAVES[:size]), fetching({**files, path: bytes(changed)})))
    # an entry that differs shows first in the tile above it
    assert found.value.path == path or path.replace("entries", "0") == found.value.path


@given(st.integers(1, 700), st.data())
def test_a_missing_part_and_another_root_are_found(size: int, data: st.DataObject) -> None:
    files = stored(size)
    path = data.draw(st.sampled_from(sorted(files)))
    without = {place: content for place, content in files.items() if place != path}
    with pytest.raises(LogMismatch) as found:
        list(check_log(size, root_of(LEAVES[:size]), fetching(without)))
    assert found.value.path == path
    with pytest.raises(LogMismatch) as found:
        list(check_log(size, root_of(LEAVES[: size - 1]), fetching(files)))
    assert found.value.path == "checkpoint"


def test_a_builder_tells_the_root_at_every_size() -> None:
    builder = TileBuilder()
    for size in range(1, 1030):
        list(builder.add(LEAVES[size - 1]))
        assert builder.root() == tree().root(size)


def test_the_public_log_of_tessera_is_rebuilt_byte_for_byte() -> None:
    log = folder("tessera-log")
    entries = [word.encode() for word in WORDS.split()]
    on_disk = {
        path.relative_to(log).as_posix(): path.read_bytes()
        for path in (log / "tile").rglob("?*")
        if path.is_file()
    }
    ours: dict[str, bytes] = {}
    for size in range(1, len(entries) + 1):
        ours |= {resource.path: data for resource, data in rebuild(entries[:size])}
    assert ours == on_disk
