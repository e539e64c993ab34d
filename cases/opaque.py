"""Addresses of what has a code that tells something: an agency’s page is not called "refuge" (law.md §8).

`path("agencies/<opaque:code>/", …)`; `reverse("agency_change", args=[agency.code])` as with any code.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, TypeVar

from django.http import Http404
from django.urls import register_converter

Row = TypeVar("Row")


def mark(code: str) -> str:
    """What stands for a code in an address: always the same, and it says nothing."""
    return sha256(code.encode()).hexdigest()[:12]


def find(rows: Iterable[Row], marked: str) -> Row:
    """The row whose `code` an address stands for.

    Raises:
        Http404: there is none.
    """
    found = next((row for row in rows if mark(row.code) == marked), None)  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


class OpaqueConverter:
    """A code as its mark."""

    regex = "[0-9a-f]{12}"

    def to_python(self, value: str) -> str:
        """The mark as it stands: which row it is, only the view's own rows tell."""
        return value

    def to_url(self, value: Any) -> str:
        """The mark of a code."""
        return mark(str(value))


register_converter(OpaqueConverter, "opaque")
