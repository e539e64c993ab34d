"""An export as a PDF: a short table as it is, a wide one as a small table for each row. Pure: no database."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sharing import paper

TEMPLATE = Path(__file__).resolve().parent / "export.typ"
WIDE = 8
"""Up to so many columns fit beside each other on a sheet laid across."""
NOT_DRAWN = (
    "Some letters could not be drawn here. They are shown by their code, such as [U+0041]. "
    "An export as CSV holds them."
)
EMPTY = "No decision fits what was chosen."


def pdf(
    title: str, about: Sequence[str], titles: Sequence[str], rows: Sequence[Sequence[str]], *, training: bool
) -> bytes:
    """Set rows as a tagged PDF (PDF/UA-1).

    Args:
        about: lines below the title: what it holds, and what it is for.
        titles: of the columns, the first of which names a row.
        training: whether it is marked as made up, on every page.
    """
    wide = len(titles) <= WIDE
    said = {
        "title": title,
        "training": training,
        "wide": wide,
        "blocks": [
            {"kind": "heading", "level": 1, "text": title},
            {"kind": "text", "text": "\n".join(about)},
            *(_wide(titles, rows) if wide else _tall(titles, rows)),
        ],
    }
    return paper.typeset(said, TEMPLATE, NOT_DRAWN)


def _wide(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[paper.Block]:
    if rows:
        yield {"kind": "wide", "head": list(titles), "rows": [list(row) for row in rows]}
    else:
        yield {"kind": "text", "text": EMPTY}


def _tall(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[paper.Block]:
    if not rows:
        yield {"kind": "text", "text": EMPTY}
    for row in rows:
        yield {"kind": "heading", "level": 2, "text": f"{titles[0]} {row[0]}"}
        cells = zip(titles[1:], row[1:], strict=True)
        yield {"kind": "table", "rows": [[title, cell] for title, cell in cells if cell]}
