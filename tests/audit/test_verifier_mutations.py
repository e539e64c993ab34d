"""No mutated export is accepted, by a Python that has nothing of ours; every genuine one is."""

import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from audit import verifier
from tests import fuzz
from tests.audit.mutating import Base, mutations
from tests.audit.packing import Log, a_log, files_of, key, put

pytestmark = pytest.mark.django_db(transaction=True)

DRIVER = """
import importlib.util, io, sys, traceback
for name in ("django", "cryptography", "audit", "openpyxl"):
    if importlib.util.find_spec(name):
        sys.exit("not a clean python: " + name)
spec = importlib.util.spec_from_file_location("verifier", sys.argv[1])
verifier = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verifier)
answers = sys.stdout
for line in sys.stdin:
    sys.stdout = io.TextIOWrapper(io.BytesIO())
    try:
        path, *held = line.split()
        code = verifier.main([path, "--key", sys.argv[2], *(["--checkpoint", *held] if held else [])])
        said = sys.stdout.buffer.getvalue().decode().splitlines()[0]
    except BaseException:
        code, said = "!", traceback.format_exc().replace("\\n", " | ")
    print(code, said, file=answers, flush=True)
"""


class Clean:
    """The verifier in a Python without our packages, in an empty folder; asked path by path."""

    def __init__(self, running: "subprocess.Popen[str]") -> None:
        self._running = running

    def ask(self, *paths: Path) -> tuple[str, str]:
        """The code (or "!" for an exception) and the first line printed, of a package (and a note)."""
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        print(*paths, file=self._running.stdin, flush=True)
        code, _, said = self._running.stdout.readline().rstrip("\n").partition(" ")
        return code, said


@contextmanager
def clean_python(folder: Path) -> Iterator[Clean]:
    """Start it."""
    empty = folder / "empty"
    empty.mkdir()
    tool, driver = folder / "verifier.py", folder / "driver.py"
    shutil.copy(verifier.__file__, tool)
    driver.write_text(DRIVER, "utf-8")
    command = [sys.executable, "-I", "-S", str(driver), str(tool), key()]
    with subprocess.Popen(command, cwd=empty, stdin=-1, stdout=-1, text=True, encoding="utf-8") as running:
        yield Clean(running)
        assert running.stdin is not None
        running.stdin.close()
    assert running.returncode == 0
    assert list(empty.iterdir()) == []


def bases(seed: int) -> list[Base]:
    """Genuine exports of two logs' worth of rows, in every format."""
    log = Log()
    shared = log.decisions(a_log(), lambda line: line.content["row.outcome"] == "share_all")
    more = log.decisions(a_log(5, 2))
    found = []
    for form in ("csv", "jsonl", "xlsx", "pdf"):
        files = files_of(shared, form)
        others = [files_of(more, form, filters=[]), files_of(shared, form)]
        found.append(Base(files, others, random.Random(seed)))
    return found


def test_no_mutated_export_is_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    count, seed = fuzz.examples(300, 20_000), random.randrange(2**32)
    genuine = bases(seed)
    told: Counter[str] = Counter()
    wrong = []
    with clean_python(tmp_path) as clean:
        for base in genuine:
            for files in (base.files, *base.others):
                assert clean.ask(put(tmp_path, files))[0] == "0"
        path, held = tmp_path / "mutant.zip", tmp_path / "held.txt"
        held.write_bytes(genuine[0].files["checkpoint.txt"])
        assert clean.ask(put(tmp_path, genuine[0].files), held)[0] == "0"
        for number, (kind, mutant) in enumerate(mutations(genuine, count)):
            path.write_bytes(mutant)
            code, said = clean.ask(path, held) if kind == "log_altered" else clean.ask(path)
            told[f"{kind}: {code}"] += 1
            if code not in ("1", "2") or "|" in said:
                wrong.append((number, kind, code, said))
            if number % 1000 == 0:
                assert clean.ask(put(tmp_path, genuine[0].files))[0] == "0"
    with capsys.disabled():
        print(f"\n{count} mutated exports (seed {seed}), {len(wrong)} accepted; {dict(sorted(told.items()))}")
    assert not wrong, (seed, wrong[:5])
    assert sum(number for answer, number in told.items() if answer.endswith(": 1")) > 0.9 * count
