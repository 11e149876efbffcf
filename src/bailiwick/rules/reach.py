"""How far each state's word counts (P1): the reviewed table behind `territory.own_territory`.

A row is a set of codes and the law it rests on. The test for a code besides the state's own is strict: the
state's penal law and its courts' jurisdiction reach there as of right, with no act extending them case by
case. Where that is doubtful or disputed the code is left out; a state not listed reaches its own code alone.
States' rows never overlap, and the authorities of a dependent territory reach that territory alone.

Changing a row widens or narrows what authorities can ask: it needs a source, a decision record and two
reviewers.
"""

from typing import Final, NamedTuple


class Reach(NamedTuple):
    """Codes, space-separated, and the source for them or for leaving others out."""

    codes: str
    source: str


REACH: Final[dict[str, Reach]] = {
    # More than the state's own code
    "AU": Reach(
        "AU CC CX NF",
        "Acts Interpretation Act 1901 (Cth) s 2B: in a geographical sense Australia includes Norfolk Island,"
        " Christmas Island and the Cocos (Keeling) Islands, and no other external Territory (so not HM)",
    ),
    "FI": Reach(
        "FI AX",
        "Act on the Autonomy of Åland (1144/1991) s 1 and s 27: part of Finland; penal law, courts and"
        " telecommunications are the State's",
    ),
    "FR": Reach(
        "FR GF GP MQ RE YT BL MF PM",
        "Constitution of 4 October 1958 art. 73 (laws apply as of right: GF GP MQ RE YT); Code général des"
        " collectivités territoriales art. LO 6213-1 (BL), LO 6313-1 (MF), LO 6413-1 (PM). Not NC PF TF WF,"
        " where a law applies only if it says so (Constitution art. 74 and 77)",
    ),
    "NO": Reach(
        "NO BV SJ",
        "Svalbard Act (1925-07-17-11) s 1-2, Jan Mayen Act (1930-02-27-2) s 1-2, Dependencies Act"
        " (1930-02-27-3) s 1-2: part of or subject to the Kingdom; private, penal and procedural law apply",
    ),
    "US": Reach(
        "US AS GU MP PR UM VI",
        "18 U.S.C. § 5: the United States in a territorial sense includes all places and waters, continental"
        " or insular, subject to its jurisdiction",
    ),
    # The state's own code alone, on purpose
    "CN": Reach(
        "CN",
        "Basic Law of the Hong Kong SAR art. 18 and Basic Law of the Macao SAR art. 18: national laws do not"
        " apply there but for those listed in their annexes; TW is not under its administration. P1",
    ),
    "DK": Reach(
        "DK",
        "Act 473 of 12 June 2009 (Greenland Self-Government) and Act 137 of 23 March 1948 (Faroe Islands Home"
        " Rule): Danish laws apply in GL and FO only as put in force there",
    ),
    "GB": Reach(
        "GB",
        "Interpretation Act 1978 sch. 1: the United Kingdom is Great Britain and Northern Ireland; GG, IM and"
        " JE and the overseas territories are not part of it and legislate for themselves",
    ),
    "IL": Reach("IL", "Disputed: PS has a code of its own and is left to its own authorities"),
    "MA": Reach("MA", "Disputed: EH has a code of its own (UN list of non-self-governing territories)"),
    "NL": Reach(
        "NL",
        "Charter for the Kingdom of the Netherlands art. 1 and 41 (AW, CW and SX govern themselves);"
        " Invoeringswet openbare lichamen BES art. 2 (in BQ a Dutch rule applies only if it says so)",
    ),
    "NZ": Reach(
        "NZ",
        "Tokelau Act 1948 s 6: a New Zealand Act is in force in TK only if it says so; CK and NU govern"
        " themselves in free association",
    ),
    "RS": Reach("RS", "Disputed: XK is a code of its own here and is left to its own authorities"),
}
