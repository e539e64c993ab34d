"""The requests of a case by value, for the floor below: which information answers which."""

from cases.models import Agency, Case
from cases.panels import Request as Asked
from sharing import lists, requests
from sharing.models import Request
from sharing.rules.requests import CLOSED, DRAFT


def of_case(case: Case) -> list[Asked]:
    """What we asked other agencies about a case, newest first; codes alone, nothing sealed."""
    rows = list(requests.standing(Request.objects.filter(case=case)).order_by("-recorded_at"))
    codes = {one.agency for one in rows}
    names = dict(Agency.objects.filter(code__in=codes).values_list("code", "name")) if rows else {}
    return [
        Asked(
            id=one.id,
            reference=one.reference,
            words=f"{one.reference}, {names.get(one.agency) or lists.label('agency', one.agency)}",
            url=f"/requests/{one.reference}/",
            open=one.state not in (DRAFT, CLOSED),
        )
        for one in rows
    ]
