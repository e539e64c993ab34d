"""The timeline: newest first, by day, repeated views as one line; who looked is for managers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cases import access_actions, actions, timeline
from cases.models import Case, User
from cases.timeline import Line
from tests.cases.case_pages import address, html, queries
from tests.cast import CaseFile

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANNA, BEN = uuid4(), uuid4()


def line(group: str = "saw", minute: int = 0, actor: Any = ANNA, detail: str = "Overview") -> Line:
    names = {ANNA: "Anna", BEN: "Ben"}
    kind = {"saw": "case.viewed"}.get(group, "case.changed")
    return Line(group, group.title(), NOON + timedelta(minutes=minute), names[actor], actor, kind, detail)


def test_repeated_views_become_one_line() -> None:
    lines = [line(minute=42), line(minute=30, detail="Risk"), line(minute=20, actor=BEN), line(minute=10)]
    anna, ben = timeline.collapse(lines)
    assert (anna["by"], anna["lines"]) == ("Anna", ["3 times, 12:10pm–12:42pm", "Overview, Risk"])
    assert (ben["by"], ben["lines"]) == ("Ben", ["Overview"])


def test_a_change_stands_between_the_views_around_it() -> None:
    lines = [line(minute=5), line("changed", 4, detail="x"), line("changed", 3, detail="x"), line(minute=2)]
    assert [event["title"] for event in timeline.collapse(lines)] == ["Saw", "Changed", "Changed", "Saw"]


@given(st.lists(st.tuples(st.sampled_from(["saw", "changed", "decided"]), st.sampled_from([ANNA, BEN]))))
def test_no_entry_is_lost_or_told_twice(entries: list[tuple[str, Any]]) -> None:
    lines = [line(group, -n, actor, f"d{n}") for n, (group, actor) in enumerate(entries)]
    told = [detail for event in timeline.collapse(lines) for detail in event["lines"][-1].split(", ")]
    assert sorted(told) == sorted(one.detail for one in lines)
    moments = [event["at"] for event in timeline.collapse(lines)]
    assert moments == sorted(moments, reverse=True)


def test_a_manager_sees_who_looked_and_an_owner_does_not(
    client: Client, a_case: Case, officer: User, manager: User
) -> None:
    client.force_login(manager)
    html(client, address(a_case))
    page = html(client, address(a_case, "timeline/"))
    assert "Looked at the case" in page
    assert "Mary Field" in page
    client.force_login(officer)
    page = html(client, address(a_case, "timeline/"))
    assert "Looked at the case" not in page
    # Not even as somebody to filter by.
    assert "Mary Field" not in page
    assert "Looked at the case" not in html(client, address(a_case, "timeline/?kind=saw"))


def test_a_look_by_somebody_without_access_is_flagged(
    client: Client, a_case: Case, granted: User, manager: User
) -> None:
    client.force_login(granted)
    html(client, address(a_case))
    client.force_login(manager)
    assert timeline.NO_ACCESS not in html(client, address(a_case, "timeline/"))
    access_actions.end_grant(by=manager, case=a_case, user=granted)
    page = html(client, address(a_case, "timeline/"))
    # In the table of who looked, where it comes first, and beside the look itself.
    assert page.count(timeline.NO_ACCESS) == 2
    assert page.index("Gwen Ford") < page.index(timeline.NO_ACCESS) < page.index("Mary Field")


def test_a_look_by_somebody_to_whom_the_case_is_not_allocated_is_flagged(
    client: Client, a_case: Case, officer: User, manager: User
) -> None:
    for user in (officer, manager):
        client.force_login(user)
        html(client, address(a_case))
    page = html(client, address(a_case, "timeline/?kind=saw"))
    assert page.count(f"{timeline.NOT_ALLOCATED}: manager of the team") == 2
    flags = {one.name: one.flag for one in timeline.lookers(a_case, timeline.flags(a_case))}
    assert flags == {manager.name: "Not allocated: manager of the team", officer.name: ""}


def test_who_looked_counts_every_look_copy_and_refusal(
    client: Client, a_case: Case, officer: User, colleague: User, manager: User
) -> None:
    client.force_login(officer)
    for _ in range(3):
        html(client, address(a_case))
    client.force_login(colleague)
    assert client.get(address(a_case)).status_code == 404
    found = {one.name: one for one in timeline.lookers(a_case, timeline.flags(a_case))}
    assert (found[officer.name].looked, found[officer.name].refused) == (3, 0)
    assert (found[colleague.name].looked, found[colleague.name].refused) == (0, 1)
    assert found[officer.name].first <= found[officer.name].last
    assert next(iter(found)) == colleague.name
    client.force_login(officer)
    assert "Who looked" not in html(client, address(a_case, "timeline/?kind=saw"))


def test_why_somebody_is_kept_out_is_for_managers(
    client: Client, a_case: Case, excluded: User, officer: User, manager: User
) -> None:
    reason = "brother of the alleged perpetrator"
    client.force_login(officer)
    page = html(client, address(a_case, "timeline/"))
    assert excluded.name in page
    assert reason not in page
    client.force_login(manager)
    assert reason in html(client, address(a_case, "timeline/"))


def test_newest_first_with_what_changed(client: Client, case_file: CaseFile, officer: User) -> None:
    actions.change_person(by=officer, person=case_file.child, values={"preferred_name": "<Toby>"})
    client.force_login(officer)
    page = html(client, address(case_file.case, "timeline/"))
    assert page.index("Person changed") < page.index("Information added") < page.index("Case opened")
    assert "not recorded → &lt;Toby&gt;" in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("kind=saw", "Looked at the case", "Case opened"),
        ("kind=changed", "Case opened", "Looked at the case"),
        ("kind=saw&kind=changed", "Case opened", "Nothing matches"),
        ("kind=decided", "Nothing matches these filters", "Case opened"),
        ("since_day=1&since_month=1&since_year=2100", "Nothing matches these filters", "Case opened"),
        ("until_day=1&until_month=1&until_year=2020", "Nothing matches these filters", "Case opened"),
        ("until_day=1&until_month=1&until_year=2100", "Case opened", "Nothing matches"),
        (
            "since_day=31&since_month=2&since_year=2026",
            "The first day must be a real date",
            "Nothing matches",
        ),
        (
            "since_day=2&since_month=2&since_year=2026&until_day=1&until_month=2&until_year=2026",
            "The last day must be the same as or after the first",
            "no such words",
        ),
    ],
)
def test_filters(client: Client, a_case: Case, manager: User, query: str, shown: str, hidden: str) -> None:
    client.force_login(manager)
    html(client, address(a_case))
    page = html(client, address(a_case, f"timeline/?{query}"))
    assert shown in page
    assert hidden not in page


def test_the_filter_by_person(
    client: Client, a_case: Case, officer: User, manager: User, colleague: User
) -> None:
    access_actions.grant(by=manager, case=a_case, user=colleague)
    client.force_login(manager)
    page = html(client, address(a_case, f"timeline/?person={manager.id}"))
    assert "Access given" in page
    assert "Case opened" not in page
    assert "Select an answer from the list" in html(
        client, address(a_case, f"timeline/?person={colleague.id}")
    )


def test_older_pages_follow_and_keep_their_filters(
    client: Client, a_case: Case, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = timeline.read
    small: Callable[..., timeline.Page] = lambda *args, **kwargs: read(*args, **kwargs, size=3)  # noqa: E731
    monkeypatch.setattr(timeline, "read", small)
    client.force_login(manager)
    path, opened = address(a_case, "timeline/?kind=changed"), 0
    for _ in range(10):
        page = html(client, path)
        opened += page.count("Case opened")
        assert 1 <= page.count("dh-timeline__item") <= 3
        if '">Older</a>' not in page:
            break
        query = page.split('">Older</a>')[0].rsplit('href="', 1)[1]
        assert "kind=changed" in query
        path = address(a_case, "timeline/" + query.replace("&amp;", "&"))
    assert opened == 1
    assert ">Newest</a>" in page


def test_the_timeline_needs_the_same_queries_however_long_it_is(
    client: Client, case_file: CaseFile, manager: User, officer: User
) -> None:
    client.force_login(manager)
    html(client, address(case_file.case, "timeline/"))
    few = queries(client, address(case_file.case, "timeline/"))
    for n in range(30):
        values = {"preferred_name": f"Name {n}"}
        actions.change_person(by=officer, person=case_file.child, values=values)
    assert queries(client, address(case_file.case, "timeline/")) == few


def test_how_many_are_kept_out_is_for_managers(
    client: Client, a_case: Case, officer: User, manager: User, excluded: User
) -> None:
    access_actions.review_access(by=manager, case=a_case)
    for reader, told in ((manager, True), (officer, False)):
        client.force_login(reader)
        assert ("xclusions: 1" in html(client, address(a_case, "timeline/"))) is told
