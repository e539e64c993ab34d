"""The words: every id there, every file whole, nothing that they hold can become markup."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sharing import lists, words

WHOLE = (
    b"---\nid: page.x\nversion: 2\ntitle: A title: with a colon\nsource: the guide\n"
    b"in_force_from: 2026-01-01\n---\nBody.\n"
)
PAGES = ("request", "recipients", "reasons", "lawful-basis", "telling", "items", "how", "decision")


def test_there_are_words_for_every_rule_principle_basis_page_and_lesson() -> None:
    ids = {one.id for one in words.all_words()}
    assert {f"rule-{number}" for number in range(1, 8)} <= ids
    assert {f"principle-{number}" for number in range(1, 4)} <= ids
    assert {f"basis.{code}" for code in lists.codes("basis")} <= ids
    assert {f"page.{page}" for page in PAGES} <= ids
    assert {
        "lesson-silence",
        "lesson-barrier",
        "lesson-somebody-else",
        "lesson-consent",
        "lesson-early",
    } <= ids


def test_every_text_is_plain_and_whole() -> None:
    for one in words.all_words():
        assert one.title, one.id
        assert one.body, one.id
        assert one.source, one.id
        assert isinstance(one.in_force_from, date)
        assert not {"#", "`", "<", "["} & set(one.body), one.id
        for avoided in ("the victim ", "offender", "failed to", "GDPR exemption", "click"):
            assert avoided not in one.body, one.id


def test_the_digest_is_of_the_file() -> None:
    one = words.words("rule-1")
    raw = (words.FOLDER / "rules" / "rule-1.1.md").read_bytes()
    assert one.sha256 == hashlib.sha256(raw).hexdigest()
    assert words.words("rule-1", one.version) == one


def test_an_unknown_id_or_version_is_an_error() -> None:
    with pytest.raises(KeyError):
        words.words("rule-8")
    with pytest.raises(KeyError):
        words.words("rule-1", 99)


def test_a_file_is_read() -> None:
    one = words.parse(WHOLE, "page.x.2.md")
    assert (one.id, one.version, one.title, one.body) == ("page.x", 2, "A title: with a colon", "Body.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"---\nid", b"id"),
        (b"title: A title: with a colon\n", b""),
        (b"version: 2", b"version: two"),
        (b"2026-01-01", b"soon"),
        (b"Body.\n", b"\n"),
        (b"version: 2\n", b"version: 2\nextra: x\n"),
    ],
)
def test_a_file_that_is_not_whole_is_named(old: bytes, new: bytes) -> None:
    with pytest.raises(words.WordsError, match=r"page\.x\.2\.md"):
        words.parse(WHOLE.replace(old, new), "page.x.2.md")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    def clear() -> None:
        words._every.cache_clear()
        words._latest.cache_clear()

    monkeypatch.setattr(words, "FOLDER", tmp_path)
    clear()
    yield tmp_path
    clear()


def test_the_newest_version_is_shown_and_old_ones_stay(folder: Path) -> None:
    for version in (2, 10, 1):
        raw = WHOLE.replace(b"version: 2", b"version: %d" % version)
        (folder / f"page.x.{version}.md").write_bytes(raw)
    assert words.words("page.x").version == 10
    assert words.words("page.x", 1).version == 1
    assert [one.version for one in words.all_words()] == [10]


def test_the_file_name_must_say_what_is_in_it(folder: Path) -> None:
    (folder / "page.x.3.md").write_bytes(WHOLE)
    with pytest.raises(words.WordsError, match=r"page\.x\.3\.md"):
        words.all_words()


def test_markup_is_the_smallest_part_and_safe() -> None:
    body = "One **bold** & <script>\nline.\n\n- first\n- **second**\n\n\n"
    assert words.to_html(body) == (
        '<p class="govuk-body">One <strong>bold</strong> &amp; &lt;script&gt; line.</p>\n'
        '<ul class="govuk-list govuk-list--bullet"><li>first</li><li><strong>second</strong></li></ul>'
    )
    assert words.words("rule-1").html.startswith('<p class="govuk-body">')
