"""Finding people without opening anything: a blind index of keyed tokens (stack.md, Search).

A token is the HMAC of a word's beginning under a key that the database does not hold. Whoever has the
database alone sees that two people share a beginning, and not which one it is. What was searched for is kept
nowhere: not in an address, a session, a log or the ledger.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from cases import access, spelling, vault
from cases.fields import DESTROYED, Altered
from cases.models import Case, Person, User

LONGEST_TEXT, MOST_WORDS = 300, 10
"""What is read of a search: so many characters, and of these so many words."""
_SHORTEST, _LONGEST = 2, 8
"""The beginnings of words that have a token, in letters; a longer word is found by its first eight."""
_NAMES = ("name", "preferred_name", "aliases")
_SEARCHED = (*_NAMES, "address", "contact", "birth_date")
_NOT_KNOWN = frozenset({"unknown", "notknown", "notknownyet", "notrecorded", "noname", "none"})
_LETTERS = "2-9A-HJKMNP-TV-Z"
_BEGINNING = re.compile(rf"C-(?P<after>[{_LETTERS}]{{1,6}})|C?(?P<whole>[{_LETTERS}]{{6}})")


class Row(NamedTuple):
    """What the index holds of one person."""

    person: UUID
    case: UUID
    tokens: list[int]


# --- Tokens ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _pads(key: bytes) -> tuple[Any, Any]:
    """The two hashes of HMAC-SHA256 with the key taken in: made once, copied for each token."""
    block = key.ljust(sha256().block_size, b"\0")
    return sha256(bytes(byte ^ 0x36 for byte in block)), sha256(bytes(byte ^ 0x5C for byte in block))


def _tokens(said: Iterable[tuple[str, str]]) -> list[int]:
    """The tokens of folded texts, in their order; texts of different kinds never share one."""
    inner, outer = _pads(vault.search_key())
    found = []
    for kind, text in said:
        inside, outside = inner.copy(), outer.copy()
        inside.update(f"{kind}\0{text}".encode("utf-8", "surrogatepass"))
        outside.update(inside.digest())
        found.append(int.from_bytes(outside.digest()[:8], signed=True))
    return found


def _word(word: str) -> tuple[str, str]:
    return ("whole", word) if len(word) < _SHORTEST else ("start", word[:_LONGEST])


def _beginnings(words: Iterable[str]) -> set[tuple[str, str]]:
    words = list(words)
    found = {("start", word[:n]) for word in words for n in range(_SHORTEST, min(len(word), _LONGEST) + 1)}
    return found | {_word(word) for word in words if len(word) < _SHORTEST}


def tokens(person: Person) -> list[int]:
    """The tokens of everything by which a person can be found: names, address, telephone, e-mail.

    What was altered outside the application, and what cannot be opened any more, has none.
    """
    texts = {name: _opened(person, name) for name in _SEARCHED}
    return sorted({*_tokens(_searchable(texts).union(_marks(texts)))})


def _opened(person: Person, name: str) -> str:
    try:
        text = str(getattr(person, name))
    except Altered:
        return ""
    return "" if text == DESTROYED else text


def _searchable(texts: Mapping[str, str]) -> set[tuple[str, str]]:
    """What a search can meet, as kind and folded text."""
    names: set[str] = set()
    for name in _NAMES:
        found = list(spelling.words(texts[name]))
        names.update(spelling.together(found), *((word.joined, *word.parts) for word in found))
    address, contact = texts["address"], texts["contact"]
    kept = _beginnings(names | spelling.postcodes(address))
    kept.update(("sound", sound) for name in names if (sound := spelling.sound(name)))
    # A street or a town is typed whole: its beginnings would be a third of all tokens.
    kept.update(_word(part) for word in spelling.words(address) for part in (word.joined, *word.parts))
    kept.update(("phone", number) for number in spelling.phones(contact))
    kept.update(("email", email) for email in spelling.emails(contact))
    return kept


def _marks(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What two records of one person have in common: a full name, and something else that is theirs."""
    beside = [texts["birth_date"]] if texts["birth_date"] else []
    beside += [code for code in spelling.postcodes(texts["address"]) if len(code) > len("sw1a")]
    beside += spelling.phones(texts["contact"])
    for written in (texts["name"], *re.split(r"[,;\n]", texts["aliases"])):
        name = [word.joined for word in spelling.words(written)] if beside else []
        if name and "".join(name) not in _NOT_KNOWN:
            yield from (("same", f"{' '.join(sorted(name))}\0{mark}") for mark in beside)


# --- The tables ------------------------------------------------------------------------------------------


def indexed(*people: Person) -> Callable[[], None]:
    """What saves the tokens of new people inside the action's transaction; they are made before it opens."""
    rows = [Row(person.id, person.case_id, tokens(person)) for person in people]
    return lambda: save(rows)


def index(person: Person) -> None:
    """Save the tokens of a person as they are now, in place of those that there were."""
    drop("person", person.id)
    save([Row(person.id, person.case_id, tokens(person))])


def save(rows: Sequence[Row]) -> None:
    """Write rows of people who have none. Inside a transaction."""
    if rows:
        with connection.cursor() as cursor:
            (_save_postgresql if connection.vendor == "postgresql" else _save_sqlite)(cursor, rows)


def _save_postgresql(cursor: Any, rows: Sequence[Row]) -> None:
    places = ", ".join(["(%s, %s, %s::bigint[])"] * len(rows))
    values = [value for row in rows for value in (row.person, row.case, _array(row.tokens))]
    cursor.execute(f"INSERT INTO cases_search (person, case_id, tokens) VALUES {places}", values)  # noqa: S608


def _array(tokens: Sequence[int]) -> str:
    """Tokens as PostgreSQL reads an array; number by number the driver takes longer than the database."""
    return f"{{{','.join(map(str, tokens))}}}"


def _save_sqlite(cursor: Any, rows: Sequence[Row]) -> None:
    cursor.execute("SELECT COALESCE(MAX(id), 0) FROM cases_search")  # there is one writer at a time
    numbered = list(enumerate(rows, cursor.fetchone()[0] + 1))
    cursor.executemany(
        "INSERT INTO cases_search (id, person, case_id, tokens) VALUES (%s, %s, %s, %s)",
        [(n, row.person.hex, row.case.hex, array("q", row.tokens).tobytes()) for n, row in numbered],
    )
    # In the order of the table: what belongs on one of its pages is written while that is at hand.
    pairs = sorted((token, n) for n, row in numbered for token in row.tokens)
    cursor.executemany("INSERT INTO cases_search_token (token, id) VALUES (%s, %s)", pairs)


def drop(column: Literal["person", "case_id"], value: UUID) -> None:
    """Take a person, or those of a case, out of the index. Inside a transaction."""
    with connection.cursor() as cursor:
        where = f"FROM cases_search WHERE {column} = %s"
        if connection.vendor == "postgresql":
            cursor.execute(f"DELETE {where}", [value])
            return
        cursor.execute(f"SELECT id, tokens {where}", [value.hex])
        pairs = [(token, number) for number, stored in cursor.fetchall() for token in array("q", stored)]
        cursor.executemany("DELETE FROM cases_search_token WHERE token = %s AND id = %s", pairs)
        cursor.execute(f"DELETE {where}", [value.hex])


def forget(case: UUID) -> None:
    """Take the people of a case out of the index: its key is destroyed. Inside that transaction."""
    drop("case_id", case)


# --- Searching -------------------------------------------------------------------------------------------


class Wanted(NamedTuple):
    """What a search asks for: people with all tokens of one of the ways to read it, or cases by reference."""

    ways: list[list[int]]
    reference: str = ""


def problem(text: str) -> str:
    """Why a text cannot be searched for, as an error says it; empty where it can."""
    if not text.strip():
        return "Enter a name, address, postcode, telephone number or case reference"
    wanted = _wanted(text)
    if wanted.reference or wanted.ways:
        return ""
    return "Enter at least 2 letters or numbers of what you are looking for"


def _wanted(text: str) -> Wanted:
    text = text[:LONGEST_TEXT]
    reference = _reference(text)
    emails = spelling.emails(text)
    for email in emails:
        text = spelling.fold(text).replace(email, " ")
    numbers, text = spelling.typed_phones(text)
    found = list(spelling.words(text))[:MOST_WORDS]
    fixed = [("email", email) for email in emails] + [("phone", number) for number in numbers]
    parts = [part for word in found for part in word.parts][: 2 * MOST_WORDS]
    if not fixed and sum(map(len, parts)) < _SHORTEST and "".join(parts).isascii():
        return Wanted([], reference)
    readings = [fixed + [_word(part) for part in said] for said in (parts, list(spelling.together(found)))]
    ways = [_tokens(dict.fromkeys(sorted(said, key=_rarest))) for said in readings]
    return Wanted([way for n, way in enumerate(ways) if way and way not in ways[:n]], reference)


def _rarest(said: tuple[str, str]) -> tuple[bool, int]:
    """What few people have comes first: the database looks there, and asks the rest of who it found."""
    kind, text = said
    return kind == "start", -len(text)


def _reference(text: str) -> str:
    """The beginning of a reference, where the text is one: "C-7F3", or a whole one without its "C-"."""
    match = _BEGINNING.fullmatch(re.sub(r"\s", "", text).upper())
    return f"C-{match['after'] or match['whole']}" if match else ""


def find(user: User, text: str) -> QuerySet[Case]:
    """The cases that the user may see in which one person has every word of the text, in any order.

    A case that is hidden and one that does not exist are the same: both are absent, by the same query.

    Args:
        text: names, address, postcode, telephone number, e-mail address, or a case's reference.
    """
    return _among(user, _wanted(text))


def find_by_sound(user: User, text: str) -> QuerySet[Case]:
    """As `find`, for names that sound like those that were typed; none where the text has no names."""
    words = list(spelling.words(text[:LONGEST_TEXT]))[:MOST_WORDS]
    sounds = [spelling.sound(word.joined) for word in words]
    said = [("sound", one) if one else _word(word.joined) for one, word in zip(sounds, words, strict=True)]
    ways = [_tokens(dict.fromkeys(said))] if any(sounds) else []
    return _among(user, Wanted(ways))


def _among(user: User, wanted: Wanted) -> QuerySet[Case]:
    queries, params = [], []
    for way in wanted.ways:
        query, values = _having(way)
        queries.append(query)
        params += values
    if wanted.reference:
        # The range finds the beginning by the column's ordinary index on both databases.
        queries.append(
            "SELECT id FROM cases_case WHERE reference LIKE %s AND reference >= %s AND reference <= %s"
        )
        params += [f"{wanted.reference}%", wanted.reference, f"{wanted.reference}ZZZZZZ"]
    if not queries:
        return Case.objects.none()
    found = RawSQL(" UNION ".join(queries), params)  # noqa: S611 - every value is a parameter
    return access.visible_to(user).filter(id__in=found)


def _having(way: Sequence[int]) -> tuple[str, list[Any]]:
    """The query for the cases of people who have all these tokens."""
    if connection.vendor == "postgresql":
        return "SELECT case_id FROM cases_search WHERE tokens @> %s::bigint[]", [_array(way)]
    also = "".join(
        " AND EXISTS (SELECT 1 FROM cases_search_token a WHERE a.token = %s AND a.id = t.id)" for _ in way[1:]
    )
    query = f"SELECT s.case_id FROM cases_search_token t CROSS JOIN cases_search s ON s.id = t.id WHERE t.token = %s{also}"  # noqa: S608, E501
    return query, list(way)


def same_people(people: Iterable[Mapping[str, Any]]) -> list[Case]:
    """The cases that hold somebody who may be one of these people, newest first: whoever owns the cases.

    The same person is: the full name, and the birth date, the postcode or a telephone number. For telling an
    owner in silence; what it finds must not be shown to whoever asked.

    Args:
        people: fields of `Person`.
    """
    texts = [{name: str(one.get(name) or "") for name in _SEARCHED} for one in people]
    marks = sorted(_tokens({mark for one in texts for mark in _marks(one)}))
    if not marks:
        return []
    if connection.vendor == "postgresql":
        query = "SELECT case_id FROM cases_search WHERE tokens && ARRAY[{}]::bigint[]"
    else:
        query = (
            "SELECT s.case_id FROM cases_search_token t JOIN cases_search s ON s.id = t.id "
            "WHERE t.token IN ({})"
        )
    with connection.cursor() as cursor:  # nearly always nobody: nothing else is composed then
        cursor.execute(query.format(", ".join(["%s"] * len(marks))), marks)
        ids = [one for (one,) in cursor.fetchall()]
    rows = Case.objects.filter(id__in=ids).select_related("owner", "team")
    return list(rows.order_by("-opened_at", "id")) if ids else []
