"""The fields that every form is built from: what they take, what they say, and that nothing typed is lost."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.forms import base
from cases.templatetags import gov
from cases.templatetags.gov import form_problems, gov_kind, gov_options, gov_parts


class Sample(base.GovForm):
    """One field of every kind, none required."""

    line = base.PlainCharField(label="Line", max_length=10, required=False)
    text = base.PlainTextField(label="Text", max_length=10, required=False)
    one = base.Radios([("a", "A", "hint"), ("b", "B")], label="One", required=False)
    many = base.CheckboxSet([("a", "A"), ("b", "B")], label="Many", required=False)
    long = base.Dropdown([("a", "A")], label="Long", required=False)
    day = base.DayField(label="Day", required=False)
    moment = base.MomentField(label="Moment", required=False)
    count = base.WholeNumberField(label="Count", minimum=0, maximum=24, required=False)
    mail = base.PlainEmailField(label="Mail", required=False)


def error(field: forms.Field, value: Any) -> str:
    """The words for a value that a field refuses."""
    with pytest.raises(ValidationError) as raised:
        field.clean(value)
    return str(raised.value.messages[0])


@pytest.mark.parametrize(
    "junk", ["a\0b", "\ud800", "a\ufffdb", "a\u202eb", "\u2066x", "\x1b[31m", "\x7f", "\x85", "a\vb"]
)
def test_hidden_characters_are_refused_beside_the_field_and_the_page_can_be_drawn(junk: str) -> None:
    form = Sample({"line": junk, "text": junk})
    assert set(form.errors) == {"line", "text"}
    assert str(form.errors["line"][0]).startswith("Remove the")
    str(form["line"].value()).encode("utf-8")


@pytest.mark.parametrize(
    "word", ["Łucja Nguyễn", "O’Brien-Smith", "عائشة", "=SUM(A1)", "<b>x</b>", "zero\u200dwidth"]
)
def test_names_of_all_scripts_and_marks_are_taken_as_they_are(word: str) -> None:
    assert base.PlainCharField().clean(f" {word} ") == word


def test_lines_only_where_there_is_room_for_them() -> None:
    assert error(base.PlainCharField(), "a\nb") == "Put this on one line"
    assert base.PlainTextField().clean("a\r\nb\rc\td") == "a\nb\nc\td"


def test_the_limit_is_of_code_points_after_trimming_and_line_ends() -> None:
    assert base.PlainTextField(max_length=3).clean(" \U0001f600\r\n\u00e9 ") == "\U0001f600\n\u00e9"
    words = error(base.PlainCharField(max_length=3), "abcd")
    assert words == "Shorten this to 3 characters or fewer. It now has 4"
    assert "maxlength" not in str(Sample()["text"])


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (("4", "6", "2024"), date(2024, 6, 4)),
        (("29", "feb", "2024"), date(2024, 2, 29)),
        (("", " ", ""), None),
    ],
)
def test_a_day_is_read_as_people_type_it(parts: tuple[str, ...], found: date | None) -> None:
    assert base.DayField(required=False).clean(list(parts)) == found


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("31", "2", "2024"), "The date must be a real date, like 27 3 2026"),
        (("٣", "6", "2024"), "The date must be a real date, like 27 3 2026"),
        (("9" * 5000, "6", "2024"), "The date must be a real date, like 27 3 2026"),
        (("4", "13", "2024"), "The date must be a real date, like 27 3 2026"),
        (("4", "6", "24"), "The date must have a year from 1900 to 2100, in 4 figures"),
        (("4", "6", "2101"), "The date must have a year from 1900 to 2100, in 4 figures"),
        (("4", "", ""), "The date must include a month and a year"),
        (("", "", ""), "Enter the date"),
    ],
)  # fmt: skip
def test_an_impossible_day_says_what_to_do(parts: tuple[str, ...], words: str) -> None:
    assert error(base.DayField(), list(parts)) == words


def test_past_and_future_days() -> None:
    def parts(day: date) -> list[int]:
        return [day.day, day.month, day.year]

    today = timezone.localdate()
    past, future = base.DayField(past_only=True), base.DayField(future_only=True, what="The review date")
    assert past.clean(parts(today)) == today
    assert error(past, parts(today + timedelta(1))) == "The date must be today or in the past"
    assert error(future, parts(today)) == "The review date must be in the future"
    assert future.clean(parts(today + timedelta(1))) == today + timedelta(1)


@pytest.mark.parametrize(
    ("typed", "found"),
    [("2:30pm", "13:30"), ("14.30", "13:30"), ("1430", "13:30"), ("12am", "23:00"), ("midday", "11:00")],
)  # fmt: skip
def test_a_moment_is_local_time(typed: str, found: str) -> None:
    moment = base.MomentField().clean(["4", "6", "2024", typed])
    assert isinstance(moment, datetime)
    assert f"{moment.astimezone(UTC):%H:%M}" == found


@pytest.mark.parametrize("typed", ["25:00", "13pm", "0am", "9", "soon", "12:60", "2:30:00"])
def test_a_time_that_is_none_is_refused(typed: str) -> None:
    assert error(base.MomentField(), ["4", "6", "2024", typed]).startswith("The date must have a real time")


def test_the_hour_that_the_clocks_skip_is_refused() -> None:
    assert "clocks went forward" in error(base.MomentField(), ["29", "3", "2026", "1:30am"])


def test_a_moment_not_yet_come() -> None:
    soon = timezone.localtime() + timedelta(hours=2)
    parts = [soon.day, soon.month, soon.year, f"{soon:%H:%M}"]
    assert error(base.MomentField(past_only=True), parts) == "The date cannot be in the future"


def test_codes_not_offered_are_refused_without_repeating_them() -> None:
    form = Sample(QueryDict("one=zzz&many=a&many=zzz&long=zzz&count=25"))
    assert {name: errors[0] for name, errors in form.errors.items()} == {
        "one": "Select an answer from the list", "many": "Select an answer from the list",
        "long": "Select an answer from the list", "count": "Enter a whole number from 0 to 24",
    }  # fmt: skip
    assert [o["checked"] for o in gov_options(form["many"])] == [True, False]


def test_checkboxes_come_back_in_the_order_offered_each_once() -> None:
    form = Sample(QueryDict("many=b&many=a&many=b"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["many"] == ["a", "b"]


def test_a_field_that_the_page_does_not_have_is_refused() -> None:
    form = Sample({"line": "x", "is_admin": "1", "save": "1", "csrfmiddlewaretoken": "x", "request_key": "y"})
    assert form.non_field_errors() == [
        "There is a field that this page does not have. Reload the page and enter your answers again"
    ]
    assert Sample({"day_day": "4", "day_month": "6", "day_year": "2024", "later": "1"}).is_valid()
    assert not Sample({"day_hour": "4"}).is_valid()


def test_error_links_go_to_the_first_input_of_each_field() -> None:
    form = Sample({"one": "z", "many": ["z"], "day_day": "99", "is_admin": "1"})
    assert [target for target, _ in form_problems(form)] == ["", "id_one", "id_many", "id_day"]
    assert gov_options(form["one"])[0]["id"] == "id_one"
    assert gov_parts(form["day"])[0]["id"] == "id_day"
    assert gov_parts(form["day"])[0]["value"] == "99"
    assert [gov_kind(field) for field in form][:5] == ["input", "textarea", "radios", "checkboxes", "select"]


def test_filters_survive_junk() -> None:
    class Filters(base.FilterForm):
        day = base.DayField(label="From")
        one = base.Radios([("a", "A")], label="One")

    form = Filters(
        QueryDict("day_day=\0&one=a&what=1&day_month=x&day_year=\ud800".encode("utf-8", "replace"))
    )
    assert form.chosen() == {"one": "a"}
    assert set(form.errors) == {"day"}
    assert Filters(None).chosen() == {}


def test_a_vendor_file_that_was_never_collected_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = ManifestStaticFilesStorage(location=str(tmp_path), base_url="/static/")
    storage.hashed_files = {"dahashare.css": "dahashare.1234.css"}
    monkeypatch.setattr(gov, "staticfiles_storage", storage)
    assert gov.asset_url("dahashare.css") == "/static/dahashare.1234.css"
    assert gov.asset_url("vendor/govuk/govuk-frontend.min.css") == ""


def test_plain_storage_leaves_out_what_is_not_there() -> None:
    assert gov.asset_url("dahashare.css").endswith("dahashare.css")
    assert gov.asset_url("vendor/nothing.css") == ""


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*Sample.base_fields, "day_day", "moment_time", "x"]), st.text(max_size=40)
    )
)
def test_whatever_is_posted_a_form_answers(data: dict[str, str]) -> None:
    form = Sample(data)
    form.is_valid()
    for field in form:
        gov_options(field) if hasattr(field.field, "choices") else field.value()
