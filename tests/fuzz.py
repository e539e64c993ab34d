"""How many examples the tests of properties try: few on every run, many with `--long`."""

import os

LONG = "DAHASHARE_LONG_TESTS"
"""Set by tests/conftest.py for the processes of a run with `--long`."""


def examples(few: int, many: int) -> int:
    """`few` is enough to find what a change breaks at once; `many` is for before a release."""
    return many if os.environ.get(LONG) == "1" else few
