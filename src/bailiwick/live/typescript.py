"""Make client/src/protocol/messages.ts from the models of `live.protocol`.

`python -m bailiwick.live.typescript` writes it; with `--check` it only says whether it is up to date (if not,
status 1).
"""

import argparse
import inspect
import json
import sys
import textwrap
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bailiwick.live import protocol

TARGET: Final = Path(__file__).resolve().parents[3] / "client/src/protocol/messages.ts"
WIDTH: Final = 104
HEADER: Final = """\
// Made from src/bailiwick/live/protocol.py by `python -m bailiwick.live.typescript`. Do not edit.
"""
PLAIN: Final[dict[object, str]] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    Any: "unknown",
}
CONSTANTS: Final = (
    "VERSION",
    "SUBPROTOCOL",
    "MAXIMUM_BYTES",
    "HEARTBEAT_SECONDS",
    "MAX_SOUNDS",
    "MAX_PICTURES",
)


def render() -> str:
    """The whole module, as text."""
    parts = [HEADER, *(_constant(name) for name in CONSTANTS), _close_codes()]
    parts += [_interface(model) for model in _models()]
    parts += [_union("FromClient", protocol.FromClient), _union("FromServer", protocol.FromServer)]
    parts.append(_type_names("SERVER_TYPES", protocol.FromServer))
    return "\n".join(parts)


def _constant(name: str) -> str:
    return f"export const {name} = {json.dumps(getattr(protocol, name))};"


def _close_codes() -> str:
    codes = {key: value for key, value in vars(protocol.Close).items() if key.isupper()}
    lines = "".join(f"  {key}: {value},\n" for key, value in codes.items())
    return f"\n{_comment(protocol.Close.__doc__)}export const Close = {{\n{lines}}} as const;\n"


def _models() -> Iterator[type[BaseModel]]:
    """Every message and every part of one, in the order they are written down."""
    bases = {protocol.Message, protocol.Request}
    for value in vars(protocol).values():
        if inspect.isclass(value) and issubclass(value, protocol.Message) and value not in bases:
            yield value


def _interface(model: type[BaseModel]) -> str:
    fields = "".join(f"  {_field(name, field)};\n" for name, field in model.model_fields.items())
    return f"{_comment(model.__doc__)}export interface {model.__name__} {{\n{fields}}}\n"


def _comment(text: str | None) -> str:
    lines = textwrap.wrap(" ".join((text or "").split()), WIDTH)
    if len(lines) == 1:
        return f"/** {lines[0]} */\n"
    return "/**\n" + "".join(f" * {line}\n" for line in lines) + " */\n"


def _field(name: str, field: FieldInfo) -> str:
    optional = "" if field.is_required() else "?"
    return f"{name}{optional}: {_type(field.annotation)}"


def _type(annotation: object) -> str:
    if annotation in PLAIN:
        return PLAIN[annotation]
    if annotation is type(None):
        return "null"
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation.__name__
    return _generic(get_origin(annotation), get_args(annotation))


def _generic(origin: object, arguments: tuple[Any, ...]) -> str:
    if origin is Annotated:
        return _type(arguments[0])
    if origin is Literal:
        return " | ".join(json.dumps(value) for value in arguments)
    if origin in {Union, types.UnionType}:
        return " | ".join(_type(argument) for argument in arguments)
    if origin in {list, tuple}:
        return f"readonly {_element(arguments[0])}[]"
    if origin is dict:
        return f"Readonly<Record<{_type(arguments[0])}, {_type(arguments[1])}>>"
    raise TypeError(f"no TypeScript for {origin!r}")


def _element(annotation: object) -> str:
    text = _type(annotation)
    return f"({text})" if " | " in text else text


def _members(union: object) -> list[type[BaseModel]]:
    return list(get_args(get_args(union)[0]))


def _union(name: str, union: object) -> str:
    lines = "".join(f"\n  | {model.__name__}" for model in _members(union))
    return f"export type {name} ={lines};\n"


def _type_names(name: str, union: object) -> str:
    names = [get_args(model.model_fields["type"].annotation)[0] for model in _members(union)]
    lines = "".join(f"  {json.dumps(text)},\n" for text in names)
    return f'export const {name}: readonly FromServer["type"][] = [\n{lines}];\n'


def main(arguments: list[str]) -> int:
    """Write the file, or with `--check` compare it. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bailiwick.live.typescript", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")
    text = render()
    if not parser.parse_args(arguments).check:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write("client/src/protocol/messages.ts is out of date: python -m bailiwick.live.typescript\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
