"""The EU and the EEA as dated tables: where their law applies, by code, from 2004 on.

Rows: codes, first day, last day (both included), source. Member States, and those parts of them that have a
code of their own and that the Treaties cover as they do the rest (TFEU art. 355): Åland, the outermost
regions, and Gibraltar while the United Kingdom was a member. Not FO, GL, PM, PF, NC, WF, TF, AW, BQ, CW, SX,
SJ, GG, IM or JE.
"""

from datetime import date
from typing import Final

TABLES_BEGIN: Final = date(2004, 1, 1)
_ONWARD: Final = date.max

_FIFTEEN = "AT BE DE DK ES FI FR GR IE IT LU NL PT SE"  # with GB, which left
_TEN = "CY CZ EE HU LT LV MT PL SI SK"
_PARTS = "AX GF GP MF MQ RE"
_UNTIL_BREXIT = date(2020, 1, 31)  # ended at midnight, Brussels time
_UNTIL_BL_LEFT = date(2011, 12, 31)

_Row = tuple[str, date, date, str]

MEMBERSHIPS: Final[dict[str, tuple[_Row, ...]]] = {
    "EU": (
        (_FIFTEEN, TABLES_BEGIN, _ONWARD, "members before 2004"),
        ("GB GI", TABLES_BEGIN, _UNTIL_BREXIT, "Withdrawal Agreement, OJ L 29, 31.1.2020, art. 185"),
        (_TEN, date(2004, 5, 1), _ONWARD, "Treaty of Accession 2003, art. 2"),
        ("BG RO", date(2007, 1, 1), _ONWARD, "Treaty of Accession 2005, art. 4"),
        ("HR", date(2013, 7, 1), _ONWARD, "Treaty of Accession 2011, art. 3"),
        (_PARTS, TABLES_BEGIN, _ONWARD, "TFEU art. 349, 355(1) and (4)"),
        ("BL", TABLES_BEGIN, _UNTIL_BL_LEFT, "European Council Decision 2010/718/EU"),
        ("YT", date(2014, 1, 1), _ONWARD, "European Council Decision 2012/419/EU"),
    ),
    "EEA": (
        (f"{_FIFTEEN} IS LI NO", TABLES_BEGIN, _ONWARD, "EEA Agreement, in force 1994-01-01, LI 1995-05-01"),
        ("GB GI", TABLES_BEGIN, _UNTIL_BREXIT, "Withdrawal Agreement, OJ L 29, 31.1.2020, art. 185"),
        (_TEN, date(2004, 5, 1), _ONWARD, "EEA Enlargement Agreement 2003, applied from 2004-05-01"),
        ("BG RO", date(2007, 8, 1), _ONWARD, "EEA Enlargement Agreement 2007, applied from 2007-08-01"),
        ("HR", date(2014, 4, 12), _ONWARD, "EEA Enlargement Agreement 2014, applied from 2014-04-12"),
        (_PARTS, TABLES_BEGIN, _ONWARD, "EEA Agreement art. 126"),
        ("BL", TABLES_BEGIN, _UNTIL_BL_LEFT, "European Council Decision 2010/718/EU"),
        ("YT", date(2014, 1, 1), _ONWARD, "European Council Decision 2012/419/EU"),
    ),
}
