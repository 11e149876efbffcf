"""Everything in force, for programs: one JSON object, described as OpenAPI."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field

from bailiwick.ledger import queries
from bailiwick.ledger.configuration import configured
from bailiwick.orders.receipts import verifier
from bailiwick.register.answers import FOR_MINUTES, public, respond
from bailiwick.register.book import Book, Restriction, Standing, open_book
from bailiwick.register.feeds import LATEST

JSON: Final = "application/json"
FOR_HALF_A_MINUTE: Final = "public, max-age=30"
_HASH: Final = r"^[0-9a-f]{64}$"
_ID: Final = r"^[0-9a-f]{32}$"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class AuthorityOut(_Part):
    """Whose demand it was. `name`: from the published description, else what it is and whose."""

    id: str = Field(pattern=_ID)
    name: str
    state: str
    kind: str


class RestrictionOut(_Part):
    """A restriction in force now, or to come: on people located in `territories`, in one meeting, in
    `[from, until)`. All of it is what the log's entry `index` and later entries say."""

    restriction: str = Field(pattern=_ID)
    standing: str = Field(pattern="^(in_force|to_come)$")
    authority: AuthorityOut
    law: str
    reasons: list[str]
    territories: list[str]
    from_: datetime = Field(alias="from")
    until: datetime
    target: str = Field(
        pattern=_HASH, description="Commitment to the meeting; whoever has the salt can open it"
    )
    document: str = Field(pattern=_HASH)
    renews: str | None
    index: int = Field(ge=0)
    page_url: str
    proof_url: str
    document_url: str


class RuleOut(_Part):
    """The server-wide access rule."""

    mode: str = Field(pattern="^(allow|deny)$")
    territories: list[str]
    undetermined: str = Field(pattern="^(admit|refuse|waiting_room)$")
    document: str = Field(pattern=_HASH)
    since: datetime
    index: int = Field(ge=0)


class VersionOut(_Part):
    """The version of a policy that is in force."""

    policy: str
    document: str = Field(pattern=_HASH)
    since: datetime
    index: int = Field(ge=0)


class TableOut(_Part):
    """The location table that decides for all nodes."""

    table: str = Field(pattern=_HASH)
    overrides: str | None = Field(pattern=_HASH)
    since: datetime
    index: int = Field(ge=0)


class InForce(_Part):
    """Everything in force, by the first `size` entries of the log `origin`."""

    origin: str
    size: int = Field(ge=0)
    demands_taken: bool | None = Field(
        description="Whether this server takes demands of authorities. false: nothing is enforced, and "
        "`restrictions` is empty. null: the log does not say yet"
    )
    restrictions: list[RestrictionOut]
    server_rule: RuleOut | None
    policies: list[VersionOut]
    location_table: TableOut | None
    receipt_key: str = Field(description="Verifier key (C2SP signed note) of the receipts people are given")


@public
def in_force(request: HttpRequest) -> HttpResponseBase:
    """Everything in force; 503 while the log does not go on, for then nobody can tell."""
    queries.check_goes_on()
    found = listed(open_book(), timezone.now())
    data = found.model_dump_json(by_alias=True).encode()
    return respond(request, data, JSON, FOR_HALF_A_MINUTE)


def listed(book: Book, now: datetime) -> InForce:
    """What `/register/in-force.json` says at an instant."""
    standing = book.standing(now, Standing.IN_FORCE, Standing.TO_COME)
    switched, rule = book.takes_demands, book.rule
    kinds = sorted({each.entry.policy for each in book.policies})
    policies = [found for kind in kinds if (found := book.policy(kind)) is not None]
    table = book.tables[-1] if book.tables else None
    return InForce(
        origin=configured().origin,
        size=book.size,
        demands_taken=None if switched is None else switched.entry.on,
        restrictions=[_restriction(book, each, book.stands(each, now)) for each in standing],
        server_rule=None if rule is None else RuleOut(
            mode=rule.entry.mode, territories=list(rule.entry.territories),
            undetermined=rule.entry.undetermined, document=rule.entry.document,
            since=rule.entry.at, index=rule.index,
        ),
        policies=[
            VersionOut(policy=each.entry.policy, document=each.entry.document, since=each.entry.at,
                       index=each.index)
            for each in policies
        ],
        location_table=None if table is None else TableOut(
            table=table.entry.table, overrides=table.entry.overrides, since=table.entry.at, index=table.index
        ),
        receipt_key=verifier().vkey,
    )  # fmt: skip


def _restriction(book: Book, found: Restriction, standing: Standing) -> RestrictionOut:
    entry, site, index = found.entry, settings.PUBLIC_URL, found.approved.index
    return RestrictionOut(
        restriction=found.id,
        standing=standing.value,
        authority=AuthorityOut(
            id=entry.authority,
            name=book.whose(entry.authority, entry.state, entry.kind),
            state=entry.state,
            kind=entry.kind,
        ),
        law=entry.law,
        reasons=list(entry.reasons),
        territories=list(found.territories),
        from_=entry.begins,
        until=found.until,
        target=entry.target,
        document=entry.document,
        renews=entry.renews,
        index=index,
        page_url=f"{site}/register/restrictions/{found.id}",
        proof_url=f"{site}/log/proof/{index}",
        document_url=f"{site}/log/documents/{entry.document}",
    )


@public
def openapi(request: HttpRequest) -> HttpResponseBase:
    """The description of what the register gives to programs (OpenAPI 3.1)."""
    import json

    return respond(request, json.dumps(description(), indent=1).encode(), JSON, FOR_MINUTES)


def description() -> dict[str, Any]:
    """The same as an object."""
    schema = InForce.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
    parts = schema.pop("$defs")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bailiwick: the public register",
            "version": "1",
            "description": "For everybody, without a key, from any page. Answers carry an ETag; ask again "
            "with If-None-Match. Everything rests on the public log at /log/, where each entry can be "
            "verified.",
        },
        "servers": [{"url": settings.PUBLIC_URL}],
        "paths": {path: {"get": _operation(*each)} for path, each in _PATHS.items()},
        "components": {"schemas": {**parts, "InForce": schema}},
    }


_REPORT: Final = "/register/reports/{period}"
_PATHS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "/register/in-force.json": (
        "Everything in force", JSON, {"$ref": "#/components/schemas/InForce"}
    ),
    "/register/feed.json": ("The latest entries, as a JSON Feed 1.1", "application/feed+json", {}),
    "/register/feed.atom": ("The latest entries, as Atom (RFC 4287)", "application/atom+xml", {}),
    f"{_REPORT}.json": ("A half-yearly report", JSON, {}),
    f"{_REPORT}.csv": ("Its table by state", "text/csv", {}),
    f"{_REPORT}-dsa.csv": ("Its orders in the columns of the DSA's template", "text/csv", {}),
}  # fmt: skip

_PERIOD: Final = {
    "name": "period", "in": "path", "required": True,
    "schema": {"type": "string", "pattern": "^[0-9]{4}-H[12]$"},
}  # fmt: skip
_PAGE: Final = {
    "name": "page", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 0},
    "description": f"An archive: the page-th {LATEST} entries of the log. Without it, the latest {LATEST}",
}  # fmt: skip
_PARAMETERS: Final[dict[str, list[dict[str, Any]]]] = {
    JSON: [_PERIOD], "text/csv": [_PERIOD],
    "application/feed+json": [_PAGE], "application/atom+xml": [_PAGE],
}  # fmt: skip


def _operation(summary: str, content_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    found = {"description": summary, "content": {content_type: {"schema": schema}}}
    answers = {"200": found, "304": {"description": "You have it already"}}
    if content_type == JSON and schema:
        answers["503"] = {"description": "The public log does not go on: nobody can tell what is in force"}
    asked = _PARAMETERS.get(content_type, []) if schema == {} else []
    if asked == [_PAGE]:
        answers["404"] = {"description": "No such archive: only full ones are"}
    return {"summary": summary, "parameters": asked, "responses": answers}
