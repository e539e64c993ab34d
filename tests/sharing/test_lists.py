"""The reference lists: whole, labelled, and true to the law list."""

import json
from datetime import date
from hashlib import sha256
from typing import get_type_hints

import pytest

from sharing import lists, rules

EVERY_ROW = [(name, row) for name in lists.LISTS for row in lists.rows(name)]


def test_every_row_has_a_label_a_version_and_a_date() -> None:
    assert len(EVERY_ROW) > 200
    for name, row in EVERY_ROW:
        assert row.code, name
        assert row.label.strip() == row.label != row.code, name
        assert row.version >= 1
        assert isinstance(row.in_force_from, date)


@pytest.mark.parametrize("name", sorted(lists.LISTS))
def test_no_code_and_no_label_is_there_twice(name: str) -> None:
    rows = lists.rows(name)
    assert len({row.code for row in rows}) == len({row.label for row in rows}) == len(rows)


def test_every_answer_with_codes_has_the_list_of_its_name() -> None:
    answers = set(get_type_hints(rules.Facts)) - {"now", "organisation", "case", "recipients", "items"}
    texts_and_days = {
        *(
            "already_sent",
            "sent_at",
            "basis_at",
            "decide_by",
            "harm_if_not",
            "mitigation",
            "balance",
            "care_needs",
            "at_risk",
        ),
        *(
            "cannot_protect",
            "agreement_review_on",
            "consent_reason",
            "tell_by",
            "disagree_reason",
            "unsafe_reasons",
        ),
        *(
            "fits",
            "send_by",
            "reason_text",
            "instead",
            "review_on",
            "confirmed_by",
            "decided_at",
            "signed_off",
        ),
    }
    assert answers - texts_and_days <= set(lists.LISTS)


def test_what_goes_beyond_the_seed_is_marked() -> None:
    marked = {row.code for row in lists.rows("basis") if row.beyond_the_seed}
    assert marked == {"6-1-ea"}
    assert all(row.beyond_the_seed and row.in_force_from == date(2026, 2, 5) for row in lists.rows("annex_1"))


def test_the_paragraphs_that_expect_a_policy_document() -> None:
    expected = {"1", "6", "7", "10", "11", "12", "17", "18", "19", "24"}
    assert lists.codes("schedule_1", "apd") == expected
    assert lists.codes("schedule_1", "apd_not_for_competent_authority") == {"10"}
    assert lists.codes("agency", "competent_authority") == {"police", "probation"}


def test_the_paragraphs_that_an_article_9_condition_takes() -> None:
    takes = {row.code: set(row.marks["takes"]) for row in lists.rows("article_9") if row.marked("takes")}
    part_2 = {str(number) for number in range(6, 29)}
    assert takes == {"9-2-b": {"1"}, "9-2-h": {"2"}, "9-2-i": {"3"}, "9-2-j": {"4"}, "9-2-g": part_2}
    assert set().union(*takes.values()) <= lists.codes("schedule_1")


def test_the_paragraphs_are_offered_in_the_order_of_their_use() -> None:
    offered = {
        kind: [row.code for row in lists.rows("schedule_1") if row.marks["offered"] == kind]
        for kind in ("first", "more")
    }
    assert offered == {
        "first": ["6", "10", "18", "30", "33", "36"],
        "more": ["1", "2", "7", "11", "12", "17", "19", "24", "29", "31", "32"],
    }
    assert [code for code, _label in lists.choices("schedule_1")] == offered["first"] + offered["more"]


def test_choices_labels_and_hints() -> None:
    assert lists.choices("wishes")[0] == ("agrees", "They agree")
    assert lists.choices("basis", only={"6-1-e"}) == [("6-1-e", "Public task")]
    assert lists.label("told_by", "in_person") == "In person, away from home"
    assert lists.label("basis", "gone") == "gone"
    assert "999" in lists.hint("urgency", "now")
    assert lists.hint("basis", "gone") == ""
    assert lists.row("basis", None) is lists.row("basis", "gone") is None
    assert not lists.marked("basis", None, "consent")
    with pytest.raises(KeyError):
        lists.choices("no-such-list")


def test_made_lists_hold_the_rows_of_their_parts() -> None:
    assert lists.rows("safe_routes") == lists.rows("route")
    assert lists.rows("reasons") == lists.rows("reasons_share") + lists.rows("reasons_do_not_share")
    assert lists.codes("told_by") == lists.codes("route") | {"in_person"}


def test_the_edition_and_the_word_lists() -> None:
    assert lists.version().startswith("2026.")
    for word in ("policy", "procedure", "gdpr", "consent", "confidential", "privacy"):
        assert word in lists.blanket_words()
    assert {("data", "protection"), ("not", "allowed")} <= set(lists.blanket_phrases())
    assert {"the", "and", "because", "don't"} <= lists.stop_words()
    assert all(word == word.casefold() for word in lists.blanket_words() | lists.stop_words())


EDITIONS = {
    "2026.2": "43dde6ca1553a8b599685a8e1e83ae7a8c1130c30a7c7c78b5b249faabf819a0",
    "2026.3": "5087168c3ec5337419143dc6280e5a1b2eaa7d1bb02439040c60b1d130646386",
    "2026.4": "d79b02ad02b553dc06f4b33301c6550ebfc0c58fe0b8edd429c7622389340e9c",
}
"""The digest of all rows, by edition. Lists that have changed are a new edition with a line of its own."""


def test_lists_that_change_are_a_new_edition() -> None:
    every = {
        name: [[row.code, row.label, row.hint, sorted(row.marks.items())] for row in lists.rows(name)]
        for name in sorted(lists.LISTS)
    }
    digest = sha256(json.dumps(every, ensure_ascii=False).encode()).hexdigest()
    assert EDITIONS[lists.version()] == digest, "raise the edition in sharing/reference/edition.toml"


def test_marks_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        lists.rows("basis")[0].marks["needs"] = "nothing"  # type: ignore[index]
