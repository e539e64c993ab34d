"""What a log line keeps: where it happened. Never what was typed."""

import logging
from io import StringIO

from dahashare.logs import LOGGING, PrivateFormatter

SECRET = "14 Rose Lane"


def logged(message: str, *arguments: object, error: BaseException | None = None) -> str:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PrivateFormatter(LOGGING["formatters"]["private"]["format"]))
    logger = logging.Logger("dahashare.test")
    logger.addHandler(handler)
    logger.error(message, *arguments, exc_info=error)
    return stream.getvalue()


def _fail(address: str) -> None:
    cause = ValueError(f"Key (address)=({address}) already exists")
    raise RuntimeError(f"could not save {address}") from cause


def test_a_traceback_keeps_places_and_classes_and_no_value() -> None:
    try:
        _fail(SECRET)
    except RuntimeError as error:
        text = logged("Internal Server Error: %s", "/cases/", error=error)
    assert SECRET not in text
    assert "in _fail" in text
    assert "builtins.RuntimeError" in text
    assert "builtins.ValueError" in text


def test_a_query_string_is_cut() -> None:
    text = logged("Error handling request %s", "/cases/?name=Rose%20Lane&x=1 after")
    assert "Rose" not in text
    assert "/cases/?…" in text
    assert text.rstrip().endswith("after")


def test_celerys_report_of_a_failed_task_tells_only_which_one() -> None:
    record = logging.LogRecord("celery.app.trace", logging.ERROR, "", 0, f"raised: {SECRET}", (), None)
    try:
        _fail(SECRET)
    except RuntimeError as error:
        record.exc_info = (RuntimeError, error, error.__traceback__)
    record.data = {"name": "some.task", "id": "7"}
    text = PrivateFormatter("%(message)s").format(record)
    assert text.startswith("Task some.task[7] failed\n")
    assert SECRET not in text


def test_the_token_of_a_one_time_link_is_cut() -> None:
    text = logged("Internal Server Error: %s", "/welcome/Zm9vYmFyZm9vYmFy/")
    assert "Zm9v" not in text
    assert "/welcome/…" in text
