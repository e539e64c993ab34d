"""What was altered in the database behind the guards is said where it would be read, and never a 500."""

import pytest
from django.db import connection
from django.test import Client

from audit.models import Entry
from cases import fields
from cases.models import Person, User
from sharing.models import Draft
from tests.cast import CaseFile
from tests.guards import disarmed
from tests.sharing.advising import TEXTS, asked_data
from tests.sharing.deciding import decided, draft_of

pytestmark = pytest.mark.django_db(transaction=True)

JUNK = (b"", b"\x01", b"\x01" + b"x" * 60)


@pytest.mark.parametrize("junk", JUNK)
def test_an_altered_entry_is_told_by_timeline_and_decision(
    junk: bytes, client: Client, officer: User, case_file: CaseFile
) -> None:
    decision = decided(officer, case_file)
    with disarmed():
        Entry.objects.filter(kind__in=["decision.recorded", "risk.assessed"]).update(sealed=junk)
    client.force_login(officer)
    timeline = client.get(f"/cases/{case_file.case.reference}/timeline/")
    assert timeline.status_code == 200
    assert timeline.content.decode().count(fields.ALTERED) == 2
    page = client.get(f"/decisions/{decision.reference}/")
    assert page.status_code == 200
    assert "not the one that was recorded" in page.content.decode()


def test_a_decision_whose_entry_no_longer_opens_says_so(
    client: Client, officer: User, case_file: CaseFile
) -> None:
    decision = decided(officer, case_file)
    with disarmed(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET request_key = subject WHERE kind = %s", ["decision.recorded"])
    client.force_login(officer)
    page = client.get(f"/decisions/{decision.reference}/")
    assert page.status_code == 200
    assert "does not open" in page.content.decode()


@pytest.mark.parametrize("button", ["save", "replace"])
def test_a_question_keeps_what_was_typed_where_a_person_was_altered(
    button: str, client: Client, officer: User, manager: User, case_file: CaseFile
) -> None:
    Person.objects.filter(id=case_file.child.id).update(name=JUNK[2])
    client.force_login(officer)
    said = asked_data(manager.id, **{button: "1"})
    page = client.post(f"/cases/{case_file.case.reference}/advice/new/", said)
    assert page.status_code == 200
    assert TEXTS["situation"] in page.content.decode()
    assert "information governance lead" in page.content.decode()


@pytest.mark.parametrize("junk", JUNK[1:])
def test_an_altered_draft_gives_a_page_that_says_whom_to_tell(
    junk: bytes, client: Client, officer: User, case_file: CaseFile
) -> None:
    draft = draft_of(officer, case_file)
    Draft.objects.filter(id=draft.id).update(answers=junk)
    client.force_login(officer)
    for step in ("", "reasons/", "check/"):
        page = client.get(f"/drafts/{draft.id}/{step}")
        assert page.status_code == 409
        assert "information governance lead" in page.content.decode()
