"""A case that is hidden and a reference that no case has: the same answer, the same bytes, the same time."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases import access_actions
from cases.models import User
from tests.browser import BACKEND
from tests.cast import CaseFile
from tests.sharing.deciding import decided

pytestmark = pytest.mark.django_db

CLOSE = 0.05
Ask = Callable[[], Any]


def clock() -> float:
    """Seconds of a processor: what our thread took, and PostgreSQL for it. No other work disturbs those."""
    if connection.vendor == "sqlite":
        return thread_time()
    taken = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return thread_time() + int(taken.read_text().split()[0]) / 1e9 if taken.exists() else perf_counter()


def both(ask: Callable[[str], Any], *references: str) -> list[Ask]:
    """The same question of each reference."""
    return [partial(ask, one) for one in references]


def queries(ask: Ask) -> list[str]:
    """What an answer asks of the database, without what is asked for."""
    with CaptureQueriesContext(connection) as found:
        ask()
    return [re.sub(r"'[^']*'|[0-9]+", "?", one["sql"])[:60] for one in found]


def apart(hidden: Ask, missing: Ask, tries: int) -> float:
    """By how much the medians of interleaved tries differ, as a part of the smaller."""
    taken: dict[Ask, list[float]] = {hidden: [], missing: []}
    for number in range(tries // 2):
        for ask in (hidden, missing) if number % 2 else (missing, hidden):
            begun = clock()
            ask()
            taken[ask].append(clock() - begun)
    low, high = sorted(median(times) for times in taken.values())
    return high / low - 1


def same_time(hidden: Ask, missing: Ask, tries: int) -> None:
    """Their medians lie within 5%; where they do not, a longer try must say so too."""
    apart(hidden, missing, 10)
    first = apart(hidden, missing, tries)
    assert first < CLOSE or apart(hidden, missing, 3 * tries) < CLOSE, f"{first:.1%} apart"


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


@pytest.mark.parametrize("who", ["colleague", "excluded"])
def test_a_hidden_case_takes_as_long_as_none(
    who: str, case_file: CaseFile, signed_in: Any, request: pytest.FixtureRequest
) -> None:
    client, reference = signed_in(request.getfixturevalue(who)), case_file.case.reference
    hidden, missing = both(lambda one: client.get(f"/cases/{one}/"), reference, "C-ZZZZZZ")
    answers = hidden(), missing()
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert dict(answers[0].headers) == dict(answers[1].headers)
    assert queries(hidden) == queries(missing)
    same_time(hidden, missing, 500 if who == "colleague" else 100)


def test_a_hidden_decision_takes_as_long_as_none(
    case_file: CaseFile, officer: User, colleague: User, signed_in: Any
) -> None:
    client, reference = signed_in(colleague), decided(officer, case_file).reference
    hidden, missing = both(lambda one: client.get(f"/decisions/{one}/"), reference, "D-ZZZZZZ")
    assert hidden().content == missing().content
    assert queries(hidden) == queries(missing)
    same_time(hidden, missing, 100)


def shown(response: Any, reference: str) -> str:
    """A page as it reads, without the token that is new on each page, and what was typed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    text = re.sub(r'data-left="\d+"', "", text)
    return text.replace(reference, "C-SAME22")


@pytest.mark.parametrize(("page", "who"), [("emergency-access", "excluded"), ("purpose", "governance")])
def test_trying_a_hidden_case_takes_as_long_as_a_wrong_reference(
    page: str, who: str, case_file: CaseFile, manager: User, signed_in: Any, request: pytest.FixtureRequest
) -> None:
    user, reference = request.getfixturevalue(who), case_file.case.reference
    if who == "governance":
        access_actions.exclude(by=manager, case=case_file.case, user=user, reason="Her cousin")
    client, key = signed_in(user), str(uuid4())
    answers = {"reason": "He is at the door", "request_key": key}
    answers |= {"purpose": "audit"} if page == "purpose" else {}

    def ask(one: str) -> Any:
        cache.clear()  # so that it is never shut for too many tries
        return client.post(f"/{page}/", answers | {"reference": one})

    hidden, missing = both(ask, reference, "C-ZZZZZZ")
    one, other = hidden(), missing()
    assert one.status_code == other.status_code == 200
    assert shown(one, reference) == shown(other, "C-ZZZZZZ")
    assert dict(one.headers) == dict(other.headers)
    same_time(hidden, missing, 100)
