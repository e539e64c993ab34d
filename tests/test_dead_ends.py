"""Nobody is shown a link or a form that is refused to them: not even who sees a case for a time."""

import re

import pytest
from django.test import Client

from cases.models import User
from sharing.emergency_actions import record_emergency
from tests.browser import BACKEND
from tests.cast import CaseFile
from tests.sharing import hurrying
from tests.sharing.deciding import decided

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a\s[^>]*?href="(/[^"#?]*)')
FORM = re.compile(r"<form\b([^>]*)>")
ACTION = re.compile(r'action="([^"]*)"')


def _leads(page: str, here: str) -> set[str]:
    """Where the links and the posting forms of a page lead."""
    posting = [one for one in FORM.findall(page) if 'method="post"' in one]
    actions = {found[1] if (found := ACTION.search(one)) else here for one in posting}
    return set(LINK.findall(page)) | {one for one in actions if one}


@pytest.mark.parametrize("who", ["officer", "manager", "emergency", "purpose"])
def test_every_link_and_form_of_a_case_leads_somewhere(
    who: str, case_file: CaseFile, officer: User, request: pytest.FixtureRequest
) -> None:
    user, case = request.getfixturevalue(who), case_file.case
    decided(officer, case_file)
    record_emergency(by=officer, case=case, answers=hurrying.given([case_file.survivor]))
    client = Client()
    client.force_login(user, backend=BACKEND)
    start = f"/cases/{case.reference}/"
    waiting, seen, refused = {start}, set(), set()
    while waiting:
        here = waiting.pop()
        seen.add(here)
        response = client.get(here)
        if response.status_code in (403, 404):
            refused.add(here)
        if response.status_code != 200 or "html" not in response["Content-Type"]:
            continue
        found = _leads(response.content.decode(), here)
        inside = {one for one in found if one.startswith((start, "/decisions/", "/emergency-access/"))}
        waiting |= inside - seen
    assert refused == set()
    assert len(seen) > 8
    if who == "purpose":
        posts = {one for page in seen for one in _posts(client, page)}
        theirs = {one for one in posts if one.startswith(NOT_OF_THE_CASE) or one.endswith(REPORTS)}
        assert posts - theirs == set()


NOT_OF_THE_CASE = ("/timed-access/", "/sign-out/", "/stay/")
REPORTS = ("/chronology-pack/", "/report/")
"""A governance lead who has stated a purpose takes these with them: they change nothing of the case."""


def _posts(client: Client, address: str) -> set[str]:
    """Where the forms of a page post; those of who may see the case are beside it."""
    page = client.get(address).content.decode(errors="replace")
    posting = [one for one in FORM.findall(page) if 'method="post"' in one]
    posts = {match[1] if (match := ACTION.search(one)) else address for one in posting}
    return set() if "/access/" in address or "/move/" in address else posts
