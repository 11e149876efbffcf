"""Where people can be: a location table with a network for every code and every kind of evidence, and what an
address there means, written down apart from the product (its own list of codes, its own counting)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from tests.factories.geo import small_table

_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
    ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
    HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
    LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
    NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
    UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
ALL = _CODES.split()
"""ISO 3166-1 alpha-2, and XK."""

NETWORKS = {
    "all agree": 2, "one is silent": 11, "one contradicts": 12, "all differ": 13, "only one answers": 14,
}  # fmt: skip
"""The first number of the IPv4 networks in which the three sources answer so."""
NOWHERE = "nobody answers"


def answers(evidence: str, code: str) -> tuple[str | None, str | None, str | None]:
    """What the three sources say of somebody there."""
    at = ALL.index(code)
    other, third = ALL[(at + 1) % len(ALL)], ALL[(at + 2) % len(ALL)]
    return {
        "all agree": (code, code, code),
        "one is silent": (code, None, code),
        "one contradicts": (code, other, code),
        "all differ": (code, other, third),
        "only one answers": (None, code, None),
        NOWHERE: (None, None, None),
    }[evidence]


@dataclass(frozen=True)
class Place:
    """Where somebody's connection comes out, as far as anybody can tell."""

    evidence: str = NOWHERE
    code: str = "CN"
    six: bool = False

    @property
    def surely(self) -> str | None:
        """The one place that every source names."""
        found = answers(self.evidence, self.code)
        return found[0] if found[0] is not None and found.count(found[0]) == 3 else None

    @property
    def mostly(self) -> str | None:
        """The place that two sources out of three name."""
        found = answers(self.evidence, self.code)
        return next((each for each in found if each is not None and found.count(each) >= 2), None)

    def address(self, number: int) -> str:
        """Somebody's own address there, like nobody else's."""
        at = ALL.index(self.code)
        if self.evidence == NOWHERE:
            return str(IPv4Address(f"15.{at}.0.0") + 0x9A00 + number)
        if self.six and self.evidence == "all agree":
            return str(IPv6Address(f"2a0{1 + at // 128}:{at:x}::") + (0xFEEDFACE << 32) + number)
        return str(IPv4Address(f"{NETWORKS[self.evidence]}.{at}.0.0") + 0x9A00 + number)


def write_table(path: Path) -> None:
    """The location table of all of these."""
    prefixes: dict[str, tuple[str | None, ...]] = {}
    for at, code in enumerate(ALL):
        for evidence, first in NETWORKS.items():
            prefixes[f"{first}.{at}.0.0/16"] = answers(evidence, code)
        prefixes[f"2a0{1 + at // 128}:{at:x}::/32"] = (code, code, code)
    small_table(path, prefixes)
