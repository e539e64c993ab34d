"""The dashboard's page: who sees which figures, when there is a picture, the file, the overdue ones."""

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from cases import access_actions, events
from cases.models import Case, Team, User
from sharing import charts, dashboard_page, tallying
from tests.browser import BACKEND
from tests.cast import CaseFile, UserFactory, make_case
from tests.sharing import boarding, recounting
from tests.sharing.deciding import decided
from tests.sharing.following import mark_sent, share

YEAR = "/dashboard/?period=year"
NOW = timezone.now


def shown(client: Client, user: User, url: str = YEAR) -> str:
    client.force_login(user, backend=BACKEND)
    response = client.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def counted(client: Client, user: User) -> int:
    """How many decisions the year's first table counts."""
    found = re.search(r"(\d+) decisions? recorded", shown(client, user))
    return int(found[1]) if found else 0


def ten(case: Case, by: User, **values: Any) -> None:
    for number in range(10):
        recounting.a_decision(case, by, NOW() - timedelta(days=number), lawful_basis="6-1-e", **values)


def test_nine_are_a_table_and_ten_a_picture(client: Client, manager: User, a_case: Case) -> None:
    for number in range(9):
        recounting.a_decision(a_case, a_case.owner, NOW() - timedelta(days=number), lawful_basis="6-1-e")
    text = shown(client, manager)
    assert "not enough decisions" in text
    assert '<svg class="dh-chart"' not in text
    assert text.count("<table") == 2  # of outcomes and of bases: nothing was due or to be sent
    recounting.a_decision(a_case, a_case.owner, NOW(), lawful_basis="6-1-e")
    text = shown(client, manager)
    assert "not enough decisions" not in text
    assert text.count('<svg class="dh-chart"') == 2
    assert "10 decisions recorded, 100% of them to share." in text


def test_nothing_recorded_is_said(client: Client, manager: User, team: Team) -> None:
    text = shown(client, manager, "/dashboard/")
    for said in ("No decisions were recorded in this time", "No agency refused.", "No review is overdue."):
        assert said in text
    assert "Download as CSV" not in text


def test_each_sees_what_they_may_know_of(
    client: Client, manager: User, other_manager: User, governance: User, officer: User, case_file: CaseFile,
    other_team: Team,
) -> None:  # fmt: skip
    ten(case_file.case, officer)
    own = make_case(UserFactory(teams=[other_team]), other_team).case
    recounting.a_decision(own, own.owner, NOW())
    assert [counted(client, one) for one in (manager, other_manager, governance)] == [10, 1, 11]
    access_actions.exclude(by=manager, case=case_file.case, user=governance, reason="Kin")
    assert counted(client, governance) == 1
    access_actions.grant(by=manager, case=case_file.case, user=manager)
    access_actions.restrict(by=manager, case=case_file.case, reason="Kin of a councillor")
    second = UserFactory(role="manager", teams=[case_file.case.team])
    assert [counted(client, one) for one in (manager, second, other_manager)] == [10, 0, 1]


def test_a_team_of_ones_own_can_be_chosen_and_no_other(
    client: Client, team: Team, other_team: Team, a_case: Case, governance: User, manager: User
) -> None:
    ten(a_case, a_case.owner)
    assert f"The cases of {team.name}" in shown(client, governance, f"{YEAR}&team={team.id}")
    assert "No decisions were recorded" in shown(client, governance, f"{YEAR}&team={other_team.id}")
    assert "10 decisions recorded" in shown(client, manager, f"{YEAR}&team={other_team.id}")
    assert "10 decisions recorded" in shown(client, governance, f"{YEAR}&team=none")


def test_what_is_recorded_counts_at_once(
    client: Client, manager: User, officer: User, case_file: CaseFile
) -> None:
    tallying.keep_up(NOW())
    decision = share(officer, case_file)
    assert "1 not sent yet" in shown(client, manager).replace("Nothing waits to be sent.", "")
    mark_sent(decision)
    assert "not sent yet.</figcaption>" not in shown(client, manager)
    decided(officer, case_file)
    assert counted(client, manager) == 2


@pytest.mark.parametrize("chart", ["outcome", "decide", "lag", "basis", "review", "refusal"])
def test_the_file_says_what_the_table_says(client: Client, manager: User, a_case: Case, chart: str) -> None:
    boarding.a_year(a_case, a_case.owner, timezone.localdate(), each_week=4, weeks=9)
    client.force_login(manager, backend=BACKEND)
    page = client.get(YEAR).context
    response = client.post("/dashboard/csv/", {"chart": chart, "period": "year"})
    assert response["Content-Disposition"].startswith(f'attachment; filename="dashboard-{chart}-')
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    found = next(one for one in page["charts"] if one.code == chart)
    assert rows == [list(found.headings), *([str(cell) for cell in row] for row in found.rows)]
    entry = Entry.objects.get(kind="dashboard.exported")
    said = events.content_of(entry, of_case=False)
    assert (entry.actor, said["chart"], said["filters"]["period"]) == (manager.id, chart, "year")


def test_a_file_of_no_chart_is_none(client: Client, manager: User) -> None:
    client.force_login(manager, backend=BACKEND)
    assert client.post("/dashboard/csv/", {"chart": "officers"}).status_code == 404
    assert client.get("/dashboard/overdue/ages/").status_code == 404
    assert not Entry.objects.filter(kind="dashboard.exported").exists()


@pytest.mark.parametrize("kept", [False, True])
def test_the_overdue_are_those_that_are_counted(
    client: Client, manager: User, governance: User, a_case: Case, kept: bool
) -> None:
    today = timezone.localdate()
    made = {
        late: recounting.a_decision(
            a_case, a_case.owner, NOW() - timedelta(days=200), review_on=today - timedelta(days=late)
        )
        for late in (0, 1, 7, 8, 100)
    }
    recounting.a_review(made[1], NOW(), None)
    recounting.a_decision(a_case, a_case.owner, NOW(), follows=made[8], follows_as="review")
    if kept:
        while tallying.keep_up(NOW()):
            pass
    for user, page in ((manager, "/decisions/"), (governance, "/purpose/?reference=")):
        text = shown(client, user, "/dashboard/overdue/week/")
        assert re.findall(rf"{re.escape(page)}(D-\w+)", text) == [made[7].reference]
        assert made[100].reference in shown(client, user, "/dashboard/overdue/longer/")
    assert "2 reviews are overdue" in shown(client, manager)
    access_actions.exclude(by=manager, case=a_case, user=governance, reason="Kin")
    assert "No review is overdue" in shown(client, governance, "/dashboard/overdue/week/")


def test_as_many_queries_for_a_year_as_for_one(client: Client, governance: User, a_case: Case) -> None:
    def queries() -> int:
        while tallying.keep_up(NOW()):
            pass
        shown(client, governance)
        with CaptureQueriesContext(connection) as found:
            shown(client, governance)
        return len(found)

    ten(a_case, a_case.owner)
    one = queries()
    boarding.a_year(a_case, a_case.owner, timezone.localdate(), each_week=3, weeks=20)
    assert queries() <= one + 1  # the names of the agencies that refused


@pytest.mark.parametrize(
    ("most", "end"), [(0, 1), (1, 1), (3, 4), (10, 10), (11, 12), (101, 120), (4_812, 5_000)]
)
def test_an_axis_ends_at_a_round_number(most: int, end: int) -> None:
    assert charts.nice(most) == end


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, "0%"), (0, 9, "0%"), (1, 1000, "under 1%"), (1, 3, "33%"), (9, 9, "100%")],
)
def test_shares_in_words(part: int, whole: int, said: str) -> None:
    assert dashboard_page.share_of(part, whole) == said


@pytest.mark.parametrize("weeks", [1, 13, 14, 53])
@pytest.mark.parametrize("size", [0, 1, 999, 123_456])
def test_nothing_stands_outside_its_picture_or_on_something_else(weeks: int, size: int) -> None:
    bars = [charts.Week(date(2026, 1, 5) + timedelta(days=7 * at), [size, 0, size, 1]) for at in range(weeks)]
    columns = [charts.Column(("8 days", "or more"), size), charts.Column(("Same", "day"), 1)] * 3
    named = [(boarding.LONG * 2, [("data protection or GDPR", size), ("no consent", 1)])] * 12
    pictures = [
        charts.stacked(bars, ["Share all of it: 1"] * 4),
        charts.histogram(columns),
        charts.panels(
            [charts.Panel("Now: someone is in danger: 1 of 2 late", columns, 3)], "days early", "days late"
        ),
        charts.bars([(boarding.LONG, size, f"{size:,} (under 1%)"), ("Contract", 0, "0 (0%)")]),
        charts.dots(named),
    ]
    for picture in pictures:
        _fits(picture)


def _fits(picture: charts.Picture) -> None:
    drawn = []
    for text in picture.texts:
        long = len(text.words) * (8.6 if text.strong else 7.2)
        left = text.x - {"start": 0, "middle": long / 2, "end": long}[text.anchor]
        assert left >= -4, text
        assert left + long <= picture.width + 8, text
        assert 12 <= text.y <= picture.height, text
        drawn.append((left, left + long, text))
    for at, (left, right, text) in enumerate(drawn):
        for other_left, other_right, other in drawn[at + 1 :]:
            apart = abs(text.y - other.y) >= 14 or right <= other_left + 4 or other_right <= left + 4
            assert apart, (text, other)
    for box in picture.boxes:
        assert min(box.x, box.y) >= 0, box
        assert min(box.width, box.height) > 0, box
        assert box.x + box.width <= picture.width + 0.01, box
        assert box.y + box.height <= picture.height, box
