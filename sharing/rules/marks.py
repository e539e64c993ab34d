"""What identifies somebody beside a name: address, telephone, e-mail, birth date, reference… Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate

from cases import spelling
from sharing import lists
from sharing.rules.reading import Piece, Reading, Run
from sharing.rules.texts import plain, run

Place = tuple[str, int, int]
"""A kind, and where it begins and ends."""

_LINES = re.compile(r"[\n\r,;]+")
# All of them for plain text.
_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)[ -]{0,3}(\d[abd-hjlnp-uw-z]{2})\b")
_E_MAIL = re.compile(r"(?<![^\s@<>,;])[^\s@<>,;]+@[^\s@<>,;]+\.\w{2,}")
_PHONE = re.compile(
    r"(?<!\d)(?!\d\d?[-\s.]\d\d?[-\s.]\d{4})(?:\+44[\s-]?(?:\(0\))?|\(?0)(?:[\s().-]{0,2}\d){9,10}(?!\d)"
)
# Letters and figures as `cases.models.cases.new_reference` draws them.
_REFERENCE = re.compile(r"\b[acdilqrt] ?[-‐‑‒–—−] ?[2-9a-hjkmnp-tv-z]{6}\b")
_PATTERNS = {"email": _E_MAIL, "postcode": _POSTCODE, "phone": _PHONE, "reference": _REFERENCE}
_E_MAIL_SAID = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?[(\[]?\s?\bat\b\s?[)\]]?\s?[\w-]{1,64}"
    r"(?:\s?(?:[(\[]?\s?\bdot\b\s?[)\]]?|\.)\s?[\w-]{2,24}){1,4}"
)
_LOOKS = str.maketrans("oil", "011")
"""Figures and letters of a code that are taken for each other."""
_PREFIXES = ("0", "44", "0044", "440", "00440")
_LEAST_PHONE, _WHOLE_PHONE = 6, 9
_LEAST = 5
_BETWEEN_DATES = frozenset(["of", "the", "in", "year", "day", "month", "st", "nd", "rd", "th"])
_DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y")
_GAP = 4
Key = tuple[int | str, ...]


@dataclass
class _Street:
    """A street, or a building: where its name may be divided, and the house numbers in it."""

    breaks: set[int] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    alone: bool = False
    small: bool = False
    """Found alone in small letters too."""


@dataclass
class Marks:
    """What identifies the people of a case beside their names, as a text may hold it."""

    streets: dict[str, _Street] = field(default_factory=dict)
    places: set[str] = field(default_factory=set)
    """Words of what follows a street in an address: they belong to it, and say nothing alone."""
    postcodes: set[tuple[str, str]] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    e_mails: set[str] = field(default_factory=set)
    contacts: set[str] = field(default_factory=set)
    births: dict[Key, date] = field(default_factory=dict)
    born: set[str] = field(default_factory=set)
    """Birth dates as figures alone."""
    references: set[str] = field(default_factory=set)

    def add(self, *, address: str = "", contact: str = "", birth_date: str = "") -> None:
        """Take in what is recorded of one person, as it was typed."""
        self._address(address)
        self._contact(contact)
        if born := a_day(birth_date):
            self.births |= dict.fromkeys(_orders(born), born)
            self.born |= {f"{born:%d%m%Y}", f"{born:%Y%m%d}", f"{born:%m%d%Y}", f"{born:%d%m%y}"}

    def refer(self, references: Iterable[str]) -> None:
        """Take in the references of the case."""
        for reference in references:
            if _REFERENCE.fullmatch(plain(reference)):
                code = run(reference)
                self.references |= {code, code[1:]}

    def _address(self, address: str) -> None:
        text = plain(address)
        self.postcodes |= {(out, rest) for out, rest in _POSTCODE.findall(text)}
        lines = [_canonical(Reading(line)) for line in _LINES.split(_POSTCODE.sub(" ", text))]
        lines = [line for line in lines if line]
        for at, line in enumerate(lines):
            numbers, name = _numbers([piece.text for piece in line])
            if not self._street(numbers, name, first=at == 0, only=len(lines) == 1):
                self.places |= set(name)

    def _street(self, numbers: set[str], name: list[str], *, first: bool, only: bool) -> bool:
        """Take in one line of an address; False where it is no street or building."""
        shorts = set(lists.street_words().values())
        typed = bool(name) and name[-1] in shorts
        if not name or (not numbers and not typed and lists.identity_words("no_address") & set(name)):
            return False
        several = len(name) > 1
        if not (numbers or (typed and several) or (first and not (only and not several))):
            return False
        common = {*shorts, *lists.stop_words(), "high", "main", "old", "new"}
        for parts in _ways(name):
            form = "".join(parts)
            street = self.streets.setdefault(form, _Street())
            street.breaks |= set(accumulate(len(part) for part in parts))
            street.numbers |= numbers
            street.alone |= several or (len(form) > _LEAST and form not in lists.identity_words("common"))
            street.small |= several and not set(name) <= common
        return True

    def _contact(self, contact: str) -> None:
        self.phones |= {number for number in spelling.phones(contact) if len(number) > _LEAST_PHONE}
        for digits, owners, _ in Reading(contact).streams:
            ends = {len(digits) - owners.index(owner) for owner in owners}
            self.phones |= {digits[-end:] for end in ends if _LEAST_PHONE <= end < len(digits)}
        for e_mail in spelling.emails(contact):
            said = e_mail.replace("@", " at ").replace(".", " dot ")
            self.e_mails |= {run(e_mail), run(said), run(e_mail.replace("@", " at "))}
        for word in re.split(r"[\s,;]+", contact):
            form, bare = run(word), word.strip("()+-./")
            mixed = bare.lower() != bare.upper() and any(char.isdecimal() for char in bare)
            if "@" not in word[1:] and len(form) >= _LEAST and (mixed or word[:1] == "@"):
                self.contacts.add(form)


def a_day(text: str) -> date | None:
    """The day that a recorded date says; None where it says none."""
    for pattern in _DATE_FORMS:
        with suppress(ValueError):
            return datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007 - a day has no time zone
    return None


def _orders(born: date) -> Iterator[Key]:
    """A day as numbers and months that follow each other, in every usual order."""
    century, short = divmod(born.year, 100)
    figures = tuple(int(figure) for figure in str(born.year))
    years: list[Key] = [(born.year,), (short,), (century, short), figures, (century, 0, short)]
    months: tuple[int | str, ...] = (born.month, f"m{born.month}")
    for month in months:
        for year in years:
            yield (born.day, month, *year)
            yield (month, born.day, *year)
            yield (*year, month, born.day)


def _canonical(reading: Reading) -> list[Piece]:
    """The words of an address: number words as numbers, Road as rd."""
    short = lists.street_words()
    return [piece._replace(text=short.get(piece.text, piece.text)) for piece in reading.valued]


def _ways(name: Sequence[str]) -> list[list[str]]:
    """A street's name, short and in full: where it is written together nothing was shortened."""
    longs: dict[str, list[str]] = {}
    for word, short in lists.street_words().items():
        longs.setdefault(short, [short]).append(word)
    *others, last = name
    firsts = [others, ["saint", *others[1:]]] if others[:1] == ["st"] else [others]
    return [[*first, end] for first in firsts for end in longs.get(last, [last])]


def _numbers(line: Sequence[str]) -> tuple[set[str], list[str]]:
    """The house numbers at the beginning and the end of a line, and what is left of it: the name."""
    name, numbers = list(line), set[str]()
    in_house = lists.identity_words("in_house")
    while name and (name[0].isdecimal() or (len(name) > 1 and name[0] in in_house) or len(name[0]) == 1):
        word = name.pop(0)
        numbers |= {word} if word.isdecimal() else set()
    while len(name) > 1 and name[-1].isdecimal():
        numbers.add(name.pop())
    return numbers, name


# --- in a text --------------------------------------------------------------------------------------------


def find(reading: Reading, marks: Marks) -> Iterator[Place]:
    """Everything but names that identifies somebody of the case, or anybody by its form alone."""
    yield from _addresses(reading, marks)
    yield from _codes(reading, marks)
    yield from _written_out(reading, marks)
    yield from _figures(reading, marks)
    yield from _days(reading, marks)
    yield from foreign(reading)


def foreign(reading: Reading) -> Iterator[Place]:
    """What is somebody's identity by its form alone, whoever it is."""
    for kind, pattern in _PATTERNS.items():
        for found in pattern.finditer(reading.plain):
            start, end = reading.place(*found.span())
            written = reading.text[start:end]
            if written.isupper() or not _is_word(kind, found[0]):
                yield kind, start, end
    for found in _E_MAIL_SAID.finditer(reading.plain) if "dot" in reading.plain else ():
        yield ("email", *reading.place(*found.span()))
    for digits, owners, spelled in reading.streams:
        national = digits.removeprefix("00").removeprefix("44") if digits[:1] != "0" else digits[1:]
        if spelled >= _LEAST and national != digits and len(national.lstrip("0")) in (_WHOLE_PHONE, 10):
            yield ("phone", *reading.span(owners[0], owners[-1]))


def _is_word(kind: str, text: str) -> bool:
    """Whether small letters look like a code and are none: a d-notice; flat b1, 2nd floor."""
    if kind == "reference":
        return not any(char.isdecimal() for char in text)
    return kind == "postcode" and text[-3:] in {"1st", "2nd", "3rd", *(f"{figure}th" for figure in range(10))}


def _addresses(reading: Reading, marks: Marks) -> Iterator[Place]:
    together = Run(_canonical(reading))
    for form, street in marks.streets.items():
        for hit in together.hits(form):
            pieces = together.pieces[hit.first : hit.last + 1]
            if not (hit.begins and hit.ends and _in_one(reading, pieces, street.breaks)):
                continue
            first, numbers = _house(reading, together.pieces, hit.first)
            capitals = all(reading.tokens[piece.first].capital for piece in pieces)
            alone = street.alone and (street.small or (capitals and pieces[0].first > 0))
            if alone or numbers & street.numbers:
                last = _town(reading, together.pieces, hit.last, marks.places)
                yield ("address", *reading.span(together.pieces[first].first, together.pieces[last].last))


def _in_one(reading: Reading, pieces: Sequence[Piece], natural: set[int]) -> bool:
    """Whether pieces in a row are one name: divided as it is, letter by letter, or without a space."""
    gaps = reading.gaps(pieces)
    if any(len(gap) > _GAP or set(gap) & set("!?;:") for gap in gaps):
        return False
    if set(accumulate(len(piece.text) for piece in pieces)) <= natural:
        return True
    return all(len(piece.text) == 1 for piece in pieces) or not any(" " in gap for gap in gaps)


def _house(reading: Reading, pieces: Sequence[Piece], at: int) -> tuple[int, set[str]]:
    """The first piece of the house number before a street, and the numbers that stand there."""
    first, numbers, back = at, set[str](), at - 1
    in_house = lists.identity_words("in_house")
    while back >= max(0, at - 8) and reading.near(pieces[back].last, pieces[back + 1].first, _GAP):
        text = pieces[back].text
        letter = len(text) == 1 and (
            back > 0 and (pieces[back - 1].text.isdecimal() or _is_flat(pieces, back))
        )
        if text.isdecimal():
            numbers.add(text)
            first = back
        elif text in in_house:
            first = back if first < at or numbers else first
        elif not letter:
            break
        back -= 1
    return first, numbers


def _is_flat(pieces: Sequence[Piece], at: int) -> bool:
    return pieces[at - 1].text in lists.identity_words("in_house")


def _town(reading: Reading, pieces: Sequence[Piece], at: int, places: set[str]) -> int:
    """The last piece of what follows a street in the same address."""
    while (
        at + 1 < len(pieces)
        and pieces[at + 1].text in places
        and reading.near(pieces[at].last, pieces[at + 1].first, _GAP)
    ):
        at += 1
    return at


def _codes(reading: Reading, marks: Marks) -> Iterator[Place]:
    """Postcodes and references: letters and figures, however they are grouped."""
    whole = {(out + rest): "postcode" for out, rest in marks.postcodes}
    forms = whole | dict.fromkeys(marks.references, "reference")
    # As they stand too: the noughts of LS14 0NE are often typed as letters, and ONE is no number there.
    for pieces in (reading.valued, reading.words.pieces):
        together = Run(pieces, "".join(piece.text for piece in pieces).translate(_LOOKS))
        for form, kind in forms.items():
            for hit in together.hits(form.translate(_LOOKS)):
                gaps = reading.gaps(pieces[hit.first : hit.last + 1])
                if hit.begins and hit.ends and all(len(gap) <= _GAP and "\n" not in gap for gap in gaps):
                    yield (kind, *reading.span(pieces[hit.first].first, pieces[hit.last].last))
    for out, rest in marks.postcodes:
        yield from _outward(reading, out, rest)


def _outward(reading: Reading, out: str, rest: str) -> Iterator[Place]:
    """The first half of a postcode, with what is said of the second."""
    for hit in reading.words.hits(out):
        tokens = reading.tokens[hit.first : hit.last + 1]
        after = reading.tokens[hit.last + 1] if hit.last + 1 < len(reading.tokens) else None
        large = all(token.capital or token.text.isdecimal() for token in tokens)
        joined = hit.begins and hit.ends and not any(token.before for token in tokens[1:])
        if not joined or not (large or len(out) > 3) or (after and not after.before):
            continue
        if after and after.text in lists.identity_words("sections") and out[0] == "s" and out[1:].isdecimal():
            continue
        goes_on = after and after.text == rest[0] and len(after.before) <= 1
        yield ("postcode", *reading.span(hit.first, hit.last + bool(goes_on)))


def _written_out(reading: Reading, marks: Marks) -> Iterator[Place]:
    """E-mail addresses and accounts."""
    forms = dict.fromkeys(marks.e_mails, "email") | dict.fromkeys(marks.contacts, "contact")
    for form, kind in forms.items():
        for hit in reading.words.hits(form):
            gaps = [token.before for token in reading.tokens[hit.first + 1 : hit.last + 1]]
            if hit.begins and hit.ends and all(len(gap) <= _GAP and "\n" not in gap for gap in gaps):
                yield (kind, *reading.span(hit.first, hit.last))


def _figures(reading: Reading, marks: Marks) -> Iterator[Place]:
    """Telephone numbers and birth dates in figures that follow each other."""
    for digits, owners, _ in reading.streams:
        for number in marks.phones if len(digits) >= _LEAST_PHONE else ():
            at = digits.find(number)
            if at < 0 or (len(number) < _WHOLE_PHONE and digits != number):
                continue
            before = next((len(one) for one in reversed(_PREFIXES) if digits[:at].endswith(one)), 0)
            yield ("phone", *reading.span(owners[at - before], owners[at + len(number) - 1]))
        for day in marks.born if len(digits) >= len("030388") else ():
            at = digits.find(day)
            if at < 0 or (len(day) < len("03031988") and not _alone(digits, owners, at, day)):
                continue
            yield ("birth_date", *reading.span(owners[at], owners[at + len(day) - 1]))


def _alone(digits: str, owners: Sequence[int], at: int, day: str) -> bool:
    """Whether a day in six figures is all that follows each other, or a group of its own."""
    end = at + len(day)
    one = owners[at] == owners[end - 1]
    own = (at == 0 or owners[at - 1] != owners[at]) and (end == len(digits) or owners[end] != owners[end - 1])
    return digits == day or (one and own)


def _days(reading: Reading, marks: Marks) -> Iterator[Place]:
    """Birth dates, as days, months and years in any order, in figures or words."""
    if not marks.births:
        return
    longest = max(map(len, marks.births))
    for items in _dates(reading):
        for at in range(len(items)):
            for length in range(3, min(longest, len(items) - at) + 1):
                window = items[at : at + length]
                if tuple(value for value, _ in window) in marks.births:
                    yield ("birth_date", *reading.span(window[0][1].first, window[-1][1].last))


def _of_a_date(word: str) -> int | str | None:
    """The number or the month that a word says: nineteen oh five."""
    if word.isdecimal():
        return int(word) if len(word) < _LEAST else None
    if word == "oh":
        return 0
    number = lists.month_numbers().get(word)
    return f"m{number}" if number else None


def _dates(reading: Reading) -> Iterator[list[tuple[int | str, Piece]]]:
    """Numbers and months that follow each other."""
    items: list[tuple[int | str, Piece]] = []
    for piece in reading.valued:
        near = len(reading.tokens[piece.first].before) <= _GAP
        value = _of_a_date(piece.text)
        if items and not (near and (value is not None or piece.text in _BETWEEN_DATES)):
            yield items
            items = []
        if value is not None:
            items.append((value, piece))
    yield items
