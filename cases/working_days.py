"""The days on which the organisation is closed: its region's bank holidays and its own."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import holidays

from cases.models import Organisation

REGIONS = {
    "england": "England",
    "wales": "Wales",
    "scotland": "Scotland",
    "northern_ireland": "Northern Ireland",
    "none": "None: only the days that we enter",
}
_SUBDIVISION = {"england": "ENG", "wales": "WLS", "scotland": "SCT", "northern_ireland": "NIR"}
_SATURDAY = 5


def closed(organisation: Organisation, years: Iterable[int]) -> frozenset[date]:
    """The closed days of these years that fall on Monday to Friday: weekends are no working days anyhow.

    Args:
        organisation: its region says which bank holidays, its `closed_days` (ISO text) which other days.
    """
    wanted = set(years)
    own = {day for text in organisation.closed_days if (day := date.fromisoformat(text)).year in wanted}
    public = {day for year in wanted for day in _bank_holidays(organisation.region, year)}
    return frozenset(day for day in own | public if day.weekday() < _SATURDAY)


@lru_cache(maxsize=64)
def _bank_holidays(region: str, year: int) -> frozenset[date]:
    subdivision = _SUBDIVISION.get(region)
    if subdivision is None:
        return frozenset()
    return frozenset(holidays.country_holidays("GB", subdiv=subdivision, years=year))
