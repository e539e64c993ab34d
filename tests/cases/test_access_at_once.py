"""An exclusion that is committed while somebody reads is honoured by their next request."""

from threading import Event, Thread

import pytest
from django.db import connection, connections
from django.test import Client

from audit import ledger
from audit.models import Entry
from cases import access, access_actions, actions
from cases.models import Case, User
from tests.browser import BACKEND
from tests.cases.case_pages import address

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_exclusion_during_a_read_is_honoured_by_the_next_request(
    a_case: Case, granted: User, manager: User
) -> None:
    client = Client()
    client.force_login(granted, backend=BACKEND)
    assert client.get(address(a_case)).status_code == 200
    reading, shut_out = Event(), Event()
    # SQLite has one writer at a time: there the exclusion waits for the read, which waits for nothing.
    waits = connection.vendor == "postgresql"

    def read() -> None:
        with actions.see(by=granted, case=a_case, page="case"):
            reading.set()
            assert shut_out.wait(10) or not waits
        connections.close_all()

    def exclude() -> None:
        access_actions.exclude(
            by=manager, case=Case.objects.get(id=a_case.id), user=granted, reason="His aunt"
        )
        shut_out.set()
        connections.close_all()

    reader, manager_at_work = Thread(target=read), Thread(target=exclude)
    if not waits:
        shut_out.set()
    reader.start()
    assert reading.wait(10)
    manager_at_work.start()
    reader.join(20)
    manager_at_work.join(20)
    assert not access.visible_to(granted).exists()
    assert client.get(address(a_case)).status_code == 404
    assert client.post(address(a_case, "consent/"), {"consent": "given"}).status_code == 404
    kinds = list(ledger.history(a_case.id).order_by("-seq").values_list("kind", flat=True)[:4])
    assert kinds[:2] == ["access.refused", "access.refused"]
    assert set(kinds[2:]) == {"access.excluded", "case.viewed"}
    assert Entry.objects.filter(kind="access.excluded").count() == 1
    assert ledger.verify().problem is None


def test_two_managers_who_shut_out_the_same_person_leave_one_exclusion(
    a_case: Case, colleague: User, manager: User
) -> None:
    def exclude() -> None:
        case = Case.objects.get(id=a_case.id)
        access_actions.exclude(by=manager, case=case, user=colleague, reason="His aunt")
        connections.close_all()

    threads = [Thread(target=exclude) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert a_case.exclusions.filter(ended_at=None).count() == 1
    assert Entry.objects.filter(kind="access.excluded").count() == 1
