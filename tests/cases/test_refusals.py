"""A refused look takes as many questions of the database whether there is a case or not, in any process."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import ledger
from cases import vault
from cases.models import Case, CaseKey, Team, User
from tests.cast import CaseFile, make_case
from tests.sharing.deciding import decided

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "warm", [False, True], ids=["in a new process", "with the organisation's key at hand"]
)
def test_a_hidden_case_one_that_lost_its_key_and_none_cost_the_same(
    warm: bool, client: Client, a_case: Case, manager: User, team: Team, colleague: User
) -> None:
    gone = make_case(manager, team).case
    CaseKey.objects.filter(subject=gone.id).update(wrapped=None)
    client.force_login(colleague)
    counts = {}
    for reference in ("C-ZZZZZZ", a_case.reference, gone.reference, "C-YYYYYY"):
        vault.forget()
        if warm:
            vault.seal(vault.ORGANISATION, b"", b"")
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("case", args=[reference])).status_code == 404
        counts[reference] = len(seen)
    assert len(set(counts.values())) == 1, counts
    assert ledger.history(a_case.id).order_by("-seq")[0].kind == "access.refused"


def test_a_decision_of_a_hidden_case_and_none_cost_the_same(
    client: Client, case_file: CaseFile, officer: User, colleague: User
) -> None:
    client.force_login(colleague)
    counts = []
    for reference in (decided(officer, case_file).reference, "D-ZZZZZZ"):
        vault.forget()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("decision", args=[reference])).status_code == 404
        counts.append(len(seen))
    assert counts[0] == counts[1]
