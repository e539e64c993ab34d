"""Lists typed one entry a line, days among them."""

import pytest
from django.core.exceptions import ValidationError

from cases.forms.lines import DaysField, LinesField

DAYS = DaysField(most_lines=5)


@pytest.mark.parametrize(
    "typed",
    [
        "24 12 2026",
        "24/12/2026",
        "24.12.2026",
        "2026-12-24",
        "24 December 2026",
        " 24-dec-2026 \n\n24 12 2026",
    ],
)
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    assert DAYS.clean(typed) == ["2026-12-24"]


@pytest.mark.parametrize(
    "typed", ["24 12", "24 12 2026 9", "Christmas", "31 2 2026", "24 12 26", "-", "1/2/3/4"]
)
def test_what_is_no_day_is_named(typed: str) -> None:
    with pytest.raises(ValidationError, match="as a date, like 24 12 2026"):
        DAYS.clean(f"25 12 2026\n{typed}")


def test_days_come_in_order_and_go_back_as_people_write_them() -> None:
    assert DAYS.clean("1 1 2027\n24 12 2026") == ["2026-12-24", "2027-01-01"]
    assert DAYS.prepare_value(["2026-12-24", "2027-01-01"]) == "24 12 2026\n1 1 2027"


def test_lines_are_kept_once_each_and_limited() -> None:
    field = LinesField(most_lines=2, line_length=5, required=False)
    assert field.clean(" a \n\nb\na") == ["a", "b"]
    assert field.clean("") == []
    for typed in ("a\nb\nc", "longer"):
        with pytest.raises(ValidationError):
            field.clean(typed)
