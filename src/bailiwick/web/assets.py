"""The built client's files, found through Vite's manifest (client/vite.config.ts)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.checks import Error, register

BUILT: Final = Path(__file__).parent / "static" / "built"
_cached: dict[Path, tuple[int, dict[str, Any]]] = {}


@dataclass(frozen=True, slots=True)
class Assets:
    """Addresses of an entry's module and style sheets. Vite names files by their content."""

    script: str
    styles: tuple[str, ...]


def assets(entry: str) -> Assets | None:
    """What a page that uses this entry ("src/host.ts") loads; None where the client was not built."""
    manifest = _manifest(Path(getattr(settings, "CLIENT_BUILT", BUILT)) / "manifest.json")
    if entry not in manifest:
        return None
    styles: dict[str, None] = {}
    _collect(manifest, entry, styles, set())
    return Assets(_address(manifest[entry]["file"]), tuple(styles))


def _manifest(path: Path) -> dict[str, Any]:
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        return {}
    known = _cached.get(path)
    if known is None or known[0] != stamp:
        known = _cached[path] = (stamp, json.loads(path.read_text(encoding="utf-8")))
    return known[1]


def _collect(manifest: dict[str, Any], key: str, styles: dict[str, None], seen: set[str]) -> None:
    """Style sheets of the chunks an entry imports come before its own."""
    if key in seen:
        return
    seen.add(key)
    for imported in manifest[key].get("imports", ()):
        _collect(manifest, imported, styles, seen)
    styles.update(dict.fromkeys(map(_address, manifest[key].get("css", ()))))


def _address(file: str) -> str:
    # not static(): a second hash in the name would make the browser load a module twice
    return f"{settings.STATIC_URL}built/{file}"


@register()
def client_is_built(app_configs: object, **_options: object) -> list[Error]:
    """A server without its client would show bare pages: it does not start."""
    if assets("src/main.ts") and assets("src/host.ts"):
        return []
    return [Error("The browser client is not built.", hint="Run bin/setup.", id="web.E001")]
