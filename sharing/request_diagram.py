"""The documentation's picture of a request's states, and the same as a table: both drawn from `ACTS`.

`python -m sharing.request_diagram` writes them anew into docs/; a test fails where they are not what the
table of acts says.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from sharing.rules import requests as rules

DOCS = Path(__file__).resolve().parent.parent / "docs"
PICTURE, PAGE = DOCS / "pictures" / "requests.svg", DOCS / "requests.md"
START, END = "<!-- the table of acts -->", "<!-- end of the table -->"
WIDE, HIGH = 208, 58
PLACES: Mapping[str, tuple[float, float]] = {
    rules.DRAFT: (115, 90),
    rules.SENT: (480, 90),
    rules.CHASED: (780, 90),
    rules.REFUSED: (480, 220),
    rules.PART: (780, 320),
    rules.REASONS: (480, 350),
    rules.SENIOR: (480, 480),
    rules.STRATEGIC: (480, 610),
    rules.ANSWERED: (1195, 200),
    rules.CLOSED: (1195, 480),
}
"""The middle of each state's box."""
SIZE = (1315, 720)
FRAME = (300, 30, 935, 670)
"""Around the states in which something that we asked for is missing: left, top, right, bottom."""
INSIDE = rules.MISSING - {rules.DRAFT}
_STYLE = (
    "text{font:14px Arial,sans-serif;fill:#0b0c0c}.s{font-weight:bold}.a{font-size:12.5px}"
    ".l{font-size:12.5px;paint-order:stroke;stroke:#fff;stroke-width:6px;stroke-linejoin:round}"
    "rect{fill:#fff;stroke:#0b0c0c;stroke-width:2}rect.f{fill:#f3f2f1;stroke:#505a5f;stroke-dasharray:6 4}"
    "rect.b{stroke:none}path{fill:none;stroke:#1d70b8;stroke-width:2}"
)
_Point = tuple[float, float]
_Points = Sequence[_Point]


def svg() -> str:
    """The picture."""
    drawn = [_frame(), *_edges(), *(_box(state) for state in rules.STATES)]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE[0]} {SIZE[1]}" role="img">'
        "<title>The states of a request to another agency</title>"
        f"<style>{_STYLE}</style>"
        '<rect class="b" width="100%" height="100%"/>'
        '<defs><marker id="e" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        'orient="auto"><path style="fill:#1d70b8" d="M0 0L10 5L0 10z"/></marker></defs>'
    )
    return "\n".join([head, *drawn, "</svg>\n"])


def table() -> str:
    """The same as a table in Markdown."""
    rows = ["| What is done | When it is | It is then | With letter |", "|---|---|---|---|"]
    for act in rules.ACTS.values():
        since = ", ".join(words for state, words in rules.STATES.items() if state in act.since)
        to = rules.STATES[act.to] if act.to else "as before"
        approved = " (a manager approves it)" if act.letter in rules.APPROVED else ""
        rows.append(f"| {act.words} | {since or 'a decision allows it'} | {to} | {act.letter}{approved} |")
    return "\n".join(rows)


def _label(act: rules.Act) -> str:
    letter = f" ({act.letter}{', approved' if act.letter in rules.APPROVED else ''})" if act.letter else ""
    return act.words + letter


def _box(state: str) -> str:
    """A state with what may be done in it that leaves it as it is."""
    x, y = PLACES[state]
    stays = [_label(act) for act in rules.acts_in(state) if act.after(state) == state and not _of_all(act)]
    lines = [_text(x, y + (0 if stays else 5), rules.STATES[state], "s")]
    lines += [_text(x, y + 19, f"↻ {stay.removeprefix('Record that ')}", "a") for stay in stays]
    return f'<rect x="{x - WIDE / 2}" y="{y - HIGH / 2}" width="{WIDE}" height="{HIGH}" rx="4"/>' + "".join(
        lines
    )


def _frame() -> str:
    left, top, right, bottom = FRAME
    words = "Something is still missing"
    return (
        f'<rect class="f" x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" rx="8"/>'
        + _text(right - 105, bottom - 14, words, "a")
    )


def _of_all(act: rules.Act) -> bool:
    """Whether it may be done in every state in which something is missing: one arrow from the frame."""
    return act.since >= INSIDE


def _edges() -> Iterator[str]:
    for act in rules.ACTS.values():
        if _of_all(act):
            yield _from_frame(act)
        single = act.since - INSIDE if _of_all(act) else act.since
        sources = [state for state in rules.STATES if state in single and act.after(state) != state]
        named = min(sources, key=lambda state: _far(state, act.to), default="")
        for state in sources:
            yield _edge(state, act.after(state), _label(act) if state == named else "")


def _far(one: str, two: str) -> float:
    """How far two boxes are from each other: the shortest arrow of an act carries its words."""
    (x1, y1), (x2, y2) = PLACES[one], PLACES[two]
    return abs(x1 - x2) + abs(y1 - y2)


def _from_frame(act: rules.Act) -> str:
    """An arrow from the frame's right side; to a state within it, one that comes back in."""
    x, y = PLACES[act.to]
    side = 1 if act.to in INSIDE else -1
    end = (x + side * WIDE / 2, y)
    return _arrow([(FRAME[2], y), end], _label(act), ((FRAME[2] + end[0]) / 2 + (side > 0) * 48, y - 14))


def _edge(one: str, two: str, words: str) -> str:
    (x1, y1), (x2, y2) = PLACES[one], PLACES[two]
    between = [y for x, y in PLACES.values() if x == x1 and min(y1, y2) < y < max(y1, y2)]
    if {one, two} == {rules.DRAFT, rules.CLOSED}:  # around the frame
        low = FRAME[3] + 26
        points = [(x1, y1 + HIGH / 2), (x1, low), (x2, low), (x2, y2 + HIGH / 2)]
        return _arrow(points, words, ((x1 + x2) / 2, low - 6))
    if x1 == x2 and between:  # past the boxes between them
        left, right = x1 - WIDE / 2, x1 - WIDE / 2 - 22
        return _arrow([(left, y1), (right, y1), (right, y2), (left, y2)], words, (right, (y1 + y2) / 2))
    if x1 == x2:
        down = 1 if y2 > y1 else -1
        return _arrow(
            [(x1, y1 + down * HIGH / 2), (x2, y2 - down * HIGH / 2)], words, (x1, (y1 + y2) / 2 + 4)
        )
    along = 1 if x2 > x1 else -1
    points = [(x1 + along * WIDE / 2, y1), (x2 - along * WIDE / 2, y2)]
    return _arrow(points, words, ((x1 + x2) / 2, (y1 + y2) / 2 - 8))


def _arrow(points: _Points, words: str, at: _Point) -> str:
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
    drawn = f'<path d="{path}" marker-end="url(#e)"/>'
    return drawn + (_text(*at, words, "l") if words else "")


def _text(x: float, y: float, words: str, kind: str) -> str:
    """Words with their middle at a place."""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="middle">{escape(words)}</text>'


def with_table(page: str) -> str:
    """A page with the table between its two marks."""
    before, rest = page.split(START)
    return f"{before}{START}\n\n{table()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PICTURE.write_text(svg(), "utf-8")
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
