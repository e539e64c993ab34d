"""Bad input on every field of every case page: an error beside it, what was typed stays, nothing written."""

from typing import Any

import pytest
from django import forms
from django.test import Client
from django.utils.html import escape
from django.utils.http import urlencode

from audit.models import Entry
from cases.forms.base import CheckboxSet, DayField, MomentField, PlainCharField, WholeNumberField
from cases.models import User
from tests.cases.case_pages import PAGES, Answers, FormPage, with_key
from tests.cast import CaseFile

BIDI, NUL = "\u202eevil", "no\x00thing"
FORM = "application/x-www-form-urlencoded"
FIELDS = [
    (page, name)
    for page, form in {
        "new": "name preferred_name aliases birth_date address",
        "new contact": "do_not safe_times contact routes_checked_on staff_safety "
        "route_phone route_voicemail route_text route_email route_post route_visit",
        "new other": "role name birth_date address",
        "new concern": "what_happened happened_on concern_identified_at source privacy_information "
        "privacy_given_on team",
        "change": "concern_identified_at privacy_information privacy_given_on",
        "person add": "role name preferred_name aliases birth_date address care_needs at_risk cannot_protect",
        "person change": "role name address birth_date at_risk",
        "safe contact": "do_not safe_times contact new_code_word no_code_word checked checked_on "
        "route_phone route_voicemail route_text route_email route_post route_visit",
        "staff safety": "staff_safety checked_today",
        "risk": "assessed_on checklist_yes incidents incident_on judged_high judgement level "
        "local_criterion marac_referred_on",
        "concern add": "kind happened_on date_not_known text source action",
        "information add": "text received_from received_on source conditions dated nature whose "
        "historical checked_on about alleges_offence date_not_known",
        "information change": "text dated about",
        "consent": "happened_on consent wishes informed told_by note",
        "exclude": "user reason",
    }.items()
    for name in form.split()
]


def wrong(name: str, field: forms.Field) -> dict[str, Answers]:
    """Answers that the field must refuse, by what is wrong with them."""
    if isinstance(field, PlainCharField):
        most = field.max_length or 0
        return {"too long": {name: "å" * (most + 1)}, "bidi": {name: BIDI}, "NUL": {name: NUL}}
    if isinstance(field, DayField):
        parts: dict[str, tuple[Any, Any, Any]] = {
            "impossible": (31, 2, 2026),
            "not a date": ("=1+1", "<b>", "x\u202e"),
            "far future": (1, 1, 2099),
            "a part missing": (1, "", 2026),
            "year 0": (1, 1, 0),
            "NUL": ("\x00", 1, 2026),
        }
        clock = {f"{name}_time": "10am"} if isinstance(field, MomentField) else {}
        days = {
            why: dict(zip((f"{name}_day", f"{name}_month", f"{name}_year"), boxes, strict=True)) | clock
            for why, boxes in parts.items()
        }
        late = {f"{name}_day": 2, f"{name}_month": 3, f"{name}_year": 2026, f"{name}_time": "25:00"}
        return days | ({"no time of day": late} if clock else {})
    if isinstance(field, WholeNumberField):
        texts = ("-1", "1.5", "x", "=1+1", str(field.maximum + 1), "1e3", "٣", "9" * 400)
        return {f"number {text[:8]}": {name: text} for text in texts}
    if isinstance(field, CheckboxSet):
        return {"not offered": {name: ["nobody"]}, "one not offered": {name: ["\ud800", "x"]}}
    if isinstance(field, forms.ChoiceField):
        return {
            why: {name: value} for why, value in {"not offered": "nonsense", "NUL": NUL, "bidi": BIDI}.items()
        }
    return {}


def raw(answers: Answers) -> bytes:
    """The answers as a browser posts them; a lone surrogate goes as the three bytes that are no UTF-8."""
    return urlencode(
        {
            name: [one.encode("utf-8", "surrogatepass") for one in map(str, value)]
            if isinstance(value, list)
            else str(value).encode("utf-8", "surrogatepass")
            for name, value in answers.items()
        },
        doseq=True,
    ).encode()


def post(client: Client, page: FormPage, file: CaseFile, answers: Answers) -> Any:
    return client.post(page.address(file), raw(with_key(answers)), content_type=FORM)


@pytest.fixture
def signed_in(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def test_every_field_is_in_the_list(case_file: CaseFile) -> None:
    for name, page in PAGES.items():
        listed = {field for of, field in FIELDS if of == name}
        on_page = set(page.form(case_file).fields)
        assert listed <= on_page
        if "change" not in name or name == "change":
            assert listed == on_page, f"{name}: {listed ^ on_page}"


@pytest.mark.parametrize(("where", "field"), FIELDS)
def test_bad_answers_are_refused_beside_their_field(
    signed_in: Client, case_file: CaseFile, where: str, field: str
) -> None:
    page = PAGES[where]
    name = page.name(field)
    good = page.answers(case_file)
    for why, bad in wrong(name, page.form(case_file).fields[field]).items():
        before = Entry.objects.exclude(kind="case.viewed").count()
        response = post(signed_in, page, case_file, good | bad)
        html = response.content.decode()
        assert response.status_code == 200, why
        assert f'id="id_{name}_error"' in html, f"{why}: no error beside {name}"
        assert Entry.objects.exclude(kind="case.viewed").count() == before, why
        for text in bad.values():
            if isinstance(text, str) and not isinstance(
                page.form(case_file).fields[field], forms.ChoiceField
            ):
                assert str(escape(text)) in html, f"{why}: what was typed is gone"


@pytest.mark.parametrize("where", list(PAGES))
def test_lone_surrogates_are_refused_and_the_other_answers_stay(
    signed_in: Client, case_file: CaseFile, where: str
) -> None:
    page = PAGES[where]
    good = page.answers(case_file)
    texts = [n for n, f in page.form(case_file).fields.items() if isinstance(f, PlainCharField)]
    for field in texts:
        name = page.name(field)
        response = post(signed_in, page, case_file, good | {name: "a\ud800b"})
        html = response.content.decode()
        assert response.status_code == 200
        assert f'id="id_{name}_error"' in html
        for other in set(texts) - {field}:
            assert str(escape(good[page.name(other)])).split("\n")[0] in html


@pytest.mark.parametrize("where", list(PAGES))
def test_a_field_that_the_page_does_not_have_is_refused(
    signed_in: Client, case_file: CaseFile, where: str
) -> None:
    page = PAGES[where]
    before = Entry.objects.exclude(kind="case.viewed").count()
    response = post(
        signed_in, page, case_file, page.answers(case_file) | {"owner": "me", "risk_level": "standard"}
    )
    assert response.status_code == 200
    assert "There is a field that this page does not have" in response.content.decode()
    assert Entry.objects.exclude(kind="case.viewed").count() == before


@pytest.mark.parametrize("where", list(PAGES))
def test_nothing_posted_is_an_error_and_not_a_fault(
    signed_in: Client, case_file: CaseFile, where: str
) -> None:
    page = PAGES[where]
    answers = {"action": "exclude"} if where == "exclude" else {}
    response = signed_in.post(page.address(case_file), answers)
    assert response.status_code == 200
    assert "There is a problem" in response.content.decode()


@pytest.mark.parametrize("where", list(PAGES))
def test_good_answers_are_one_entry_however_often_they_are_sent(
    signed_in: Client, case_file: CaseFile, where: str
) -> None:
    page = PAGES[where]
    before = Entry.objects.filter(kind=page.kind).count()
    answers = with_key(page.answers(case_file))
    first, second = (signed_in.post(page.address(case_file), answers) for _ in range(2))
    assert first.status_code == 302, first.content.decode()
    # Somebody who is kept out is not offered again: the second post finds nobody to choose.
    assert second.status_code == (200 if where == "exclude" else 302)
    if where != "exclude":
        assert second["Location"] == first["Location"]
    assert Entry.objects.filter(kind=page.kind).count() == before + 1


@pytest.mark.parametrize("where", [name for name in PAGES if name != "change"])  # it has no text
@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "=1+1", "{{ case.owner }}{% now 'Y' %}", "Ł 🏠 שלום"]
)
def test_any_text_is_text(signed_in: Client, case_file: CaseFile, where: str, text: str) -> None:
    page = PAGES[where]
    fields = page.form(case_file).fields
    texts = {page.name(n): text for n, f in fields.items() if isinstance(f, PlainCharField)}
    response = signed_in.post(page.address(case_file), with_key(page.answers(case_file) | texts), follow=True)
    html = response.content.decode()
    assert response.redirect_chain, where
    assert str(escape(text)) in html
    assert "<script>alert" not in html


def test_junk_in_addresses_is_not_found_or_survived(signed_in: Client, case_file: CaseFile) -> None:
    start = f"/cases/{case_file.case.reference}"
    strange = "00000000-0000-4000-8000-000000000000"
    for path in (f"people/{strange}/", f"information/{strange}/", "people/x/", "nothing/"):
        assert signed_in.get(f"{start}/{path}").status_code == 404
        assert signed_in.post(f"{start}/{path}", {"name": "x"}).status_code == 404
    for query in (
        "at=b1-x",
        "at=a99999999999999999-" + "f" * 32,
        "risk=nope",
        "reference=%F0%9F%8F%A0",
        "reference=%25",
    ):
        assert signed_in.get(f"/cases/?{query}").status_code == 200, query
    for query in (
        "before=0",
        "before=" + "9" * 30,
        "kind=nope",
        "person=nope",
        "since_day=99",
        "until_year=%E2%80%AE",
    ):
        assert signed_in.get(f"{start}/timeline/?{query}").status_code == 200, query
    for method in ("put", "delete", "patch"):
        assert getattr(signed_in, method)(f"{start}/people/").status_code == 405
