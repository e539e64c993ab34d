"""Five years of decisions written by the database itself, and the dashboard over them. Needs Django set up.

Rows alone: the dashboard counts rows. The guards stand; they refuse changes, not what is new.
"""

import time
from pathlib import Path
from string import Template
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import _caseload
from bench._pages import MARKS, signs_in
from cases.models import Case, Exclusion, User
from sharing import tallying
from sharing.models import Decision, TallyDay

CASES_OF = 10
"""Decisions in a case."""
YEARS = 5 * 365 * 24 * 3600
SQL = Path(__file__).parent / "dashing.sql"


class Work:
    """One copy."""

    def __init__(self, count: int) -> None:
        call_command("prepare", verbosity=0)
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
        self.count = count
        teams, users = _caseload._staff()
        lead = User.objects.create_user("lead@bench.example", name="Lead", role="governance")
        with transaction.atomic():
            _cases(count // CASES_OF, teams, users[:-1])
            _write(count, users[0].id)
        hidden = [*Case.objects.order_by("id")[:20]]
        Exclusion.objects.bulk_create(
            Exclusion(case=case, user=user) for case in hidden for user in (lead, users[-1])
        )
        _caseload._settle()
        self.clients: dict[str, Client] = {"lead": signs_in(lead), "manager": signs_in(users[-1])}

    def count_all(self) -> tuple[int, float, float]:
        """How many decisions there are, the seconds to count every day, and one day again."""
        start = time.perf_counter()
        while tallying.keep_up(timezone.now()):
            pass
        took = time.perf_counter() - start
        day = TallyDay.objects.order_by("-day")[0].day
        start = time.perf_counter()
        tallying.recount([day])
        again = time.perf_counter() - start
        _caseload._settle()
        return Decision.objects.count(), took, again

    def page(self, who: str, address: str) -> float:
        """The seconds of an answer."""
        start = time.perf_counter()
        response = self.clients[who].get(address)
        took = time.perf_counter() - start
        assert response.status_code == 200, response.status_code
        assert response.content.count(b'class="dh-chart"') >= 5, response.content
        return took

    def queries(self, who: str, address: str) -> int:
        """How many queries it takes."""
        with CaptureQueriesContext(connection) as found:
            self.clients[who].get(address)
        return sum(not one["sql"].startswith(MARKS) for one in found)


def _cases(count: int, teams: list[Any], officers: list[User]) -> None:
    start = _caseload.START
    Case.objects.bulk_create(
        (
            Case(
                id=_uuid(number),
                reference=f"C{number:07x}",
                team=teams[number % len(teams)],
                owner=officers[number % len(officers)],
                opened_at=start,
                concern_identified_at=start,
                restricted=number % 50 == 0,
            )
            for number in range(count)
        ),
        batch_size=_caseload.BATCH,
    )


def _uuid(number: int) -> str:
    return f"{number:032x}"


def _write(count: int, by: Any) -> None:
    """All the rows, written by the database: the statements of `dashing.sql` with its own words in them."""
    postgresql = connection.vendor == "postgresql"
    words = (_postgresql if postgresql else _sqlite)(count, YEARS / count, max(count // CASES_OF, 1))
    words["by"] = f"'{by}'" if postgresql else f"'{by.hex}'"
    text = "\n".join(line for line in SQL.read_text().splitlines() if not line.startswith("--"))
    with connection.cursor() as cursor:
        for statement in Template(text).substitute(words).split(";"):
            if statement.strip():
                cursor.execute(statement)  # no parameters: the driver then leaves % alone


def _postgresql(count: int, step: float, cases: int) -> dict[str, str]:
    def before(more: str = "0") -> str:
        return f"date_trunc('second', now()) - (({count} - i) * {step} + {more}) * interval '1 second'"

    def key(of: str) -> str:
        return f"CAST(lpad(to_hex({of}), 32, '0') AS uuid)"

    return {
        "numbers": f"generate_series(1, {count}) AS s(i)",
        "decision": key("i + 1"),
        "draft": key("i + 1"),
        "case": key(f"i % {cases}"),
        "at": before(),
        "due_at": before("(1 - i % 5) * 86400"),
        "sent_at": before("- i % 11 * 43200"),
        "review_on": f"CAST({before('- 28 * 86400')} AS date)",
        "hash": "sha256(CAST(CAST(i AS text) AS bytea))",
        "hex": "lpad(to_hex(i), 7, '0')",
        "yes": "true",
        "no": "false",
        "none": "CAST('[]' AS jsonb)",
        "empty": "CAST('' AS bytea)",
        "pairs": """CAST('[["r1","i1"]]' AS jsonb)""",
    }


def _sqlite(count: int, step: float, cases: int) -> dict[str, str]:
    def before(more: str = "0", form: str = "%Y-%m-%d %H:%M:%S") -> str:
        return f"strftime('{form}', 'now', CAST(-(({count} - i) * {step} + {more}) AS integer) || ' seconds')"

    def key(of: str) -> str:
        return f"printf('%032x', {of})"

    numbers = f"SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < {count}"  # noqa: S608 - a number of ours
    return {
        "numbers": f"(WITH RECURSIVE n(i) AS ({numbers}) SELECT i FROM n)",  # noqa: S608 - as above
        "decision": key("i + 1"),
        "draft": key("i + 1"),
        "case": key(f"i % {cases}"),
        "at": before(),
        "due_at": before("(1 - i % 5) * 86400"),
        "sent_at": before("- i % 11 * 43200"),
        "review_on": before("- 28 * 86400", "%Y-%m-%d"),
        "hash": "randomblob(32)",
        "hex": "printf('%07x', i)",
        "yes": "1",
        "no": "0",
        "none": "'[]'",
        "empty": "x''",
        "pairs": """'[["r1","i1"]]'""",
    }
