"""What the dashboard says: of each chart its question, the sentence that sums it up, its table, its picture.

The same table is on the page and in the file. Nobody is named: there are no figures of single officers.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cases.models import Agency
from sharing import charts, counting, lists
from sharing.counting import DECIDE_BINS, LAG_BINS, LATE, UNSENT
from sharing.dashboard import Figures
from sharing.rules.requests import blanket_refusal
from sharing.rules.terms import day_of

LEAST = 10
"""Of fewer there is only the table: a picture of so few would say more than they do."""
MOST_AGENCIES = 12


@dataclass(frozen=True)
class Chart:
    """One chart. `picture` is None where there is too little to draw."""

    code: str
    title: str
    question: str
    takeaway: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    count: int
    picture: charts.Picture | None = None
    note: str = ""
    links: Sequence[tuple[str, str]] = ()
    """Words, and the age that the list of overdue reviews is asked for."""

    @property
    def shown(self) -> list[tuple[str, list[str]]]:
        """The rows of the table: its first cell, which names it, and the others."""
        cells = [
            [charts.number(cell) if isinstance(cell, int) else cell for cell in row] for row in self.rows
        ]
        return [(row[0], row[1:]) for row in cells]

    @property
    def others(self) -> Sequence[str]:
        """The headings but the first."""
        return self.headings[1:]


def charts_of(figures: Figures) -> list[Chart]:
    """The six charts."""
    return [make(figures) for make in (_outcomes, _decide, _lag, _basis, _reviews, _refusals)]


def share_of(part: int, whole: int) -> str:
    """A share in a hundred, in figures."""
    if part and not round(100 * part / whole):
        return "under 1%"
    return f"{round(100 * part / whole)}%" if whole else "0%"


def _many(count: int, one: str, more: str = "") -> str:
    return f"{charts.number(count)} {one if count == 1 else more or one + 's'}"


def _drawn(count: int) -> bool:
    return count >= LEAST


# --- decisions by outcome ------------------------------------------------------------------------------


def _outcomes(figures: Figures) -> Chart:
    codes = [row.code for row in lists.rows("outcome")]
    names, total = [lists.label("outcome", code) for code in codes], figures.decisions
    counts = figures.counts[counting.OUTCOME]
    weeks = [(_since(day, figures), [found[code] for code in codes]) for day, found in figures.weeks.items()]
    rows: list[list[str | int]] = [[_day(day), *parts, sum(parts)] for day, parts in weeks]
    rows.append(["All weeks", *(counts[code] for code in codes), total])
    keyed = [
        f"{name}: {charts.number(counts[code])} ({share_of(counts[code], total)})"
        for code, name in zip(codes, names, strict=True)
    ]
    drawn = (
        charts.stacked([charts.Week(day, parts) for day, parts in weeks], keyed) if _drawn(total) else None
    )
    return Chart(
        "outcome",
        "Decisions by outcome, week by week",
        "Has sharing shifted?",
        _shift(figures),
        ["Week from", *names, "All"],
        rows,
        total,
        drawn,
        "A decision that was corrected, and an emergency share that was completed, count once: as the "
        "decision that took their place. The first and the last week can be shorter than seven days.",
    )


def _since(monday: date, figures: Figures) -> date:
    return max(monday, figures.period.since)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _shift(figures: Figures) -> str:
    total = figures.decisions
    if not total:
        return "No decisions were recorded."
    to_share = share_of(_to_share(figures.counts[counting.OUTCOME]), total)
    said = f"{_many(total, 'decision')} recorded, {to_share} of them to share."
    weeks = list(figures.weeks.values())
    halves = [sum(part, Counter[str]()) for part in (weeks[: len(weeks) // 2], weeks[len(weeks) // 2 :])]
    if any(half.total() < LEAST for half in halves):
        return said
    before, after = (100 * _to_share(half) / half.total() for half in halves)
    moved = "went up" if after - before >= _MUCH else "went down" if before - after >= _MUCH else ""
    if not moved:
        return f"{said} That stayed about the same throughout."
    halved = f"from {round(before)}% in the first half of the weeks to {round(after)}% in the second"
    return f"{said} Sharing {moved}: {halved}."


_MUCH = 5


def _to_share(counts: Counter[str]) -> int:
    return sum(number for code, number in counts.items() if counting.shared(code))


# --- time to decide ------------------------------------------------------------------------------------

_AGAINST = {
    "early_8": ("8+", "More than 7 days early"),
    "early_2": ("2–7", "2 to 7 days early"),
    "early_1": ("1", "1 day early"),
    "on_day": ("0", "On the day, in time"),
    "late_1": ("1", "Up to 1 day late"),
    "late_2": ("2–7", "2 to 7 days late"),
    "late_8": ("8+", "More than 7 days late"),
}


def _decide(figures: Figures) -> Chart:
    found, total = figures.counts[counting.DECIDE], figures.counts[counting.DECIDE].total()
    panels: list[charts.Panel] = []
    rows: list[list[str | int]] = []
    for row in lists.rows("urgency"):
        counts = [found[f"{row.code}:{name}"] for name in DECIDE_BINS]
        rows.append([row.label, *counts, sum(counts)])
        if sum(counts):
            panels.append(_panel(row.label, counts))
    late = _late(found)
    drawn = charts.panels(panels, "days early", "days late") if _drawn(total) else None
    return Chart(
        "decide",
        "Time to decide, by how soon it was needed",
        "Are urgent ones late?",
        _in_time(found, late) if total else "No decision had a day by which it was needed.",
        ["How soon", *(_AGAINST[name][1] for name in DECIDE_BINS), "All"],
        rows,
        total,
        drawn,
        "Measured against the day by which it was to be decided. Emergency shares are not in it: they are "
        "made at once. Nor are corrections.",
    )


def _panel(label: str, counts: Sequence[int]) -> charts.Panel:
    columns = [
        charts.Column([_AGAINST[name][0]], count, charts.LINES if name in LATE else charts.PLAIN)
        for name, count in zip(DECIDE_BINS, counts, strict=True)
    ]
    late = sum(counts[len(DECIDE_BINS) - len(LATE) :])
    title = f"{label}: {charts.number(late)} of {charts.number(sum(counts))} late"
    return charts.Panel(title, columns, len(DECIDE_BINS) - len(LATE))


def _late(found: Counter[str]) -> Counter[str]:
    late: Counter[str] = Counter()
    for key, number in found.items():
        urgency, _, against = key.rpartition(":")
        late[urgency] += number if against in LATE else 0
    return late


def _in_time(found: Counter[str], late: Counter[str]) -> str:
    urgent = sum(number for key, number in found.items() if key.rpartition(":")[0] in _URGENT)
    late_urgent = sum(late[code] for code in _URGENT)
    every = f"Of all {_many(found.total(), 'decision')}, {charts.number(late.total())} came late."
    if not urgent:
        return f"None was needed on the same day. {every}"
    late_ones = charts.number(late_urgent) if late_urgent else "None"
    return f"{late_ones} of the {_many(urgent, 'decision')} needed on the same day came late. {every}"


_URGENT = ("now", "today")

# --- from deciding to sending --------------------------------------------------------------------------

_LAGS = {
    "day_0": (("Same", "day"), "Same day"),
    "day_1": (("Next", "day"), "Next day"),
    "day_2": (("2 to 3", "days"), "2 to 3 days later"),
    "day_4": (("4 to 7", "days"), "4 to 7 days later"),
    "day_8": (("8 days", "or more"), "8 days later or more"),
    UNSENT: (("Not sent", "yet"), "Not sent yet"),
    counting.CLOSED: (("Closed,", "not sent"), "Closed with nothing sent"),
}


def _lag(figures: Figures) -> Chart:
    found = figures.counts[counting.LAG]
    total, unsent = found.total(), found[UNSENT]
    went = total - unsent - found[counting.CLOSED]
    columns = [
        charts.Column(
            _LAGS[name][0], found[name], charts.PLAIN if at < LAG_BINS.index(UNSENT) else charts.LINES
        )
        for at, name in enumerate(LAG_BINS)
    ]
    said = "Nothing was to be sent."
    if total:
        waiting = "Nothing waits to be sent." if not unsent else f"{charts.number(unsent)} not sent yet."
        said = f"{share_of(found['day_0'], went)} of what was sent went on the day of the decision. {waiting}"
        said = said if went else waiting
    return Chart(
        "lag",
        "From deciding to sending",
        "Decided, but not sent?",
        said,
        ["First sent", "Decisions", "Share"],
        [[_LAGS[name][1], found[name], share_of(found[name], total)] for name in LAG_BINS],
        total,
        charts.histogram(columns) if _drawn(total) else None,
        "Decisions of which something was to be sent; what had already been shared is not in it.",
    )


# --- lawful basis --------------------------------------------------------------------------------------


def _basis(figures: Figures) -> Chart:
    found = figures.counts[counting.BASIS]
    total = found.total()
    known = [row.code for row in lists.rows("basis") if not row.beyond_the_seed or found[row.code]]
    codes = sorted({*known, *found}, key=lambda code: (-found[code], code))
    named = [(lists.label("basis", code) if code else "None recorded", found[code]) for code in codes]
    bars = [(name, count, f"{charts.number(count)} ({share_of(count, total)})") for name, count in named]
    said = "Nothing was decided to be shared."
    if total:
        top, consent = named[0], sum(found[code] for code in lists.codes("basis", "consent"))
        said = (
            f"{top[0]} carries {share_of(top[1], total)} of {_many(total, 'decision')} to share. "
            f"Consent: {charts.number(consent)} ({share_of(consent, total)})."
        )
    return Chart(
        "basis",
        "Lawful basis of what is shared",
        "Is consent used too often?",
        said,
        ["Lawful basis", "Decisions", "Share"],
        [[name, count, share_of(count, total)] for name, count in named],
        total,
        charts.bars(bars) if _drawn(total) else None,
    )


# --- overdue reviews -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Age:
    """For how many days reviews are overdue: code, words, from and to."""

    code: str
    words: str
    least: int
    most: int


AGES = (
    Age("week", "1 to 7 days", 1, 7),
    Age("month", "8 to 28 days", 8, 28),
    Age("quarter", "29 to 90 days", 29, 90),
    Age("longer", "more than 90 days", 91, 40_000),
)
AGE = {age.code: age for age in AGES}


def due_between(age: Age, today: date) -> tuple[date, date]:
    """The first and the last day on which the reviews fell due that are overdue for so long."""
    return today - timedelta(days=age.most), today - timedelta(days=age.least)


def _reviews(figures: Figures) -> Chart:
    today = day_of(figures.at)
    late = Counter({date.fromisoformat(key): n for key, n in figures.counts[counting.REVIEW].items()})
    late = Counter({day: n for day, n in late.items() if day < today})
    found = {
        age: sum(n for day, n in late.items() if age.least <= (today - day).days <= age.most) for age in AGES
    }
    total = sum(found.values())
    said = "No review is overdue."
    if total:
        oldest = f"The oldest was due on {_day(min(late))}: begin there."
        said = f"{_many(total, 'review is', 'reviews are')} overdue. {oldest}"
    named = [(f"Overdue for {age.words}", number) for age, number in found.items()]
    return Chart(
        "review",
        "Overdue reviews today, by age",
        "What comes first?",
        said,
        ["Age", "Decisions"],
        named,
        total,
        charts.bars([(words, number, charts.number(number)) for words, number in named])
        if _drawn(total)
        else None,
        "Decisions that stand, whose day to look at them again has passed, whenever they were recorded.",
        [
            (f"See the {_many(number, 'decision')} overdue for {age.words}", age.code)
            for age, number in found.items()
            if number
        ],
    )


# --- refusals ------------------------------------------------------------------------------------------

_KINDS = {
    "specific": "about this case",
    "policy": "general policy",
    "data_protection": "data protection or GDPR",
    "no_consent": "no consent",
    "not_theirs": "not theirs to give",
    "none": "no reason given",
}


def _refusals(figures: Figures) -> Chart:
    by_agency: dict[str, Counter[str]] = {}
    for key, number in figures.counts[counting.REFUSAL].items():
        agency, _, kind = key.rpartition(":")
        by_agency.setdefault(agency, Counter())[kind] += number
    names = dict(Agency.objects.filter(code__in=by_agency).values_list("code", "name"))
    ranked = sorted(by_agency.items(), key=lambda one: (-one[1].total(), names.get(one[0], one[0])))
    named = [(_agency(code, names), _ranked(found)) for code, found in ranked]
    total = sum(found.total() for found in by_agency.values())
    blanket = sum(n for found in by_agency.values() for kind, n in found.items() if blanket_refusal(kind))
    said = "No agency refused."
    if total:
        said = (
            f"{_many(total, 'refusal')}, most from {named[0][0]} ({charts.number(ranked[0][1].total())}). "
            f"{charts.number(blanket)} gave no reason about the case: ask for one in writing, then escalate."
        )
    shown = [
        (name, [(_KINDS.get(kind, kind), n) for kind, n in kinds]) for name, kinds in named[:MOST_AGENCIES]
    ]
    more = len(named) - MOST_AGENCIES
    return Chart(
        "refusal",
        "Refusals, by agency and kind of reason",
        "Where do we escalate?",
        said,
        ["Agency", "Reason", "Refusals"],
        [[name, lists.label("refusal_reason", kind), n] for name, kinds in named for kind, n in kinds],
        total,
        charts.dots(shown) if _drawn(total) else None,
        f"{_many(more, 'more agency is', 'more agencies are')} in the table." if more > 0 else "",
    )


def _ranked(found: Counter[str]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def _agency(code: str, names: dict[str, str]) -> str:
    return names.get(code) or lists.label("agency", code) or "An agency outside the directory"
