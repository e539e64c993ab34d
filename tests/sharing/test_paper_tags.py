"""The PDF by its tags (PDF/UA-1): a screen reader is given all of it, in order, under the right roles."""

import re
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from cases.models import User
from sharing import paper
from sharing.views.decisions import page_of
from tests.cast import CaseFile
from tests.sharing.deciding import NOT_SHARED, decided
from tests.sharing.printed import Node, Printed, sheet
from tests.sharing.test_paper import ask, long_decision

ROLES = {
    "Root", "Document", "H1", "H2", "H3", "H4", "P", "Table", "THead", "TBody", "TR", "TH", "TD",
    "L", "LI", "Lbl", "LBody",
}  # fmt: skip
INSIDE = {
    "THead": {"Table"}, "TBody": {"Table"}, "TR": {"THead", "TBody"}, "TH": {"TR"}, "TD": {"TR"},
    "LI": {"L"}, "Lbl": {"LI"}, "LBody": {"LI"}, "L": {"Document", "TD"}, "Table": {"Document"},
}  # fmt: skip


KINDS = ("short", "long", "not shared", "already sent", "by itself", "training")
_MADE: dict[str, Printed] = {}
"""Each kind is made and read once: none of the tests changes it."""


@pytest.fixture(params=KINDS)
def made(request: pytest.FixtureRequest) -> Printed:
    """A decision of each kind, printed."""
    if request.param not in _MADE:
        _MADE[request.param] = Printed(_pdf(request))
    return _MADE[request.param]


def _pdf(request: pytest.FixtureRequest) -> bytes:
    if request.param in ("by itself", "training"):
        return paper.pdf(sheet(["One", "Two"]), training=request.param == "training")
    client, officer = Client(), request.getfixturevalue("officer")
    file: CaseFile = request.getfixturevalue("case_file")
    if request.param == "long":
        return bytes(ask(client, officer, long_decision(officer, file)).content)
    changes: dict[str, Any] = NOT_SHARED if request.param == "not shared" else {}
    if request.param == "already sent":
        sent = {"sent_at": "2026-03-02T20:00:00+00:00", "sent_how": "By phone"}
        changes = {"already_sent": True, "basis": "", "points": {}, **sent}
    return bytes(ask(client, officer, decided(officer, file, **changes)).content)


def test_it_says_what_it_is(made: Printed) -> None:
    assert "<pdfuaid:part>1</pdfuaid:part>" in made.metadata
    title = re.search(r"<dc:title>.*?<rdf:li[^>]*>(.*?)</rdf:li>", made.metadata)
    assert title is not None
    assert re.fullmatch(r"Decision D-[A-Z0-9]{6}", title[1])
    assert made.catalog["Lang"] == b"en-GB"
    assert made.catalog["ViewerPreferences"]["DisplayDocTitle"] is True
    assert made.catalog["MarkInfo"]["Marked"] is True
    assert not made.catalog["MarkInfo"].get("Suspects")


def test_everything_is_tagged_but_what_runs_along(made: Printed) -> None:
    assert made.untagged == []
    assert made.outside == ""
    last = len(made.pdf.pages)
    for number, text in enumerate(made.artifacts, 1):
        assert re.search(rf"page{number}of{last}$", text.replace(" ", "")), text
    assert not re.search(r"page \d+ of \d+", made.text)


def test_every_role_is_known_and_where_it_belongs(made: Printed) -> None:
    assert [node.role for node in made.root.children] == ["Document"]

    def look(node: Node) -> None:
        for child in node.children:
            assert child.role in ROLES
            assert node.role in INSIDE.get(child.role, {node.role}), f"{child.role} in {node.role}"
            look(child)

    look(made.root)


def test_headings_skip_no_level(made: Printed) -> None:
    levels = [int(node.role[1]) for node in made.of("H1", "H2", "H3", "H4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(node.whole for node in made.of("H1", "H2", "H3", "H4"))


def test_every_table_has_headers_and_whole_rows(made: Printed) -> None:
    tables = made.of("Table")
    assert len(tables) > 5
    for table in tables:
        first, *rows = [node for node in table.walk() if node.role == "TR"]
        assert [cell.role for cell in first.children] == ["TH", "TH"]
        assert all(cell.whole for cell in first.children)
        assert rows
        for row in rows:
            assert [cell.role for cell in row.children] == ["TD", "TD"]
            assert all(cell.whole for cell in row.children)


def test_every_entry_of_a_list_has_a_body(made: Printed) -> None:
    assert made.of("LI")
    for entry in made.of("LI"):
        assert [node.role for node in entry.children] == ["Lbl", "LBody"]
        assert entry.children[1].whole


def test_it_is_read_in_the_order_of_the_page(client: Client, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    made = Printed(ask(client, officer, decision).content)
    html = client.get(f"/decisions/{decision.reference}/").content.decode().split("<main")[1]
    titles = [node.whole for node in made.of("H1", "H2")]
    assert len(titles) >= 13
    places = [html.index(f">{title}<") for title in titles]
    assert places == sorted(places)
    asked = [row["question"] for page in page_of(decision)["pages"] for row in page.rows]
    read = [row.children[0].whole for row in made.of("TR")]
    # A text of the guidance has the words of a question as its title: the guidance stands at the end.
    assert [one for one in read if one in asked][: len(asked)] == asked
