"""Source files for tests: small, sound, and with the canaries of the sanity check where they belong."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path

from bailiwick.geo.sanity import CANARIES
from tests.factories.mmdb import country_ranges, write_mmdb

BUILT = 1_780_000_000  # 28 May 2026
DAY = 86_400


def canary_prefixes() -> dict[str, str]:
    """A /24 or /48 around each canary."""
    lengths = {4: 24, 6: 48}
    return {
        str(ip_network((text, lengths[ip_address(text).version]), strict=False)): code
        for text, code in CANARIES.items()
    }


def mmdb_file(path: Path, prefixes: Mapping[str, str], *, built: int = BUILT, record_size: int = 24) -> Path:
    """A source as the npm packages have it, both families in one tree."""
    v4, v6 = country_ranges(prefixes, 4), country_ranges(prefixes, 6)
    write_mmdb(path, v4, v6, built=built, record_size=record_size)
    return path


def text_files(folder: Path, prefixes: Mapping[str, str]) -> tuple[Path, Path]:
    """A source as Debian's tor-geoipdb has it: one file per family."""
    networks = sorted((ip_network(prefix), code) for prefix, code in prefixes.items() if ":" not in prefix)
    v4 = [f"{int(n[0])},{int(n[-1])},{code}" for n, code in networks]
    networks6 = sorted((ip_network(prefix), code) for prefix, code in prefixes.items() if ":" in prefix)
    v6 = [f"{n[0]},{n[-1]},{code}" for n, code in networks6]
    return text_file(folder / "geoip", v4), text_file(folder / "geoip6", v6)


def text_file(path: Path, lines: Iterable[str], generated: str = "Thu, 28 May 2026 20:26:40 GMT") -> Path:
    head = f"# Location Database Export\n#\n# Generated: {generated}\n# License:   CC BY-SA 4.0\n#\n"
    path.write_text(head + "".join(f"{line}\n" for line in lines), "ascii")
    return path


def filler(seed: int, count: int = 60) -> dict[str, str]:
    """Prefixes that sources with different seeds mostly agree on: copies of one another would not pass."""
    own = {i for i in range(count) if i % 10 == seed}
    return {
        **{f"60.0.{i}.0/24": "NZ" if i in own else "AU" for i in range(count)},
        **{f"2a0a:{i:x}::/32": "AT" if i in own else "DE" for i in range(count)},
    }
