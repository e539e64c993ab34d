"""A case's key is destroyed while an export is written: what is finished is a package that proves itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit import export_work, exports, signing, verifier
from audit.models import Export
from cases import vault
from cases.models import CaseKey, Team, User
from sharing.models import Decision
from tests.cast import CaseFile, make_case
from tests.sharing.deciding import REASON
from tests.sharing.exporting import asked_for
from tests.sharing.taking_out import many, package, queued, written

pytestmark = pytest.mark.django_db
WITH_TEXT = {"names": True, "free_text": True, "columns": ["decision", "people", "reason_text"]}


@pytest.fixture
def three(officer: User, case_file: CaseFile, team: Team, monkeypatch: pytest.MonkeyPatch) -> list[Decision]:
    """Decisions of two cases, a chunk for each: of the first case one is written before the other's."""
    monkeypatch.setattr(export_work, "CHUNK", 1)
    monkeypatch.setattr("audit.proofs.FEW_ROWS", 0)
    return [*many(officer, case_file, 2), *many(officer, make_case(officer, team), 1)]


def destroy(decision: Decision) -> None:
    """As disposal does: this process holds the opened key still."""
    assert CaseKey.objects.filter(subject=decision.case_id, wrapped__isnull=False).update(wrapped=None)


def said(export: Export, folder: Path) -> str:
    """What the verifier says; it raises where it takes the package for none of ours."""
    assert export.state == exports.DONE, export.error
    path = folder / f"{export.id}.zip"
    path.write_bytes(b"".join(exports.open_package(export)))
    return str(verifier.check(path, signing.public_key()))


def begun(governance: User, chunks: int) -> Export:
    export = asked_for(governance, filters={"emergency": "no"}, columns=["decision", "outcome"])
    for _ in range(chunks):
        assert export_work.work(seconds=0)
    export.refresh_from_db()
    assert export.done == chunks
    return export


@pytest.mark.parametrize("other_worker", [True, False])
@pytest.mark.parametrize("chunks", [1, 3])
def test_a_key_destroyed_between_chunks(
    chunks: int, other_worker: bool, governance: User, three: list[Decision], tmp_path: Path
) -> None:
    export = begun(governance, chunks)
    files, bar = export.manifest["files"], [export.done]
    destroy(three[0])
    if other_worker:
        vault.forget()
    while export_work.work(seconds=0):
        export.refresh_from_db()
        bar.append(export.done)
        assert export.manifest["files"] != files
    assert bar == sorted(bar)
    assert "2 rows whose content is said to be destroyed" in said(export, tmp_path)
    assert len(list(exports.folder_of(export.id).iterdir())) == 1


@pytest.mark.parametrize("step", ["_data", "_parts"])
def test_a_key_destroyed_while_it_is_packed(
    step: str, governance: User, three: list[Decision], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the chains are read, and after it."""
    export = begun(governance, 3)
    real: Callable[..., Any] = getattr(export_work.Job, step)
    times: list[int] = []

    def after(self: export_work.Job, *given: Any) -> Any:
        found = real(self, *given)
        if not times:
            destroy(three[0])
        times.append(1)
        return found

    monkeypatch.setattr(export_work.Job, step, after)
    written(export)
    assert "destroyed" in said(export, tmp_path)
    assert len(times) == 2


def test_what_was_destroyed_is_in_no_package_that_was_begun_before(
    governance: User, three: list[Decision], tmp_path: Path
) -> None:
    export = queued(governance, **WITH_TEXT)
    assert export_work.work(seconds=0)
    destroy(three[0])
    written(export)
    said(export, tmp_path)
    text = package(export)["decisions.csv"].decode()
    assert text.count(REASON) == 1, "that of the other case"


def test_a_key_of_a_case_that_is_not_in_it_costs_nothing(
    governance: User, three: list[Decision], officer: User, team: Team, tmp_path: Path
) -> None:
    export = begun(governance, 1)
    files = export.manifest["files"]
    outside = many(officer, make_case(officer, team), 1)
    destroy(outside[0])
    assert export_work.work(seconds=0)
    export.refresh_from_db()
    assert (export.manifest["files"], export.done) == (files, 2)
    assert "3 rows" in said(written(export), tmp_path)
