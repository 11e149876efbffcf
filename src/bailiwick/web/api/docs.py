"""The API described for people: a page of ours, rendered from the OpenAPI document. It needs no script, works
with a keyboard and a screen reader, and can be printed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

_METHODS: Final = ("get", "post", "put", "patch", "delete")
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Named:
    """A parameter or a field: its type in words, and whether it must be there."""

    name: str
    type: str
    required: bool
    about: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One request. `takes`, `gives`: names of objects described below, or their type; empty for none."""

    id: str
    method: str
    path: str
    about: str
    parameters: list[Named]
    takes: str
    gives: list[tuple[str, str]]
    signed_in: bool


@dataclass(slots=True)
class Group:
    """The requests under one heading."""

    name: str
    operations: list[Operation] = field(default_factory=list)


class Pages(DocsBase):
    """What is shown at `/api/docs`."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """The page, always that of the API that is served."""
        described = api.get_openapi_schema()
        context = {
            "api": api,
            "groups": groups(described),
            "objects": objects(described),
            "openapi_url": self.get_openapi_url(api, kwargs),
        }
        return render(request, "web/api.html", context)


def groups(described: Schema) -> list[Group]:
    """All requests, by their first tag, in the order of the document."""
    found: dict[str, Group] = {}
    for path, item in described["paths"].items():
        for method in _METHODS:
            if method in item:
                name = (item[method].get("tags") or [""])[0]
                found.setdefault(name, Group(name)).operations.append(_operation(method, path, item[method]))
    return list(found.values())


def _operation(method: str, path: str, said: Schema) -> Operation:
    return Operation(
        id=str(said["operationId"]),
        method=method.upper(),
        path=path,
        about=said.get("description") or said.get("summary", ""),
        parameters=[_parameter(each) for each in said.get("parameters", ())],
        takes=_body(said.get("requestBody", {})),
        gives=[(str(status), _body(answer)) for status, answer in said.get("responses", {}).items()],
        signed_in=bool(said.get("security")),
    )


def _parameter(said: Schema) -> Named:
    return Named(said["name"], type_of(said.get("schema", {})), bool(said.get("required")))


def _body(said: Schema) -> str:
    schemas = [each.get("schema", {}) for each in said.get("content", {}).values()]
    return type_of(schemas[0]) if schemas else ""


def objects(described: Schema) -> Iterator[tuple[str, str, list[Named]]]:
    """Name, description and fields of every object."""
    for name, said in sorted(described.get("components", {}).get("schemas", {}).items()):
        required = said.get("required", ())
        fields = [
            Named(key, type_of(value), key in required, value.get("description", ""))
            for key, value in said.get("properties", {}).items()
        ]
        yield name, said.get("description", "") or type_of(said), fields


def type_of(said: Schema) -> str:
    """A JSON Schema in a few words."""
    if "$ref" in said:
        return str(said["$ref"]).rpartition("/")[2]
    if "anyOf" in said:
        return " | ".join(type_of(each) for each in said["anyOf"])
    if "enum" in said:
        return " | ".join(f'"{each}"' for each in said["enum"])
    if said.get("type") == "array":
        return f"[{type_of(said.get('items', {}))}]"
    return " ".join(filter(None, (str(said.get("type", "any")), said.get("format", ""))))
