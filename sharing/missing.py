"""What we asked other agencies for and do not have: the red line of the case banner (service.md §4).

An agency's name and a reference are nobody's, so that nothing sealed is opened for it. One expression holds
it all: the pages of a draft ask it with the draft, and it costs them no query of their own.
"""

from typing import Any

from django.db.models import Aggregate, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat
from django.urls import reverse

from cases.models import Agency, Case
from sharing.models import Request, RequestStep
from sharing.rules import requests as rules

NAME = "still_missing"
"""The column under which a query brings it along, and the attribute of the case that keeps it."""
_WITHIN, _BETWEEN = "\t", "\n"


class _Lines(Aggregate):
    """Texts as one text, a line each."""

    function = "STRING_AGG"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return super().as_sql(compiler, connection, template="%(function)s(%(expressions)s, CHR(10))", **more)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "GROUP_CONCAT(%(expressions)s, CHAR(10))"
        return super().as_sql(compiler, connection, template=template, **more)


def column(case: str) -> Subquery:
    """What is missing in a case, as a column: a line for each request.

    Args:
        case: the column of the outer query that holds the case's id.
    """
    steps = RequestStep.objects.filter(request=OuterRef("pk")).order_by("-number")
    spoken = steps.filter(Q(act__in=rules.ANSWERS) | ~Q(refusal=""))
    name = Agency.objects.filter(code=OuterRef("agency")).values("name")[:1]
    found = (
        Request.objects.filter(case=OuterRef(case))
        .annotate(state=Subquery(steps.values("state")[:1]))
        .filter(state__in=rules.MISSING - {rules.DRAFT})
        .annotate(
            refusal=Coalesce(Subquery(spoken.values("refusal")[:1]), Value("")),
            named=Coalesce(Subquery(name), Value("")),
        )
    )
    parts = [Value(_WITHIN) if n % 2 else F(_PARTS[n // 2]) for n in range(2 * len(_PARTS) - 1)]
    line = Concat(*parts, output_field=TextField())
    return Subquery(found.order_by().values("case").annotate(lines=_Lines(line)).values("lines"))


_PARTS = ("reference", "named", "state", "refusal")


def keep(case: Case, found: str | None) -> None:
    """Keep with a case what a query brought along."""
    vars(case)[NAME] = found or ""


def lines(case: Case) -> list[dict[str, str]]:
    """What is missing in a case, for its banner: words, address and what to do next."""
    if NAME not in vars(case):
        rows = Case.objects.filter(id=case.id).values_list(column("pk"), flat=True)
        keep(case, rows.first())
    text: str = vars(case)[NAME] or ""
    return [_line(*line.split(_WITHIN)) for line in sorted(text.split(_BETWEEN)) if line]


def _line(reference: str, named: str, state: str, refusal: str) -> dict[str, str]:
    return {
        "words": f"what we asked {named or UNLISTED} for",
        "reference": reference,
        "href": reverse("request", args=[reference]),
        "next": _next(state, refusal),
    }


UNLISTED = "another agency"


def _next(state: str, refusal: str) -> str:
    """What to do next, where they refused with a reason that is not enough on its own."""
    act = rules.ACTS.get(rules.suggested(state, refusal))
    if act is None or not act.letter or not refusal or not rules.blanket_refusal(refusal):
        return ""
    return f"They refused, and that is not enough on its own. Next: {act.words[0].lower()}{act.words[1:]}"
