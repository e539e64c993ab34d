"""Keys: a wrong, missing or damaged key file is found before anything is served; races leave one key."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from django.db import transaction

from cases import actions, vault
from cases.models import Canary, Case, CaseKey, Team, User
from dahashare.keys import make_keys, new_case_key
from tests.audit.test_append import at_once

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key_file(settings: Any, tmp_path: Path) -> Path:
    """A key folder of this test's own."""
    make_keys(tmp_path)
    settings.KEYS_DIR = tmp_path
    return tmp_path / "case-keys"


def _gone(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_text("")


def _short(path: Path) -> None:
    path.write_text(path.read_text()[:-8])


def _not_text(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00")


def _twice(path: Path) -> None:
    path.write_text(path.read_text() * 2)


def _other_key(path: Path) -> None:
    key_id = path.read_text().split()[0]
    path.write_text(f"{key_id} {new_case_key().split()[1]}\n")


def _other_file(path: Path) -> None:
    path.write_text(new_case_key() + "\n")


@pytest.mark.parametrize("harm", [_gone, _empty, _short, _not_text, _twice, _other_key, _other_file])
def test_a_key_file_that_is_not_the_right_one_is_refused(
    harm: Callable[[Path], None], key_file: Path
) -> None:
    vault.check_canary()
    harm(key_file)
    with pytest.raises(vault.WrongKey, match=r"^The key .*\.$"):
        vault.check_canary()


def test_the_refusal_says_nothing_of_the_key(key_file: Path) -> None:
    vault.check_canary()
    secret = key_file.read_text().split()[1]
    _short(key_file)
    with pytest.raises(vault.WrongKey) as refused:
        vault.check_canary()
    assert secret[:12] not in str(refused.value)


def test_the_first_check_makes_one_canary_and_the_next_none(key_file: Path) -> None:
    vault.check_canary()
    before = list(Canary.objects.values_list("key_id", "sealed"))
    vault.check_canary()
    assert list(Canary.objects.values_list("key_id", "sealed")) == before
    assert len(before) == 1


def test_a_key_that_is_added_gets_its_canary_and_wraps_new_cases(key_file: Path) -> None:
    vault.check_canary()
    old = uuid4()
    vault.new_key(old).save()
    sealed = vault.seal(old, b"text", b"place")
    added = new_case_key()
    key_file.write_text(f"{added}\n{key_file.read_text()}")
    vault.check_canary()
    assert Canary.objects.count() == 2
    assert vault.unseal(old, sealed, b"place") == b"text"
    assert vault.new_key(uuid4()).key_id == added.split()[0]


def test_sealed_cases_without_a_canary_are_refused(key_file: Path) -> None:
    vault.new_key(uuid4()).save()
    with pytest.raises(vault.WrongKey, match="no canary"):
        vault.check_canary()


def test_a_key_file_swapped_while_serving_is_not_used(key_file: Path) -> None:
    vault.check_canary()
    first = vault.new_key(uuid4())
    _other_file(key_file)
    assert vault.new_key(uuid4()).key_id == first.key_id


@pytest.mark.parametrize("look", [vault.check_canary, vault.canary_opens])
def test_a_file_that_is_refused_seals_nothing(look: Callable[[], object], key_file: Path) -> None:
    vault.check_canary()
    right, subject = key_file.read_text(), uuid4()
    _other_key(key_file)
    with suppress(vault.WrongKey):
        assert look() is False
    vault.new_key(subject).save()
    sealed = vault.seal(subject, b"text", b"place")
    key_file.write_text(right)
    vault.forget()
    assert vault.unseal(subject, sealed, b"place") == b"text"


@pytest.mark.parametrize("harm", [_gone, _short, _other_key, _other_file])
def test_a_look_at_the_key_file_tells_and_changes_nothing(
    harm: Callable[[Path], None], key_file: Path
) -> None:
    vault.check_canary()
    subject = uuid4()
    vault.new_key(subject)
    assert vault.canary_opens()
    vault.seal(subject, b"text", b"place")  # a key that is not stored yet was not dropped
    key_file.write_text(f"{new_case_key()}\n{key_file.read_text()}")
    assert vault.canary_opens()
    assert Canary.objects.count() == 1
    harm(key_file)
    assert not vault.canary_opens()
    assert Canary.objects.count() == 1


def test_a_case_key_opens_only_for_its_own_case(key_file: Path) -> None:
    one, two = vault.new_key(uuid4()), vault.new_key(uuid4())
    CaseKey(subject=two.subject, key_id=one.key_id, wrapped=one.wrapped).save()
    vault.forget()
    with pytest.raises(vault.WrongKey):
        vault.seal(two.subject, b"text", b"place")


def test_what_is_sealed_opens_only_in_its_place() -> None:
    subject = uuid4()
    vault.new_key(subject).save()
    sealed = vault.seal(subject, b"text", b"place")
    vault.forget()
    assert vault.unseal(subject, sealed, b"place") == b"text"
    for wrong in (sealed[:-1], sealed[:-1] + b"\0", b"\2" + sealed[1:], b""):
        with pytest.raises(InvalidTag):
            vault.unseal(subject, wrong, b"place")
    with pytest.raises(InvalidTag):
        vault.unseal(subject, sealed, b"elsewhere")


def test_sealing_twice_gives_different_bytes() -> None:
    subject = uuid4()
    vault.new_key(subject)
    assert vault.seal(subject, b"text", b"") != vault.seal(subject, b"text", b"")


def test_without_a_key_nothing_is_sealed() -> None:
    with pytest.raises(vault.NoKey):
        vault.seal(uuid4(), b"text", b"")


@committed
def test_a_case_that_is_rolled_back_leaves_no_key(
    officer: User, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("audit.ledger.append", fail)
    before = CaseKey.objects.count()
    with pytest.raises(ZeroDivisionError):
        actions.create_case(by=officer, team=team, concern_identified_at=officer.made_at)
    assert CaseKey.objects.count() == before
    assert not Case.objects.exists()


@committed
def test_the_organisations_key_of_a_rolled_back_transaction_is_not_used_again() -> None:
    with transaction.atomic():
        vault.seal(vault.ORGANISATION, b"lost", b"")
        transaction.set_rollback(True)
    sealed = vault.seal(vault.ORGANISATION, b"kept", b"")
    vault.forget()
    assert vault.unseal(vault.ORGANISATION, sealed, b"") == b"kept"


@committed
def test_of_many_first_writers_all_use_one_organisation_key() -> None:
    sealed = at_once(lambda number: vault.seal(vault.ORGANISATION, b"%d" % number, b""))
    vault.forget()
    opened = {vault.unseal(vault.ORGANISATION, one, b"") for one in sealed if isinstance(one, bytes)}
    assert opened == {b"%d" % number for number in range(20)}
    assert CaseKey.objects.count() == 1


def test_the_cache_stays_right_under_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "_CACHE_SIZE", 3)
    keys = vault._Keys()
    subjects = [uuid4() for _ in range(8)]
    made: dict[UUID, Any] = {subject: object() for subject in subjects}
    wrong: list[object] = []

    def work() -> None:
        for turn in range(3_000):
            subject = subjects[turn % len(subjects)]
            held = keys.held(subject)
            if held is None:
                keys.put(subject, made[subject])
            elif held is not made[subject]:
                wrong.append(subject)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(keys._held) <= 3


def test_many_keys_are_opened_with_one_query(django_assert_num_queries: Any) -> None:
    subjects = [uuid4() for _ in range(30)]
    for subject in subjects:
        vault.new_key(subject).save()
    vault.forget()
    with django_assert_num_queries(1):
        vault.load(subjects)
    with django_assert_num_queries(0):
        vault.load(subjects)
        for subject in subjects:
            vault.seal(subject, b"text", b"")
