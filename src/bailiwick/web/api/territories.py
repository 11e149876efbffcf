"""Countries and territories to choose from. The same for everybody, so it may be cached."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from bailiwick.rules.territory import CODES, Continent, continent, group, name

from .schemas import TerritoriesOut

router = Router()

_CONTINENTS: Final = {
    Continent.AF: "Africa",
    Continent.AS: "Asia",
    Continent.EU: "Europe",
    Continent.NA: "North and Central America",
    Continent.OC: "Oceania",
    Continent.SA: "South America",
    Continent.AN: "Antarctica and its islands",
}


@router.get("", response=TerritoriesOut)
def territories(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """All codes with their names and continents, and the groups as of today."""
    response.headers["Cache-Control"] = "public, max-age=3600"
    today = timezone.now().date()
    return {
        "territories": [
            {"code": code, "name": name(code), "continent": continent(code).value}
            for code in sorted(CODES, key=name)
        ],
        "continents": {code.value: _(text) for code, text in _CONTINENTS.items()},
        "groups": {"EU": sorted(group("EU", today)), "EEA": sorted(group("EEA", today))},
    }
