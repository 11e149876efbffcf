"""Entries: one form, strictly parsed, and nothing personal in any of them."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bailiwick.ledger import commitments
from bailiwick.ledger.entries import (
    ADAPTER,
    Entry,
    Kinds,
    RestrictionApproved,
    encode,
    json_schema,
    parse,
    statement,
)
from bailiwick.ledger.errors import MalformedEntry
from tests.ledger.kit import NOW
from tests.ledger.samples import SAMPLES, approval, restriction

ROOT = Path(__file__).parents[2]
MODELS = get_args(Entry)
PAGE = (ROOT / "docs/reference/log-entries.md").read_text(encoding="utf-8")


def test_there_is_a_sample_of_every_type() -> None:
    assert [sample.type for sample in SAMPLES] == list(Kinds.ALL)


def canonical(fields: Any) -> bytes:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize("entry", SAMPLES, ids=lambda entry: entry.type)
def test_an_entry_has_one_form_and_is_read_back_from_it(entry: Entry) -> None:
    data = encode(entry)
    assert parse(data) == entry
    assert encode(parse(data)) == data
    assert data == canonical(json.loads(data))


@pytest.mark.parametrize("entry", SAMPLES, ids=lambda entry: entry.type)
def test_any_other_form_is_refused(entry: Entry) -> None:
    data = encode(entry)
    fields = json.loads(data)
    reordered = json.dumps(dict(reversed(fields.items())), separators=(",", ":")).encode()
    others = [
        data + b"\n",
        b" " + data,
        data.replace(b'":', b'": ', 1),
        reordered,
        data[:-1] + b',"x":1}',
        data[:-1] + b',"type":"' + entry.type.encode() + b'"}',
        data.replace(b'"type"', b'"typ\\u0065"'),
        canonical({**fields, "renews": None}),
        data[:-1],
        b"\xef\xbb\xbf" + data,
    ]
    for other in others:
        with pytest.raises(MalformedEntry):
            parse(other)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", b'"x"', b'{"type":"x"}', b"[" * 60_000, b"\xff", b"NaN", b"1" * 5000,
     b'{"type":["demands.switched"]}', b"{" * 3, b" " * 70_000],
    ids=lambda data: data[:20],
)  # fmt: skip
def test_what_is_no_entry_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedEntry) as caught:
        parse(data)
    assert caught.value.__cause__ is None  # pydantic's text would quote what was read


@given(st.binary(max_size=200))
def test_no_bytes_are_an_accident(data: bytes) -> None:
    with pytest.raises(MalformedEntry):
        parse(data)


@given(st.sampled_from(SAMPLES), st.data())
def test_a_flipped_bit_makes_another_entry_or_none(entry: Entry, data: st.DataObject) -> None:
    original = encode(entry)
    at = data.draw(st.integers(0, len(original) - 1))
    flipped = bytearray(original)
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = parse(bytes(flipped))
    except MalformedEntry:
        return
    assert found != entry


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOW.replace(microsecond=1)},
        {"at": NOW.replace(tzinfo=None)},
        {"at": "2026-02-30T12:00:00Z"},
        {"at": "2026-11-21T12:00:00+00:00"},
        {"until": NOW},
        {"territories": ()},
        {"territories": ("FR", "DE")},
        {"territories": ("DE", "DE")},
        {"territories": ("de",)},
        {"law": "x" * 121},
        {"law": "Ada Lovelace"},
        {"law": "Ada 1 <ada@example.org>"},
        {"law": "192.0.2.1"},
        {"law": "line\nline"},
        {"law": " "},
        {"restriction": "x" * 32},
        {"target": "A" * 64},
        {"reasons": ("because",)},
        {"reasons": ()},
        {"approvals": (approval(1),)},
        {"approvals": (approval(1), approval(2), approval(3))},
        {"meeting": "abcd-efgh-ijkl"},
    ],
    ids=str,
)
def test_a_restriction_says_exactly_what_it_must(change: dict[str, Any]) -> None:
    fields = {**restriction().model_dump(by_alias=True), **change}
    with pytest.raises(ValidationError):
        RestrictionApproved.model_validate(fields)


def test_times_are_written_in_utc_whatever_zone_they_come_in() -> None:
    from zoneinfo import ZoneInfo

    there = restriction(at=datetime(2026, 11, 21, 13, tzinfo=ZoneInfo("Europe/Berlin")))
    assert b'"at":"2026-11-21T12:00:00Z"' in encode(there)


def test_two_people_sign_the_entry_without_their_signatures() -> None:
    bare = restriction(approvals=None)
    signed = restriction(approvals=(approval(1), approval(2)))
    assert statement(signed) == encode(bare) == statement(bare)
    assert encode(signed) != encode(bare)
    assert statement(restriction(until=NOW + timedelta(days=2))) != statement(bare)


# ------------------------------------------------------------ nothing personal


def strings(schema: Any, definitions: dict[str, Any], path: str) -> list[tuple[str, dict[str, Any]]]:
    """Every place in a type of entry where a text can stand, with its schema."""
    if isinstance(schema, list):
        return [found for part in schema for found in strings(part, definitions, path)]
    if not isinstance(schema, dict):
        return []
    if "$ref" in schema:
        return strings(definitions[schema["$ref"].rpartition("/")[2]], definitions, path)
    if schema.get("type") == "string" or "enum" in schema or "const" in schema:
        return [(path, schema)]
    found = []
    for name, part in schema.get("properties", {}).items():
        found += strings(part, definitions, f"{path}.{name}")
    for key in ("items", "prefixItems", "anyOf", "oneOf", "allOf"):
        found += strings(schema.get(key), definitions, path)
    return found


NAMES_IN = ("Ada Lovelace", "ada@example.org", "192.0.2.1", "2001:db8::1", "Weekly board", "abcd-efgh-ijkl")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_p9_no_field_of_an_entry_can_carry_a_name_a_title_an_address_or_a_link(model: Any) -> None:
    schema = model.model_json_schema(by_alias=True)
    places = strings(schema, schema.get("$defs", {}), model.__name__)
    assert places
    for place, found in places:
        closed = "enum" in found or "const" in found
        assert closed or "pattern" in found, f"{place} is free text"
        if closed:
            continue
        pattern = found["pattern"]
        assert pattern.startswith("^"), place
        assert pattern.endswith("$"), place
        fits = [text for text in NAMES_IN if re.search(pattern, text)]
        # a citation of a law, bounded, is what two people review; a passkey's signature is long Base64
        assert fits == [] or place.endswith((".law", ".client_data", ".authenticator_data", ".signature")), (
            place
        )


def test_p9_a_model_has_no_other_kinds_of_fields() -> None:
    """Numbers could count people and objects hide anything: the few there are, are known."""
    numbers = set()
    for model in MODELS:
        schema = model.model_json_schema(by_alias=True)
        assert schema["additionalProperties"] is False
        for part in [schema, *schema.get("$defs", {}).values()]:
            assert part["additionalProperties"] is False
            for name, field in part["properties"].items():
                if field.get("type") in {"integer", "number", "object"}:
                    numbers.add(f"{model.__name__}.{name}")
    assert numbers == {"ServerRuleChanged.rule"}


def test_a_commitment_is_opened_by_its_salt_alone() -> None:
    salt, other = commitments.new_salt(), commitments.new_salt()
    made = commitments.commitment(salt, b"meeting")
    assert commitments.opens(made, salt, b"meeting")
    assert not commitments.opens(made, salt, b"another")
    assert not commitments.opens(made, other, b"meeting")
    assert len(salt) == 32
    # RFC 4231, test case 2
    known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert commitments.commitment(b"Jefe", b"what do ya want for nothing?") == known


# ------------------------------------------------------------ the reference


def test_the_schema_in_the_reference_is_that_of_the_code() -> None:
    written = json.loads((ROOT / "docs/reference/log-entries.schema.json").read_text(encoding="utf-8"))
    assert written == json_schema()


def test_the_reference_names_every_type_every_field_and_every_word() -> None:
    headings = "\n".join(re.findall(r"^### .*$", PAGE, re.MULTILINE))
    assert set(re.findall(r"`([a-z._]+)`", headings)) == set(Kinds.ALL)
    for model in MODELS:
        schema = model.model_json_schema(by_alias=True)
        for part in [schema, *schema.get("$defs", {}).values()]:
            for name in part["properties"]:
                assert name == "type" or f"`{name}`" in PAGE, name
    words = re.findall(r'"enum": (\[[^]]*\])', json.dumps(json_schema()))
    for listed in words:
        for word in json.loads(listed):
            assert f"`{word}`" in PAGE, word


def test_the_adapter_tells_types_apart_by_their_name() -> None:
    for sample in SAMPLES:
        assert type(ADAPTER.validate_json(encode(sample))) is type(sample)
