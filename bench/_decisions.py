"""Decisions that nobody typed: each an entry sealed for real under its case's key. Needs Django set up.

What they say is what the scenarios' decisions say; each has a reference, an id and a moment of its own. Some
were sent, some are followed by another. The guards are away while they are written, as in no product's copy.
"""

import hmac
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.core.management import call_command
from django.db import transaction

from audit import chain, leaves
from audit.models import Entry, Head
from cases import vault
from cases.models import Case, CaseKey, Organisation, Team, User
from dahashare import demonstration
from sharing import projection, scenario_file
from sharing.models import Decision
from tests.guards import disarmed

BATCH, OF_A_CASE = 2_000, 4
START = datetime(2021, 1, 4, 9, tzinfo=UTC)
SCENARIOS = Path(demonstration.__file__).parent / "scenarios"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass
class Pattern:
    """What a scenario's decision says, sealed again and again with another reference and id."""

    content: dict[str, Any]
    secret: bytes
    plaintext: bytes
    hashes: dict[str, str]
    row: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> "Pattern":
        """The pattern of a recorded decision."""
        content, secret = chain.unseal(
            bytes(entry.sealed),
            decrypt=lambda sealed, aad: vault.unseal(entry.subject, sealed, aad),
            subject=entry.subject,
            request_key=entry.request_key,
        )
        hashes = {name: _salted(name, value, secret) for name, value in content.items()}
        row = {name.removeprefix("row."): value for name, value in content.items() if name.startswith("row.")}
        return cls(content, secret, secret + chain.canonical(content), hashes, row)

    def said(self, reference: str, decision: str) -> tuple[bytes, bytes]:
        """The plaintext with this reference and id, and the commitment to it."""
        own = {"reference": reference, "decision": decision}
        plaintext = self.plaintext
        for name, value in own.items():
            plaintext = plaintext.replace(self.content[name].encode(), value.encode())
        hashes = self.hashes | {name: _salted(name, value, self.secret) for name, value in own.items()}
        fields = [[name, hashes[name]] for name in sorted(hashes)]
        # Canonical as it is: names and figures alone, in their order.
        return plaintext, sha256(json.dumps(fields, separators=(",", ":")).encode()).digest()


def _salted(name: str, value: Any, secret: bytes) -> str:
    salt = hmac.digest(secret, chain.canonical(name), "sha256")
    return sha256(salt + chain.canonical(value)).hexdigest()


def patterns() -> list[Pattern]:
    """One for each scenario whose decision can be recorded as it is."""
    staff = demonstration.cast()
    for path in sorted(SCENARIOS.glob("*.toml")):
        scenario = scenario_file.load(path)
        demonstration.enter(scenario, by=staff["officer"], administrator=staff["administrator"], marked=False)
    found = Entry.objects.filter(kind=projection.KIND)
    return [Pattern.of(entry) for entry in found]


def fill(count: int) -> User:
    """Make tables and `count` decisions, each in the log; the governance lead who takes them out."""
    call_command("migrate", verbosity=0)
    known, dice = patterns(), random.Random(3)
    officers = [
        User.objects.create_user(f"officer{n}@bench.example", name=f"Officer {n}", role="officer")
        for n in range(8)
    ]
    team = Team.objects.create(name="Bench")
    Organisation.objects.update_or_create(id=1, defaults={"name": "Bench", "live_since": START})
    with disarmed():
        for at in range(0, count, BATCH):
            _save(list(_made(range(at, min(at + BATCH, count)), known, officers, team, dice)))
    leaves.sequence()
    return User.objects.get(role="governance")


Made = tuple[Case, CaseKey, list[Entry], list[Decision]]


def _made(
    numbers: range, known: list[Pattern], officers: list[User], team: Team, dice: random.Random
) -> Iterator[Made]:
    for first in range(numbers.start, numbers.stop, OF_A_CASE):
        officer, opened = dice.choice(officers), START + timedelta(minutes=2 * first)
        case = Case(
            reference=_reference("C", first),
            team=team,
            owner=officer,
            opened_at=opened,
            concern_identified_at=opened,
            risk_level="high",
        )
        key, prev = vault.new_key(case.id), chain.GENESIS
        entries: list[Entry] = []
        rows: list[Decision] = []
        for number in range(first, min(first + OF_A_CASE, numbers.stop)):
            seq = len(entries) + 1
            at = START + timedelta(minutes=2 * number)
            entry, row = _decision(number, case, officer, at, seq, prev, dice.choice(known))
            if rows and number % 10 == 3:
                row.follows_id, row.follows_as = rows[-1].id, "review"
            prev = bytes(entry.hash)
            entries.append(entry)
            rows.append(row)
        yield case, key, entries, rows


def _reference(kind: str, number: int) -> str:
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 32)
        digits = _ALPHABET[digit] + digits
    return f"{kind}-{digits}"


def _decision(
    number: int, case: Case, officer: User, at: datetime, seq: int, prev: bytes, pattern: Pattern
) -> tuple[Entry, Decision]:
    reference, decision, request_key = _reference("D", number), uuid4(), uuid4()
    plaintext, commit = pattern.said(reference, str(decision))
    ciphertext = vault.seal(case.id, plaintext, case.id.bytes + request_key.bytes)
    sealed = chain.Sealed(case.id, projection.KIND, officer.id, at, request_key, ciphertext, commit)
    header = chain.header_bytes(sealed, seq=seq, prev=prev, recorded_at=at)
    entry = Entry(
        hash=chain.entry_hash(header),
        subject=case.id,
        seq=seq,
        prev=prev,
        kind=projection.KIND,
        actor=officer.id,
        recorded_at=at,
        occurred_at=at,
        request_key=request_key,
        ct=sha256(ciphertext).digest(),
        commit=commit,
        header=header,
        sealed=ciphertext,
    )
    return entry, _row(entry, UUID(str(decision)), reference, pattern)


def _row(entry: Entry, decision: UUID, reference: str, pattern: Pattern) -> Decision:
    said = {"row": pattern.row, "decision": str(decision), "reference": reference}
    return projection.decision_of(entry, said)


def _save(made: list[Made]) -> None:
    with transaction.atomic():
        CaseKey.objects.bulk_create([key for _, key, _, _ in made])
        Case.objects.bulk_create([case for case, _, _, _ in made])
        Entry.objects.bulk_create([entry for _, _, entries, _ in made for entry in entries])
        Head.objects.bulk_create(
            [Head(subject=case.id, seq=len(entries), hash=entries[-1].hash) for case, _, entries, _ in made]
        )
        Decision.objects.bulk_create([row for _, _, _, rows in made for row in rows])
