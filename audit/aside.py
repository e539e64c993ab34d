"""Questions to PostgreSQL that it works on while we work on something else, on a connection of their own.

A question is one call of libpq in a thread: it keeps no other thread waiting, as taking in the answer piece
by piece would. Inside a transaction another connection would not see its rows, and SQLite has no process of
its own: there whoever asks is told by the connection that everything is asked of.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import psycopg
from django.db import Error, connection
from django.db.models import QuerySet
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

Answer = Future[PGresult | None]


class Aside:
    """A thread and its connection, from the first question until it is closed."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None

    def can(self) -> bool:
        """Whether it can be asked for what this thread would be told."""
        return connection.vendor == "postgresql" and not connection.in_atomic_block

    def ask(self, query: str, params: Iterable[Any] = (), *, binary: bool = False) -> Answer:
        """Ask, where `can` says so. The answer is None where none could be had: ask again, and be told why.

        Args:
            query: as for a cursor, with its marks (%s); binary: the form of the answer's values.
        """
        connection.ensure_connection()
        with connection.connection.cursor() as cursor:
            text = cursor.mogrify(query, list(params))
        self._thread = self._thread or ThreadPoolExecutor(1, "aside")
        return self._thread.submit(_ask, text.encode(), Format.BINARY if binary else Format.TEXT)

    def rows(self, asked: "QuerySet[Any, tuple[Any, ...]]") -> Callable[[], Iterable[tuple[Any, ...]]]:
        """What gives the rows of a query of `values_list`, once they are wanted."""
        if not self.can():
            return lambda: asked
        compiler = asked.query.get_compiler(connection=connection)
        answer = self.ask(*compiler.as_sql())

        def rows() -> Iterable[tuple[Any, ...]]:
            result = answer.result()
            if result is None:
                return asked
            loads = Transformer(connection.connection)
            loads.set_pgresult(result)
            found = loads.load_rows(0, result.ntuples, tuple)
            # Django types its compilers as anything.
            return compiler.results_iter([found], tuple_expected=True)  # type: ignore[no-any-return]

        return rows

    def close(self) -> None:
        """Let go of the connection."""
        if self._thread:
            self._thread.submit(_let_go)
            self._thread.shutdown()
            self._thread = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _let_go() -> None:
    connection.close()  # that of the thread which this runs in


def _ask(query: bytes, form: Format) -> PGresult | None:
    try:
        connection.ensure_connection()
        result: PGresult = connection.connection.pgconn.exec_params(query, None, result_format=form)
        if result.status == ExecStatus.TUPLES_OK:
            return result
    except (psycopg.Error, Error):
        pass
    _let_go()  # the next question has another
    return None
