"""Logs that hold no personal text: no query strings, no form data, no values out of an exception.

An exception's message often quotes what was typed or a whole database row, so a log line keeps where it
happened and the exception's class, and nothing it says. Plain ``logging`` does this with one formatter.
"""

import logging
import re
import traceback
from types import TracebackType
from typing import Any

_QUERY = re.compile(r"\?[^\s'\"]*")
_ONE_TIME_LINK = re.compile(r"(/welcome/)[^\s'\"/]+")
_Exception = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PrivateFormatter(logging.Formatter):
    """Cuts query strings and the tokens of one-time links out of messages, and values out of tracebacks."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The line without query strings; Celery's report of a failed task without the exception's text."""
        if record.name == "celery.app.trace" and record.exc_info:
            data = getattr(record, "data", {})
            record.message = f"Task {data.get('name')}[{data.get('id')}] failed"
        record.message = _ONE_TIME_LINK.sub(r"\1…", _QUERY.sub("?…", record.message))
        return super().formatMessage(record)

    def formatException(self, ei: _Exception) -> str:  # noqa: N802 - logging's name
        """Files, lines and classes of the exception and of its causes."""
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or error.__context__
        return "\n".join(lines)


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "private": {
            "()": "dahashare.logs.PrivateFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "private"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # A page that does not exist is logged with its path, and a path can be anything somebody typed.
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["console"], "level": "CRITICAL", "propagate": False},
        "gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "celery": {"level": "INFO"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "kombu": {"level": "ERROR"},
        # It tells where credentials were found.
        "botocore": {"level": "WARNING"},
    },
}
