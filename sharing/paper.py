"""One recorded decision on paper: what its page shows, set as a tagged PDF (PDF/UA-1). Pure: no database.

Text goes to the typesetter as data and is never read as markup. The fonts are those that the typesetter
brings; letters that they cannot draw are looked for among the machine's, and else shown by their code.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

TEMPLATE = Path(__file__).resolve().parent / "paper.typ"
STANDARD: Final = "ua-1"
ANSWERED = ("Question", "Answer")
IN_SPITE = "Recorded in spite of these, because it had already been shared"
OPEN_THEN = "Still open when it was recorded: the completion asks for it"
NOT_DRAWN = (
    "Some letters in this record could not be drawn here. They are shown by their code, such as [U+0041]. "
    "The page on the screen shows them."
)
_BREAK = "\u200b"
_UNBROKEN = re.compile(r"\S{24}(?=\S)")
"""A run of letters without a gap: paper cuts off what is longer than its line."""
_EASY = "\u024f"
"""Up to here (Latin letters) everything can be drawn."""
_PLAIN = re.compile("[ -\u007e\u00a0-\u00ac\u00ae-\u024f\u2010-\u2027]")
"""Latin letters and the marks between them, which can be drawn wherever they stand."""
_TRIED = 400
"""How many different letters of other scripts are tried one by one."""

Block = dict[str, Any]
Page = Mapping[str, Any]


def pdf(page: Page, *, training: bool) -> bytes:
    """Set the decision page as a PDF.

    Args:
        page: what `sharing/decision.html` is drawn from, as `views.decisions` makes it, and `printed`: when
            and by whom it is put on paper.
        training: whether it is marked as made up, on every page.
    """
    paper = {
        "title": f"Decision {page['decision'].reference}",
        "receipt": page["receipt"],
        "training": training,
        "blocks": list(_blocks(page)),
    }
    return typeset(paper, TEMPLATE, NOT_DRAWN)


def typeset(paper: Mapping[str, Any], template: Path, not_drawn: str) -> bytes:
    """Set what a template is made from as a tagged PDF, whatever letters are in it.

    Args:
        paper: as JSON takes it; `blocks` is what the letters that cannot be drawn are told among.
        not_drawn: what is told where some cannot.
    """
    try:
        return _set(_spaced(paper), template, own_fonts=True)
    except typst.TypstError:
        text = json.dumps(paper, ensure_ascii=False)
    try:
        return _set(_spaced(_without(paper, _not_drawn(text), not_drawn)), template, own_fonts=False)
    except typst.TypstError:
        # Some letters are drawn alone and not beside others, such as the ring around the figure of a keycap.
        strange = sorted(letter for letter in set(text) if not _PLAIN.match(letter))
        return _set(_spaced(_without(paper, strange, not_drawn)), template, own_fonts=False)


def _without(paper: Mapping[str, Any], letters: Sequence[str], not_drawn: str) -> Any:
    """The same with these letters shown by their code, and told so."""
    if not letters:
        return paper
    first, *rest = paper["blocks"]
    told = {**paper, "blocks": [first, {"kind": "text", "text": not_drawn}, *rest]}
    return json.loads(
        re.sub(f"[{re.escape(''.join(letters))}]", _coded, json.dumps(told, ensure_ascii=False))
    )


def _coded(found: re.Match[str]) -> str:
    return f"[U+{ord(found[0]):04X}]"


def _spaced(paper: Any) -> Any:
    """The same with places to break in every run of letters that is longer than a line may be."""
    if isinstance(paper, str):
        return _UNBROKEN.sub(lambda found: found[0] + _BREAK, paper.replace("\t", " "))
    if isinstance(paper, list):
        return [_spaced(one) for one in paper]
    return {key: _spaced(one) for key, one in paper.items()} if isinstance(paper, dict) else paper


@cache
def _fonts(*, own: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=not own)


def _set(paper: Any, template: Path, *, own_fonts: bool) -> bytes:
    said = {"paper": json.dumps(paper, ensure_ascii=False)}
    compiler = typst.Compiler(template.read_bytes(), font_paths=_fonts(own=own_fonts), sys_inputs=said)
    try:
        made = compiler.compile(format="pdf", pdf_standards=[STANDARD])
    except BaseException as broken:
        # Some runs of letters break the typesetter itself; what it raises then goes past `Exception`.
        if type(broken).__name__ == "PanicException":
            raise typst.TypstError("The typesetter broke", "") from None
        raise
    assert isinstance(made, bytes)  # noqa: S101 - one PDF, in memory
    return made


def _not_drawn(text: str) -> list[str]:
    """The letters that no font at hand draws."""
    hard = sorted({letter for letter in text if letter > _EASY})
    return [letter for letter in hard[:_TRIED] if not _drawn(letter)] + hard[_TRIED:]


@cache
def _drawn(letter: str) -> bool:
    source = f'#set document(title: "-")\n#set text(lang: "en")\n#text("\\u{{{ord(letter):x}}}")'
    try:
        typst.Compiler(source.encode(), font_paths=_fonts(own=False)).compile(
            format="pdf", pdf_standards=[STANDARD]
        )
    except typst.TypstError:
        return False
    return True


# --- what stands on it, in the order of the page --------------------------------------------------


def _heading(level: int, text: str) -> Block:
    return {"kind": "heading", "level": level, "text": text}


def _text(text: str) -> Block:
    return {"kind": "text", "text": text}


def _table(rows: Iterable[Sequence[Any]], head: Sequence[str] = ANSWERED) -> Block:
    """A table of two columns; a cell is a text or a list of texts."""
    return {"kind": "table", "head": list(head), "rows": [[_cell(one) for one in row] for row in rows]}


def _cell(value: Any) -> list[str]:
    shown = [value] if isinstance(value, str) else [str(one) for one in value]
    return [one for one in shown if one] or ["Not recorded"]


def _answers(rows: Iterable[Mapping[str, Any]]) -> Block:
    return _table((row["question"], row["answer"]) for row in rows)


def _blocks(page: Page) -> Iterator[Block]:
    yield _heading(1, f"Decision {page['decision'].reference}")
    yield _text(". ".join(words for words, _ in page["tags"]) + ".")
    yield _table(
        [
            ("Case", page["decision"].case.reference),
            ("Decided", page["decided"]),
            ("Recorded", f"{page['recorded']}, by {page['decision'].by.name}"),
            ("Receipt code", page["receipt"]),
            ("Integrity", page["integrity"]),
            ("Downloaded", page["printed"]),
        ],
        ("Record", "Detail"),
    )
    yield from _emergency(page)
    yield from _followed(page.get("after") or {})
    if page.get("pages"):
        yield from _record(page)


def _emergency(page: Page) -> Iterator[Block]:
    if completes := page.get("completes"):
        yield _text(f"This completes the emergency share {completes.reference}.")
    if rows := page.get("emergency_rows"):
        yield _heading(2, "What was recorded in the emergency")
        yield _answers(rows)
    if completed := page.get("completed_by"):
        yield _text(f"Completed by decision {completed.reference}.")
    elif page.get("emergency_overdue"):
        yield _text("Completion overdue.")


def _followed(after: Page) -> Iterator[Block]:
    """What came after it, in the order of the page."""
    yield from (_text(f"{words} {other.reference}.") for words, other in after.get("links", ()))
    for one in after.get("answers_asked", ()):
        yield _text(f"This answers what an agency asked us: {one.reference}.")
    if wrong := after.get("what_is_wrong"):
        yield _table([(after["why_followed"], wrong)])
    if left := after.get("left"):
        yield _heading(2, "Still to send")
        by = f"By {after['send_by']}. " if after.get("send_by") else ""
        yield _text(f"{by}{'Overdue.' if after.get('overdue') else 'Not sent yet.'}")
        yield _table(((one["name"], one["items"]) for one in left), ("To", "Information"))
    if incidents := after.get("incidents"):
        yield _heading(2, "It went to the wrong person")
        rows = ((one["row"].reference, f"{one['tag'][0]}. {one['clock']}.") for one in incidents)
        yield _table(rows, ("Reference", "Where it stands"))
    yield from _cards_after("What was sent", after.get("disclosures", ()))
    yield from _cards_after("Looked at again", after.get("reviews", ()))
    yield from _cards_after("What managers said", after.get("judged", ()))


def _cards_after(title: str, cards: Sequence[Page]) -> Iterator[Block]:
    if cards:
        yield _heading(2, title)
    for card in cards:
        yield _heading(3, card["title"])
        if card.get("tags"):
            yield _text(". ".join(words for words, _ in card["tags"]) + ".")
        if problem := card.get("problem"):
            yield {"kind": "warning", "text": f"This is not what was recorded: {problem}. Do not rely on it."}
        if card["rows"]:
            yield _answers(card["rows"])


def _record(page: Page) -> Iterator[Block]:
    if page["stops"]:
        yield _heading(2, OPEN_THEN if page["decision"].emergency else IN_SPITE)
        yield {"kind": "list", "rows": [f"{one['title']}. Serves {one['serves']}" for one in page["stops"]]}
    yield _heading(2, "The seven golden rules in this decision")
    yield _table(
        (
            (f"{rule['number']}. {rule['title']}", rule["served"] or "Nothing was recorded")
            for rule in page["rules"]
        ),
        ("Rule", "What serves it here"),
    )
    yield _heading(2, "The case as it was")
    yield _answers(page["case_rows"])
    for one in page["pages"]:
        yield from _page(one, page)
    yield from _points(page["points"])
    yield from _guidance(page)


def _page(one: Any, page: Page) -> Iterator[Block]:
    yield _heading(2, f"{one.number}. {one.title}")
    if one.rows:
        yield _answers(one.rows)
    elif one.number not in (2, 6):
        yield _text("Not asked or not answered.")
    if one.number == 2:
        yield from _cards(page["recipients"], 3, "Nobody was named.")
    elif one.number == 6:
        yield _heading(3, "To share")
        yield from _cards(page["included"], 4, "Nothing.")
        yield _heading(3, "Withheld, and why")
        yield from _cards(page["withheld"], 4, "Nothing.")


def _cards(cards: Sequence[Mapping[str, Any]], level: int, none: str) -> Iterator[Block]:
    for card in cards:
        yield _heading(level, card["title"])
        yield _answers(card["rows"])
    if not cards:
        yield _text(none)


def _points(points: Sequence[Mapping[str, str]]) -> Iterator[Block]:
    yield _heading(2, "Points that were checked")
    if points:
        rows = (
            (f"{one['title']} (serves {one['serves']})", one["answer"] or "Not answered") for one in points
        )
        yield _table(rows, ("Point", "Why it is right"))
    else:
        yield _text("None was raised.")


def _guidance(page: Page) -> Iterator[Block]:
    yield _heading(2, "The guidance that this decision was made under")
    yield _text(f"Reference lists, edition {page['lists_version']}.")
    gone = "We no longer hold this text."
    rows = [
        (
            one["title"],
            f"Version {one['version']}, fingerprint {one['sha256'][:12]}. {'' if one['held'] else gone}",
        )
        for one in page["guidance"]
    ]
    yield _table(rows, ("Text", "Version and fingerprint"))
