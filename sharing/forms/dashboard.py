"""Which figures the dashboard shows: of which time, of which team."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from cases.forms.base import Dropdown, FilterForm
from cases.models import Team
from sharing.dashboard import Period
from sharing.log import quarter

YEAR = "year"
BACK = 8
"""How many full quarters can be chosen."""


class DashboardForm(FilterForm):
    """The period and, for who has several, the team. With no answer, or junk: the last full quarter, all."""

    period = Dropdown((), label="Recorded in", empty_label="The last full quarter")
    team = Dropdown((), label="Team", empty_label="All teams")

    def __init__(self, *args: Any, teams: Sequence[Team], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teams, self.today = teams, today
        offered = [(f"{_named(today, back)[0]}", _named(today, back)[1]) for back in range(BACK + 1)]
        self._offer("period", [*offered, (YEAR, "The last 12 months")])
        self._offer("team", [(str(team.id), team.name) for team in teams])
        if len(teams) < 2:
            del self.fields["team"]

    def _offer(self, name: str, options: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, Dropdown)  # noqa: S101 - declared above
        field.offer(options)

    def shown(self) -> Period:
        """The period that is asked for; none of it is in the future."""
        code = self.chosen().get("period")
        if code == YEAR:
            return Period(_year_before(self.today), self.today)
        back = next((n for n in range(BACK + 1) if _named(self.today, n)[0] == code), 1)
        return _quarter(self.today, back)

    def team_id(self) -> UUID | None:
        """The team that is asked for; None: all."""
        code = self.chosen().get("team")
        return UUID(code) if code else None

    def kept(self) -> dict[str, str]:
        """What was chosen, as an address or a form of the page holds it."""
        return {name: str(value) for name, value in self.chosen().items()}

    def team_named(self) -> str:
        """The name of the team that is asked for; empty: all."""
        return next((team.name for team in self.teams if team.id == self.team_id()), "")


def _quarter(today: date, back: int) -> Period:
    found = quarter(today, back=back)
    assert found.since  # noqa: S101 - a quarter is never open
    assert found.until  # noqa: S101
    return Period(found.since, min(found.until, today))


def _named(today: date, back: int) -> tuple[str, str]:
    """The code and the words of a quarter."""
    since = _quarter(today, back).since
    last = quarter(today, back=back).until
    words = f"{since:%B} to {last:%B} {since.year}"
    more = " (so far)" if back == 0 else " (last full quarter)" if back == 1 else ""
    return f"{since.year}-{(since.month + 2) // 3}", words + more


def _year_before(today: date) -> date:
    """The day after today's of last year: twelve months end today."""
    try:
        return today.replace(year=today.year - 1) + timedelta(days=1)
    except ValueError:  # 29 February
        return date(today.year - 1, 3, 1)
