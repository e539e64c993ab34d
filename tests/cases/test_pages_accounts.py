"""The administrator's pages in every state, one-time links, and bad input beside its field."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from cases import account_actions
from cases.models import Agency, Team, User
from tests.cast import CaseFile, UserFactory

pytestmark = pytest.mark.django_db

BACKEND = "cases.signed_in.Backend"
NEW = "another long password"
PERSON = {"name": "Nina Newcomer", "email": "nina@council.example", "role": "officer"}
BAD = {
    "NUL": "a\0b",
    "lone surrogate": b"a\xed\xa0\x80b",
    "right to left": "a\u202eb",
    "two lines": "a\nb",
    "long": "x" * 5_000,
    "empty": "",
}


def sign_in(client: Client, user: User) -> Client:
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def admin(client: Client, administrator: User) -> Client:
    return sign_in(client, administrator)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_every_page_opens(admin: Client, officer: User) -> None:
    agency = Agency.objects.create(code="canal", name="Canal rescue")
    for name in ("people", "person_add", "teams", "agencies", "setup"):
        assert admin.get(reverse(name)).status_code == 200
    for name in ("person_change", "person_deactivate", "person_reactivate", "person_link"):
        assert admin.get(reverse(name, args=[officer.id])).status_code == 200
    assert admin.get(reverse("agency_change", args=[agency.code])).status_code == 200


@pytest.mark.parametrize("who", ["officer", "manager", "governance", "superuser"])
def test_for_others_the_pages_do_not_exist(who: str, client: Client, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    sign_in(client, user)
    nothing = client.get("/nothing/").content
    for name in ("people", "person_add", "teams", "agencies", "setup"):
        answers = [client.get(reverse(name))]
        answers += [client.post(reverse(name), PERSON)] if name != "people" else []
        assert {(answer.status_code, answer.content) for answer in answers} == {(404, nothing)}
    assert client.post(reverse("person_deactivate", args=[user.id])).status_code == 404
    assert not Entry.objects.exists()


def test_adding_a_person_shows_a_link_once_that_works(admin: Client, team: Team) -> None:
    page = text(admin.post(reverse("person_add"), PERSON | {"teams": [str(team.id)]}))
    (link,) = re.findall(r"http://testserver(/welcome/[\w-]{43}/)", page)
    assert link not in text(admin.get(reverse("people")))
    newcomer = Client()
    first = newcomer.get(link)
    assert (first.status_code, first["Referrer-Policy"], first["Cache-Control"]) == (
        200,
        "strict-origin",
        "no-store",
    )
    answer = newcomer.post(link, {"password": NEW, "again": NEW})
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))
    onward = newcomer.get(reverse("home"))
    assert onward["Location"].startswith(reverse("mfa_index"))  # to set up the second step
    assert Client().get(link).status_code == 404
    assert "does not work" in text(Client().post(link, {"password": NEW, "again": NEW}))


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("", "", "Enter a password"),
        ("short", "short", "too short"),
        ("password1234", "password1234", "too common"),
        ("nina@council.example", "nina@council.example", "too similar"),
        (NEW, "something else entirely", "same password in both"),
        (NEW + "x" * 300, NEW, "200 characters"),
    ],
)
def test_a_password_that_will_not_do(
    password: str, again: str, words: str, administrator: User, client: Client
) -> None:
    user, token = account_actions.add_user(
        by=administrator, name=PERSON["name"], email=PERSON["email"], role=PERSON["role"]
    )
    page = client.post(reverse("welcome", args=[token]), {"password": password, "again": again})
    assert page.status_code == 200
    assert words in text(page)
    assert not User.objects.get(id=user.id).has_usable_password()
    assert f'value="{password}"' not in text(page)


@pytest.mark.parametrize("field", ["name", "email", "role", "teams"])
@pytest.mark.parametrize("bad", BAD)
def test_bad_input_of_a_person(field: str, bad: str, admin: Client, team: Team) -> None:
    if field == "teams" and bad == "empty":
        return
    before = User.objects.count()
    body = urlencode(PERSON | {"teams": [str(team.id)], field: BAD[bad]}, doseq=True)
    page = admin.post(reverse("person_add"), body, content_type="application/x-www-form-urlencoded")
    assert page.status_code == 200
    assert User.objects.count() == before
    assert f'id="id_{field}_error"' in text(page)
    assert "Nina Newcomer" in text(page) or field == "name"


def test_a_name_is_shown_as_it_is_and_not_as_a_page(admin: Client, team: Team) -> None:
    values = PERSON | {"name": "<b>=1+1 {{ form }}</b>", "teams": [str(team.id)]}
    assert admin.post(reverse("person_add"), values).status_code == 200
    page = text(admin.get(reverse("people")))
    assert "&lt;b&gt;=1+1 {{ form }}&lt;/b&gt;" in page


def test_an_officer_needs_a_team_and_a_taken_address_is_refused(admin: Client, officer: User) -> None:
    assert "at least one team" in text(admin.post(reverse("person_add"), PERSON))
    taken = PERSON | {"role": "governance", "email": "Olive@council.example"}
    page = text(admin.post(reverse("person_add"), taken))
    assert account_actions.EMAIL_TAKEN in page
    assert "Nina Newcomer" in page


def test_a_field_that_is_not_in_the_form_is_refused(admin: Client) -> None:
    page = admin.post(reverse("person_add"), PERSON | {"role": "governance", "is_superuser": "on"})
    assert "does not have" in text(page)
    assert not User.objects.filter(email=PERSON["email"]).exists()


def test_shutting_out_and_letting_back_in(admin: Client, administrator: User, officer: User) -> None:
    assert admin.post(reverse("person_deactivate", args=[officer.id])).status_code == 302
    assert "Deactivated" in text(admin.get(reverse("people")))
    assert "Let the person back in first" in text(admin.post(reverse("person_link", args=[officer.id])))
    assert admin.post(reverse("person_reactivate", args=[officer.id])).status_code == 302
    refused = admin.post(reverse("person_deactivate", args=[administrator.id]))
    assert account_actions.LAST_ADMINISTRATOR in text(refused)


def test_changing_a_person(admin: Client, officer: User, other_team: Team) -> None:
    values = {
        "name": "Olive Marsh-Bell",
        "email": officer.email,
        "role": "manager",
        "teams": [str(other_team.id)],
    }
    assert admin.post(reverse("person_change", args=[officer.id]), values).status_code == 302
    officer.refresh_from_db()
    assert (officer.name, officer.role, list(officer.teams.all())) == (
        "Olive Marsh-Bell",
        "manager",
        [other_team],
    )


def test_teams_and_agencies(admin: Client, team: Team) -> None:
    assert admin.post(reverse("teams"), {"name": "East"}).status_code == 302
    assert "There is a team of this name" in text(admin.post(reverse("teams"), {"name": "EAST"}))
    assert admin.post(reverse("agencies"), {"name": "Canal rescue"}).status_code == 302
    address = reverse("agency_change", args=["canal_rescue"])
    assert admin.post(address, {"name": "Canal service", "active": "no"}).status_code == 302
    assert "Select whether it is offered" in text(admin.post(address, {"name": "Canal service"}))
    assert admin.get(reverse("agency_change", args=["none"])).status_code == 404


def test_the_people_page_costs_the_same_for_many(
    admin: Client, team: Team, django_assert_max_num_queries: Any
) -> None:
    UserFactory.create_batch(30, teams=[team])
    with django_assert_max_num_queries(8):
        admin.get(reverse("people"))


def test_a_refused_case_is_on_record_and_looks_like_nothing(
    case_file: CaseFile, colleague: User, client: Client
) -> None:
    sign_in(client, colleague)
    hidden, nothing = (
        client.get(reverse("case", args=[ref])) for ref in (case_file.case.reference, "C-222222")
    )
    assert (hidden.status_code, nothing.status_code) == (404, 404)
    assert hidden.content == nothing.content
    refused = list(Entry.objects.filter(kind="access.refused").order_by("recorded_at"))
    assert [(entry.subject, entry.actor) for entry in refused] == [
        (case_file.case.id, colleague.id),
        (colleague.id, colleague.id),
    ]


def test_a_refusal_that_cannot_be_entered_is_still_a_404(
    case_file: CaseFile, colleague: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import DatabaseError

    def fail(_sealed: object) -> None:
        raise DatabaseError

    sign_in(client, colleague)
    monkeypatch.setattr("audit.ledger.append", fail)
    assert client.get(reverse("case", args=[case_file.case.reference])).status_code == 404
