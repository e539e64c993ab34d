"""Verifying the whole ledger and its log, against hashing the same bytes in memory and only reading the rows.

One PostgreSQL that is started for this run. The ways take turns round by round; what is new since the last
check is verified too, at the full size and at a tenth of it: that work must not grow with the ledger.
"""

import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._apart import Apart
from bench._common import Figure, report, size
from tests import servers

ENTRIES, ROUNDS, NEW = 1_000_000, 5, 2_000


def main() -> int:
    """Measure at a tenth and at the full size; print the figures."""
    count = size(__doc__ or "", ENTRIES, "entries of the ledger")
    with servers.postgres() as server:
        url = server.create("bench_verify")
        work = Apart("bench._verifying", url)
        work.ask("grow", max(1, count // 10))
        small = [work.ask("new", NEW) for _ in range(ROUNDS)]
        work.ask("grow", count)
        limits, whole = [], []
        for _ in range(ROUNDS):
            limits.append(work.ask("limit"))
            whole.append(work.ask("whole"))
        large = [work.ask("new", NEW) for _ in range(ROUNDS)]
        fresh = Apart("bench._verifying", url, count=work.ask("entries"))
        peak = fresh.ask("peak")
        fresh.end()
        work.end()
    print(
        f"{count} entries: {median(whole):.2f} s; hashing and reading alone {median(limits):.2f} s; "
        f"{NEW} new ones {median(small):.3f} s at a tenth, {median(large):.3f} s at the full size",
        flush=True,
    )
    return report(
        [
            Figure(
                "verifying the whole log, rate against hashing and reading alone",
                median(limits) / median(whole),
                0.85,
            ),
            Figure("verifying the whole log, most memory above the start, in MiB", peak, 64, most=True),
            Figure(
                "verifying what is new, its time at the full size against a tenth",
                median(large) / median(small),
                1.5,
                most=True,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
