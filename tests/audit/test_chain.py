"""The form of an entry: canonical bytes, seals, commitments, receipts."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import chain
from tests.audit import making

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
# A busy machine is slow, not wrong.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
SUBJECT = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
ACTOR = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
REQUEST = UUID("16fd2706-8baf-433b-82eb-8c7fada847da")


def test_canonical_bytes_sort_keys_and_leave_no_space() -> None:
    assert chain.canonical({"b": [1, True, None], "a": "é"}) == '{"a":"é","b":[1,true,null]}'.encode()


@unhurried
@given(values)
def test_canonical_bytes_read_back_as_the_value(value: object) -> None:
    encoded = chain.canonical(value)
    assert json.loads(encoded) == value
    assert chain.canonical(json.loads(encoded)) == encoded


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        "\0",
        "\ud800",
        {"a": {"b": ["\udfff"]}},
        {"\0": 1},
        {1: "a"},
        b"a",
        (1,),
        {1},
        pytest.param(object(), id="an object"),
    ],
    ids=repr,
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        chain.canonical(value)
    assert not isinstance(caught.value, UnicodeError)


def test_a_value_nested_too_deep_is_refused() -> None:
    value: list[object] = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(ValueError, match="nested"):
        chain.canonical(value)


@unhurried
@given(st.dictionaries(texts, values, max_size=5))
def test_a_seal_opens_to_its_content(content: dict[str, object]) -> None:
    ready = making.sealed(SUBJECT, content=content, request_key=REQUEST)
    opened, secret = chain.unseal(
        ready.ciphertext, decrypt=making.decrypt, subject=SUBJECT, request_key=REQUEST
    )
    assert opened == content
    assert len(secret) == 32
    assert chain.commitment(opened, secret) == ready.commit


def test_a_seal_opens_in_no_other_entry() -> None:
    ready = making.sealed(SUBJECT, request_key=REQUEST)
    for subject, key in ((ACTOR, REQUEST), (SUBJECT, ACTOR)):
        with pytest.raises(InvalidTag):
            chain.unseal(ready.ciphertext, decrypt=making.decrypt, subject=subject, request_key=key)


def test_a_sealed_list_is_no_content() -> None:
    ciphertext = making.encrypt(bytes(32) + b"[]", SUBJECT.bytes + REQUEST.bytes)
    with pytest.raises(ValueError, match="named fields"):
        chain.unseal(ciphertext, decrypt=making.decrypt, subject=SUBJECT, request_key=REQUEST)


def test_the_same_content_never_seals_or_commits_alike() -> None:
    first, second = making.sealed(SUBJECT), making.sealed(SUBJECT)
    assert first.commit != second.commit
    assert first.ciphertext != second.ciphertext
    assert first.request_key != second.request_key


def test_the_plaintext_is_32_random_bytes_and_the_content() -> None:
    seen = []

    def keep(plaintext: bytes, bound: bytes) -> bytes:
        seen.append((plaintext, bound))
        return b"ciphertext"

    making.sealed(SUBJECT, content={"a": 1}, encrypt=keep, request_key=REQUEST)
    ((plaintext, bound),) = seen
    assert plaintext[32:] == b'{"a":1}'
    assert bound == SUBJECT.bytes + REQUEST.bytes


def test_each_field_is_committed_to_under_its_own_salt() -> None:
    secret = bytes(range(32))
    fields = []
    for name, value in (("a", b"1"), ("b", b'"x"')):
        salt = hmac.new(secret, f'"{name}"'.encode(), hashlib.sha256).digest()
        fields.append([name, hashlib.sha256(salt + value).hexdigest()])
    expected = hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).digest()
    assert chain.commitment({"b": "x", "a": 1}, secret) == expected


@unhurried
@given(st.dictionaries(texts, values, min_size=1, max_size=4), st.data())
def test_a_commitment_changes_with_any_field(content: dict[str, object], data: st.DataObject) -> None:
    secret = bytes(32)
    name = data.draw(st.sampled_from(sorted(content)))
    changed = content | {name: [content[name]]}
    less = {key: value for key, value in content.items() if key != name}
    marks = {chain.commitment(one, secret) for one in (content, changed, less)}
    assert len(marks) == 3
    assert chain.commitment(content, b"\1" * 32) not in marks


@pytest.mark.parametrize("kind", ["", "Decision", "a b", "a..b", ".a", "a\n", 'a","b', "é", "a" * 65])
def test_a_malformed_kind_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="kind"):
        making.sealed(kind=kind)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        making.sealed(occurred_at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_time_outside_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="calendar"):
        making.sealed(occurred_at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))))


def test_times_are_spelled_in_utc() -> None:
    summer = datetime(2026, 6, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert chain.spell_time(summer) == "2026-05-31T23:30:00.000000Z"


def test_a_header_is_exactly_these_bytes() -> None:
    ready = chain.Sealed(SUBJECT, "trial.seen", ACTOR, making.WHEN, REQUEST, b"sealed", b"\x01" * 32)
    recorded = datetime(2026, 3, 15, 10, 0, 0, 1, tzinfo=UTC)
    header = chain.header_bytes(ready, seq=7, prev=b"\x02" * 32, recorded_at=recorded)
    assert header == making.row(ready, 7, b"\x02" * 32).header
    assert chain.entry_hash(header) == hashlib.sha256(b"\0" + header).digest()


def test_a_receipt_is_the_first_80_bits_for_people() -> None:
    assert chain.receipt_code(bytes(32)) == "AAAA-AAAA-AAAA-AAAA"
    assert chain.receipt_code(b"\xff" * 32) == "7777-7777-7777-7777"
    assert chain.receipt_code(bytes(10) + b"\xff" * 22) == "AAAA-AAAA-AAAA-AAAA"
