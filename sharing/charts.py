"""The dashboard's charts as pictures: where bars, dots and words stand. Pure; the templates draw them.

All are as wide as a column of the page, so that their words can still be read on a phone. Nothing is told by
colour alone: `fill` names a pattern, and every number stands beside what it belongs to.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 440
PLAIN, LINES, BANDS, DOTS = "plain", "lines", "bands", "dots"
"""The fills: dark and light in turn, so that what stands side by side differs in lightness too."""
_LINE, _LETTERS = 20, 46
_NICE = (10, 12, 16, 20, 30, 40, 50, 60, 80, 100)


@dataclass(frozen=True, slots=True)
class Text:
    """Words in a picture; `anchor`: where of them (x, y) is; `strong`: a heading."""

    x: float
    y: float
    words: str
    anchor: str = "start"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A bar, or a part of one."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line: of a grid, of an axis, to a dot, or the deadline."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str = "grid"


@dataclass(frozen=True, slots=True)
class Picture:
    """What a template draws, in this order."""

    height: float
    lines: Sequence[Line] = ()
    boxes: Sequence[Box] = ()
    dots: Sequence[tuple[float, float]] = ()
    texts: Sequence[Text] = ()
    width: int = WIDTH


def number(value: int) -> str:
    """A number as people write it."""
    return f"{value:,}"


def wrapped(words: str, lines: int = 2) -> list[str]:
    """Words in as many lines as fit; what is left over ends in an ellipsis."""
    found = textwrap.wrap(words, _LETTERS, break_long_words=True, max_lines=lines, placeholder="…")
    return found or [""]


def nice(most: int) -> int:
    """The number that ends an axis: round, and with a round half where it is more than one."""
    if most <= _NICE[0]:
        return max(most + most % 2 * (most > 1), 1)
    power = 1
    while most > _NICE[-1] * power:
        power *= 10
    return next(step * power for step in _NICE if most <= step * power)


# --- bars one below the other ------------------------------------------------------------------------


def bars(rows: Sequence[tuple[str, int, str]], fill: str = PLAIN) -> Picture:
    """Horizontal bars.

    Args:
        rows: of each bar its name, its length, and what is written at its end.
    """
    most, room = max(1, *(length for _, length, _ in rows)), WIDTH - 130
    boxes, texts, lines, y = [], [], [], 0.0
    for name, length, said in rows:
        named = wrapped(name)
        texts += [Text(0, y + 16 + _LINE * at, words) for at, words in enumerate(named)]
        y += _LINE * len(named) + 4
        width = max(length / most * room, 2) if length else 0
        if width:
            boxes.append(Box(0, y, width, 18, fill))
        lines.append(Line(0, y - 1, 0, y + 19, "axis"))
        texts.append(Text(width + 8, y + 15, said))
        y += 34
    return Picture(y, lines, boxes, (), texts)


# --- columns side by side -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a histogram: the lines of its name, how high it is, its fill."""

    name: Sequence[str]
    count: int
    fill: str = PLAIN


def histogram(columns: Sequence[Column], *, top: float = 0, tall: float = 130, most: int = 0) -> Picture:
    """Columns with their numbers above and their names below.

    Args:
        most: the highest column of all that stand together; 0: of these.
    """
    most = max(most or max(one.count for one in columns), 1)
    step, base = WIDTH / len(columns), top + _LINE + tall
    boxes, texts = [], []
    for at, one in enumerate(columns):
        height = max(one.count / most * tall, 2) if one.count else 0
        middle = (at + 0.5) * step
        if height:
            boxes.append(Box(at * step + 8, base - height, step - 16, height, one.fill))
        texts.append(Text(middle, base - height - 6, number(one.count), "middle"))
        texts += [
            Text(middle, base + _LINE * (line + 1), words, "middle") for line, words in enumerate(one.name)
        ]
    names = max(len(one.name) for one in columns)
    return Picture(base + _LINE * names + 8, [Line(0, base, WIDTH, base, "axis")], boxes, (), texts)


@dataclass(frozen=True, slots=True)
class Panel:
    """One of several histograms that stand together; the deadline is after the first `before` columns."""

    title: str
    columns: Sequence[Column]
    before: int


def panels(found: Sequence[Panel], early: str, late: str) -> Picture:
    """Histograms one below the other, each with its deadline line and what is on both sides of it."""
    y, parts = 0.0, []
    for one in found:
        titled = [
            Text(0, y + 16 + _LINE * at, words, strong=True) for at, words in enumerate(wrapped(one.title))
        ]
        y += _LINE * len(titled) + 4
        most = max(column.count for column in one.columns)
        drawn = histogram(one.columns, top=y + _LINE, tall=60, most=most)
        at = one.before * WIDTH / len(one.columns)
        base = drawn.lines[0].y1
        sides = [
            Text(at - 8, y + 16, "in time", "end"),
            Text(at + 8, y + 16, "late"),
            Text(at / 2, drawn.height + 12, early, "middle"),
            Text((at + WIDTH) / 2, drawn.height + 12, late, "middle"),
        ]
        lines = [*drawn.lines, Line(at, y, at, base + _LINE + 4, "deadline")]
        parts.append((lines, drawn.boxes, [*titled, *drawn.texts, *sides]))
        y = drawn.height + 40
    return Picture(
        y - 20,
        [line for lines, _, _ in parts for line in lines],
        [box for _, boxes, _ in parts for box in boxes],
        (),
        [text for _, _, texts in parts for text in texts],
    )


# --- dots ---------------------------------------------------------------------------------------------


def dots(groups: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> Picture:
    """A dot for each kind in each group, as far along its line as its number, the kind written beside it."""
    most = max((count for _, rows in groups for _, count in rows), default=1)
    left, room = 8, 165
    lines, points, texts, y = [], [], [], 0.0
    for name, rows in groups:
        named = wrapped(name)
        texts += [Text(0, y + 16 + _LINE * at, words, strong=True) for at, words in enumerate(named)]
        y += _LINE * len(named) + 6
        for kind, count in rows:
            x = left + count / most * room
            lines.append(Line(left, y + 10, x, y + 10, "stem"))
            points.append((x, y + 10))
            texts.append(Text(x + 14, y + 15, f"{number(count)} {kind}"))
            y += 24
        y += 10
    return Picture(y, lines, (), points, texts)


# --- stacked bars by week -----------------------------------------------------------------------------

_TALL, _FILLS = 170, (PLAIN, LINES, BANDS, DOTS)
_FEW_WEEKS = 14


@dataclass(frozen=True, slots=True)
class Week:
    """A bar: the day that stands below it, and its parts from the bottom up."""

    day: date
    parts: Sequence[int]


def stacked(weeks: Sequence[Week], names: Sequence[str]) -> Picture:
    """Stacked bars, a week each. The names of the parts stand above in the order of the stack.

    Args:
        names: of the parts from the bottom up, four at most.
    """
    boxes, texts = _key(names)
    top = len(names) * 24.0 + 34
    base, end = top + _TALL, nice(max(sum(week.parts) for week in weeks))
    left = 16 + 9 * len(number(end))
    step = (WIDTH - left) / len(weeks)
    gap = 3 if step > 12 else 1
    lines = []
    for part in (0, 1, 2) if end % 2 == 0 else (0, 2):
        y = base - _TALL * part / 2
        lines.append(Line(left - 4, y, WIDTH, y, "grid" if part else "axis"))
        texts.append(Text(left - 8, y + 5, number(end * part // 2), "end"))
    for at, week in enumerate(weeks):
        x, y = left + at * step + gap, base
        for size, fill in zip(week.parts, _FILLS, strict=False):
            height = size / end * _TALL
            if size:
                # The gap keeps neighbours apart whatever their fill; so thin a part still shows.
                boxes.append(Box(x, y - height, step - 2 * gap, max(height - 1.5, 1), fill))
            y -= height
        total: int = sum(week.parts)
        if len(weeks) <= _FEW_WEEKS and total and len(number(total)) * 9 <= step:
            texts.append(Text(x + step / 2 - gap, y - 5, number(total), "middle"))
    return Picture(base + 32, lines, boxes, (), [*texts, *_days(weeks, left, base)])


def _key(names: Sequence[str]) -> tuple[list[Box], list[Text]]:
    above = list(zip(names, _FILLS, strict=False))[::-1]
    boxes = [Box(0, 24.0 * at + 2, 18, 18, fill) for at, (_, fill) in enumerate(above)]
    return boxes, [Text(28, 24.0 * at + 17, name) for at, (name, _) in enumerate(above)]


def _days(weeks: Sequence[Week], left: float, base: float) -> list[Text]:
    """The days below the bars, as many as have room; the first always."""
    step = (WIDTH - left) / len(weeks)
    every = max(1, -(-74 // int(step)))
    found = []
    for at in range(0, len(weeks), every):
        x = left + (at + 0.5) * step
        anchor, place = ("end", float(WIDTH)) if x > WIDTH - 28 else ("middle", x)
        found.append(Text(place, base + 20, f"{weeks[at].day.day} {weeks[at].day:%b}", anchor))
    return found
