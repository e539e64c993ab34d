"""The leak guard: what it finds of identities hidden in made-up texts, and how often it alarms without cause.

10,000 made-up cases (`--size`), each with a text in which one to three identities of its people are hidden,
in every spelling that tests/sharing/disguises.py knows; and 200 ordinary questions for advice, each asked of
a hundred made-up cases. And how long a text of 5,000 characters takes with twelve people.
"""

import sys
from collections import Counter
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import Figure, report, size
from sharing.rules import leaks
from tests.sharing import leaking

CASES, ASKED, ROUNDS = 10_000, 100, 30
FOUND, ALARMS = 1.0, 0.05
SHOWN = 10
"""So many of what was missed are printed."""


def figures(cases: int) -> list[Figure]:
    """The share of what was hidden that was found, and of ordinary texts that raised an alarm."""
    spellings: Counter[str] = Counter()
    lost: list[str] = []
    for seed in range(cases):
        example = leaking.an_example(seed)
        spellings.update(hidden.spelling for hidden in example.planted)
        lost += leaking.missed(example, leaks.find(example.text, example.known))
    hidden = spellings.total()
    alarms, texts = leaking.false_alarms(ASKED)
    for one in lost[:SHOWN]:
        print(f"leak: missed {one}")
    told = f"{hidden - len(lost)} of {hidden} found, in {len(spellings)} spellings"
    print(f"leak: {told}; alarms: {alarms} of {texts}")
    print(f"leak: 5,000 characters, twelve people: {1000 * _seconds():.1f} ms", flush=True)
    return [
        Figure("leak: identities found, of those hidden", (hidden - len(lost)) / hidden, FOUND),
        Figure("leak: alarms, of ordinary texts", alarms / texts, ALARMS, most=True),
    ]


def _seconds() -> float:
    """How long one look at a long text takes, the median of some rounds."""
    random, text = Random(0), " ".join(leaking.ordinary_texts())[:5_000]
    took = []
    for _ in range(ROUNDS):
        known = leaks.Known(tuple(leaking.somebody(random) for _ in range(12)))
        began = perf_counter()
        leaks.find(text, known)
        took.append(perf_counter() - began)
    return median(took)


def main() -> int:
    """Measure and report."""
    return report(figures(size(__doc__ or "", CASES, "made-up cases")))


if __name__ == "__main__":
    sys.exit(main())
