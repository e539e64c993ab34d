"""Rows and dropdowns that are drawn once: what is put in is escaped, and nobody meets another's choices."""

from django.template.loader import render_to_string

from cases.forms.cases import CaseFilterForm
from cases.models import Membership, Team, User
from cases.templatetags import drawn as kept
from cases.templatetags.drawn import Row, drawn_field, drawn_rows

ROW = "cases/_case_row.html"
TEXTS = ("name", "href", "reference", "owner", "why", "team", "opened", "changed")


def test_a_row_is_what_its_template_draws_of_it_by_itself() -> None:
    for nasty in ("<script>\"'&", "\ue000name\ue000", "{{ name }}{% if %}", ""):
        words = dict.fromkeys(TEXTS, nasty)
        for closed in (False, True):
            kind = {"provisional": not closed, "closed": closed, "risk": "High risk", "risk_colour": "red"}
            drawn = drawn_rows(ROW, [Row(tuple(kind.items()), words)] * 2)
            assert drawn == render_to_string(ROW, kind | words) * 2


def test_a_dropdown_offers_each_what_is_theirs(officer: User, colleague: User, team: Team) -> None:
    other = User.objects.create_user("new@example.org", name="Quill <b>", role="officer")
    before = drawn_field(CaseFilterForm(None, user=officer)["owner"])
    assert "Quill" not in before
    Membership.objects.create(user=other, team=team)
    form = CaseFilterForm({"owner": str(other.id)}, user=officer)
    assert f'<option value="{other.id}" selected>Quill &lt;b&gt;</option>' in drawn_field(form["owner"])
    assert drawn_field(CaseFilterForm(None, user=officer)["owner"]) != before
    junk = CaseFilterForm({"owner": "junk"}, user=officer)
    assert junk.errors
    assert "govuk-error-message" in drawn_field(junk["owner"])


def test_a_search_is_drawn_and_never_kept(officer: User) -> None:
    empty, typed, wrong = (
        CaseFilterForm(data, user=officer)["text"] for data in (None, {"text": "Oduya"}, {"text": "*"})
    )
    assert drawn_field(empty) == drawn_field(empty) == render_to_string("gds/field.html", {"field": empty})
    assert 'value="Oduya"' in drawn_field(typed)
    assert "govuk-error-message" in drawn_field(wrong)
    assert 'value="' not in drawn_field(empty)
    assert not any("Oduya" in one or "error-message" in one for one in kept._fields.values())
