"""Decisions that nobody typed: each an entry sealed for real under its case's key. Needs Django set up.

What they say is what the scenarios' decisions say, and what was sent after one; each has a reference, an id
and a moment of its own. Of those that share, two of three were sent; some are followed by another.

They are written by COPY, by as many processes as there are cores, as the superuser of a database that is
thrown away: the guards and the foreign keys are off meanwhile, and a crash would empty the ledger. As in no
product's copy.
"""

import hmac
import json
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import django
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.models import Model
from django.utils import timezone
from psycopg.types.json import Json

from audit import chain, guards, leaves
from audit.models import Entry, Head, Leaf
from cases import events, vault
from cases.models import Case, CaseKey, Organisation, Team, User
from dahashare import demonstration
from sharing import after_actions, after_rows, projection, scenario_file
from sharing.models import Decision, Disclosure

BATCH, OF_A_CASE = 2_000, 4
START, APART = datetime(2021, 1, 4, 9, tzinfo=UTC), timedelta(minutes=2)
SCENARIOS = Path(demonstration.__file__).parent / "scenarios"
SENT = {"method": "secure_email", "complete": True, "reason": "As they asked"}
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ENTRY = [
    "bytea",
    "uuid",
    "int8",
    "bytea",
    "varchar",
    "uuid",
    "timestamptz",
    "timestamptz",
    "uuid",
    *["bytea"] * 4,
]
"""The types of an entry's columns: its bytes go as they are, every other table's rows as text."""
Columns = dict[str, Any]


# --- what they say -----------------------------------------------------------------------------------


@dataclass
class Pattern:
    """What a recorded event says, sealed again and again with ids of its own.

    `fields` are the canonical names and salted hashes that the commitment is made of; `own` has, for each
    field that differs, its canonical value, its salt and its hash; `row` the columns of the row that stands
    for it.
    """

    kind: str
    plaintext: bytes
    fields: bytes
    own: dict[str, tuple[bytes, bytes, bytes]]
    row: Columns

    @classmethod
    def of(cls, entry: Entry, own: Iterable[str], **others: str) -> "Pattern":
        """The pattern of a recorded event, with these fields besides."""
        content, secret = chain.unseal(
            bytes(entry.sealed),
            decrypt=lambda sealed, aad: vault.unseal(entry.subject, sealed, aad),
            subject=entry.subject,
            request_key=entry.request_key,
        )
        content |= {f"row.{name}": value for name, value in others.items()}
        salts = {name: hmac.digest(secret, chain.canonical(name), "sha256") for name in content}
        hashes = {name: _hashed(salts[name], chain.canonical(value)) for name, value in content.items()}
        said = events.joined(content)
        row = projection.decision_of if entry.kind == projection.KIND else after_rows.SENT.row
        return cls(
            entry.kind,
            secret + chain.canonical(content),
            chain.canonical([[name, hashes[name].decode()] for name in sorted(hashes)]),
            {name: (chain.canonical(content[name]), salts[name], hashes[name]) for name in own},
            _columns(row(entry, said)),
        )

    def said(self, values: Mapping[str, str]) -> tuple[bytes, bytes]:
        """The plaintext with these fields, and the commitment to it."""
        plaintext, fields = self.plaintext, self.fields
        for name, value in values.items():
            before, salt, hashed = self.own[name]
            canonical = b'"%b"' % value.encode()
            plaintext = plaintext.replace(before, canonical)
            fields = fields.replace(hashed, _hashed(salt, canonical))
        return plaintext, sha256(fields).digest()


def _hashed(salt: bytes, canonical: bytes) -> bytes:
    return sha256(salt + canonical).hexdigest().encode()


def _columns(row: Model) -> Columns:
    """The columns of a row as COPY takes them."""
    found = {}
    for field in row._meta.concrete_fields:
        value = field.get_db_prep_save(field.pre_save(row, add=True), connection)
        found[str(field.column)] = json.dumps(value.obj) if isinstance(value, Json) else value
    return found


class Known(NamedTuple):
    """A scenario's decision, the same as one that follows another, and what was sent after it."""

    decided: Pattern
    following: Pattern
    sent: Pattern | None


def known() -> list[Known]:
    """One for each scenario whose decision can be recorded as it is; what is to be sent of it is sent."""
    staff = demonstration.cast()
    for path in sorted(SCENARIOS.glob("*.toml")):
        scenario = scenario_file.load(path)
        demonstration.enter(scenario, by=staff["officer"], administrator=staff["administrator"], marked=False)
    return [_known(row, staff["officer"]) for row in Decision.objects.order_by("recorded_at")]


def _known(row: Decision, officer: User) -> Known:
    entry, own = _entry_of(row), ["reference", "decision"]
    follows = {"follows_id": str(uuid4()), "follows_as": "review"}
    sent = None
    if row.to_send:
        values = SENT | {"pairs": row.to_send, "sent_at": timezone.now()}
        made = after_actions.mark_sent(by=officer, decision=row, values=values)
        sent = Pattern.of(_entry_of(made), ["reference", "row.id", "row.decision_id"])
    following = Pattern.of(entry, [*own, "row.follows_id"], **follows)
    return Known(Pattern.of(entry, own), following, sent)


def _entry_of(row: Decision | Disclosure) -> Entry:
    return Entry.objects.get(hash=row.entry_hash)


# --- which there are, by their number ----------------------------------------------------------------


def _what(number: int, patterns: Sequence[Known]) -> Known:
    return patterns[number % len(patterns)]


def _is_sent(number: int, patterns: Sequence[Known]) -> bool:
    return number % 3 > 0 and bool(_what(number, patterns).sent)


def _follows(number: int) -> bool:
    """Whether it follows the one before it, which is of the same case then."""
    return number % OF_A_CASE > 0 and number % 10 == 3


def _reference(kind: str, number: int) -> str:
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 32)
        digits = _ALPHABET[digit] + digits
    return f"{kind}-{digits}"


# --- filling -----------------------------------------------------------------------------------------


def fill(count: int) -> User:
    """Make tables and `count` decisions, each in the log; the governance lead who takes them out."""
    call_command("migrate", verbosity=0)
    patterns, team = known(), Team.objects.create(name="Bench")
    officers = [
        User.objects.create_user(f"officer{n}@bench.example", name=f"Officer {n}", role="officer").id
        for n in range(8)
    ]
    Organisation.objects.update_or_create(id=1, defaults={"name": "Bench", "live_since": START})
    batches = [range(at, min(at + BATCH, count)) for at in range(0, count, BATCH)]
    sizes = [len(some) + sum(_is_sent(number, patterns) for number in some) for some in batches]
    places = accumulate(sizes, initial=leaves.sequence())
    with _quickly():
        connections.close_all()
        given = (patterns, officers, team.id)
        spawned = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(os.cpu_count(), spawned, django.setup) as pool:
            for _ in pool.map(_write, batches, places, *([one] * len(batches) for one in given)):
                pass
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return User.objects.get(role="governance")


@contextmanager
def _quickly() -> Iterator[None]:
    """Without guards, and without the write-ahead log of the largest tables."""
    with connection.cursor() as cursor:
        for model in (Entry, Leaf):
            cursor.execute(f"ALTER TABLE {model._meta.db_table} SET UNLOGGED")
        for table in guards.guarded():
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    try:
        yield
    finally:
        guards.install()


class Made:
    """Rows of each table, until they are written."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.rows: dict[type[Model], list[Sequence[Any]]] = {
            model: [] for model in (Case, CaseKey, Entry, Leaf, Head, Decision, Disclosure)
        }

    def add(self, model: type[Model], columns: Columns) -> None:
        self.rows[model].append(list(columns.values()))

    def save(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for model, rows in self.rows.items():
                names = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
                binary = " (FORMAT BINARY)" if model is Entry else ""
                with cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN{binary}") as copy:
                    if binary:
                        copy.set_types(_ENTRY)
                    for row in rows:
                        copy.write_row(row)


def _write(numbers: range, place: int, patterns: list[Known], officers: list[UUID], team: UUID) -> None:
    """The cases of these decisions, with all that is in them."""
    made = Made(place)
    any_case = _columns(
        Case(team_id=team, owner_id=officers[0], opened_at=START, concern_identified_at=START)
    )
    for first in range(numbers.start, numbers.stop, OF_A_CASE):
        opened = START + APART * first
        case, officer = uuid4(), officers[first // OF_A_CASE % len(officers)]
        own = {"id": case, "reference": _reference("C", first), "owner_id": officer}
        made.add(Case, any_case | own | dict.fromkeys(("opened_at", "concern_identified_at"), opened))
        made.add(CaseKey, _columns(vault.new_key(case)))
        chained = Chained(case, officer, made)
        before = None
        for number in range(first, min(first + OF_A_CASE, numbers.stop)):
            before = chained.decide(number, _what(number, patterns), before, sent=_is_sent(number, patterns))
        made.add(Head, {"subject": case, "seq": chained.seq, "hash": chained.prev})
    made.save()


class Chained:
    """A case and the entries of its chain, one after the other."""

    def __init__(self, case: UUID, officer: UUID, made: Made) -> None:
        self.case, self.officer, self.made = case, officer, made
        self.seq, self.prev = 0, chain.GENESIS

    def decide(self, number: int, what: Known, before: UUID | None, *, sent: bool) -> UUID:
        """Record a decision, and that it was sent; its id."""
        at, decision = START + APART * number, uuid4()
        own = {"reference": _reference("D", number), "decision": str(decision)}
        pattern, columns = what.decided, {"id": decision, "reference": own["reference"], "decided_at": at}
        if before and _follows(number):
            pattern, own = what.following, own | {"row.follows_id": str(before)}
            columns["follows_id"] = before
        self._record(Decision, pattern, own, columns, at)
        if sent and what.sent:
            disclosure = uuid4()
            said = {
                "reference": own["reference"],
                "row.id": str(disclosure),
                "row.decision_id": str(decision),
            }
            at += APART / 2
            self._record(
                Disclosure,
                what.sent,
                said,
                {"id": disclosure, "decision_id": decision, "sent_at": at},
                at,
            )
        return decision

    def _record(
        self, model: type[Model], pattern: Pattern, own: Mapping[str, str], columns: Columns, at: datetime
    ) -> None:
        entry = self._entry(pattern, own, at)
        of_entry = {
            "case_id": self.case,
            "by_id": self.officer,
            "request_key": entry["request_key"],
            "entry_hash": entry["hash"],
            "recorded_at": at,
        }
        self.made.add(model, pattern.row | of_entry | columns)

    def _entry(self, pattern: Pattern, own: Mapping[str, str], at: datetime) -> Columns:
        case, officer, key = self.case, self.officer, uuid4()
        plaintext, commit = pattern.said(own)
        ciphertext = vault.seal(case, plaintext, case.bytes + key.bytes)
        sealed = chain.Sealed(case, pattern.kind, officer, at, key, ciphertext, commit)
        self.seq, prev = self.seq + 1, self.prev
        header = chain.header_bytes(sealed, seq=self.seq, prev=prev, recorded_at=at)
        self.prev = chain.entry_hash(header)
        entry = {
            "hash": self.prev,
            "subject": case,
            "seq": self.seq,
            "prev": prev,
            "kind": pattern.kind,
            "actor": officer,
            "recorded_at": at,
            "occurred_at": at,
            "request_key": key,
            "ct": sha256(ciphertext).digest(),
            "commit": commit,
            "header": header,
            "sealed": ciphertext,
        }
        self.made.add(Entry, entry)
        self.made.add(Leaf, {"index": self.made.place, "hash": self.prev})
        self.made.place += 1
        return entry
