"""Made-up cases, and texts in which somebody's identity is hidden in every way that the leak guard must see."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from cases.models.cases import _LETTERS as REFERENCE_LETTERS
from sharing import lists
from sharing.rules.leaks import Known, Somebody

GIVEN = (
    "Mary Siân Aoife Łukasz Zoë Chloë José Priya Ngozi Oluwaseun Thandeka Femke Marek Agnieszka Björn Hạnh Ayşe "
    "Mohammed Fatima Yusuf Xiuying Guðrún Søren Ioana Răzvan Dmitri Tamsin Gethin Niamh Caoimhe Ebele Kwabena "
    "Parminder Gurpreet Anneliese Jean-Luc Mary-Jane Ana Eva Ian Zac Ali Mai D'Arcy Nguyệt Ruairí Bethan"
).split()
FAMILY = (
    "Kowalczyk O'Neill Smith-Jones McAllister Macdonald Nguyễn Adébáyò-Price Iqbal Okonkwo Hussain Müller Sørensen "
    "Ó'Brien D'Souza Fernández Whelan Pritchard Yılmaz Dvořák Szymańska Chaudhry Patel Davies Evans Ahmed Begum "
    "Thomas St-John Ferguson Anderson Lewandowska Petrov Van-Dijk Abernathy Tran Khan Bates Hughes Osei Rahman"
).split()
WORDS = "Grace Hope Will May Mark Rose Bill April Young Park Bell Price Hunt Summer Joy Faith Dean Long Banks".split()
SHORT = "Li Bo Jo Ng Wu Xi Cy Vi Mo".split()
SCRIPTS = ("Ольга Петрова", "Дмитрий Соколов", "Ελένη Παπαδοπούλου", "محمد العلي", "王芳", "김민준", "דוד כהן", "अनीता शर्मा")
STREETS = "Mill Elm Victoria Station Chestnut Queensway Albert Foundry Brunswick St-Mary's Kingfisher Tannery".split()
KINDS_OF_STREET = ("Road", "Street", "Avenue", "Lane", "Close", "Court", "Drive", "Crescent", "Gardens", "Terrace", "House")
SHORTENED = {"Road": "Rd", "Street": "St", "Avenue": "Ave", "Court": "Ct", "Gardens": "Gdns", "Crescent": "Cres"}
TOWNS = ("Leeds", "Hull", "Bristol", "Newport", "Stockport", "West Bromwich")
AREAS = ("LS", "HU", "BS", "NP", "SK", "B", "M", "SW", "E", "S")
SYLLABLES = "ka vo ri mun tel sha dre bor lin quo zet pha gri nou wex".split()
ALIKE = str.maketrans("aeopcyxiMHTAK", "аеорсухіМНТАК")
FIGURES = str.maketrans("aeio", "4310")
ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
TEENS = [*ONES, "seventeen", "eighteen", "nineteen"]
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
MONTHS = "January February March April May June July August September October November December".split()
PLACES = (
    "We spoke with {} about the move last week.",
    "{} has asked us to keep this between us.",
    "The school says that {} did not come in on two days.",
    "A neighbour heard shouting, and {} would not open the door.",
    "Is it safe to write to {}?",
    "There is a note on the file: {}",
    "Our caretaker (who knows {}) is worried.",
    "It is known to the agency – {} – that the rent is late.",
)
FILLING = (
    "Can we tell the doctor before we have asked?",
    "The rent has been late since January and the door was repaired twice.",
    "Under section 115 we think that we may share, but we are not sure.",
    "She has two children at the local school.",
    "",
)


@dataclass(frozen=True)
class Planted:
    """An identity in a text: what kind it is, where it stands, and in which spelling."""

    kind: str
    start: int
    end: int
    spelling: str


@dataclass(frozen=True)
class Example:
    """A made-up case and a text about it, with what was hidden in it."""

    known: Known
    text: str
    planted: tuple[Planted, ...]


# --- a case -----------------------------------------------------------------------------------------------


def a_case(random: Random) -> Known:
    """One to twelve people with whatever is known of them, and some references."""
    people = tuple(somebody(random) for _ in range(random.choice((1, 2, 3, 4, 6, 12))))
    return Known(people, tuple(reference(random, prefix) for prefix in "CDDAR"))


def somebody(random: Random) -> Somebody:
    """One person; names of every sort, and not everything known of everybody."""
    name = a_name(random)
    return Somebody(
        names=(name, random.choice(("", "", _one(random))), random.choice(("", f"{_one(random)}\n{a_name(random)}"))),
        address=random.choice((an_address(random), "")),
        contact=random.choice(("", f"{a_phone(random)}, {an_e_mail(random)}")),
        birth_date=random.choice((a_birth_date(random).isoformat(), "")),
    )


def a_name(random: Random) -> str:
    """Given and family name, now and then with another between them, or in another script."""
    if random.random() < 0.08:
        return random.choice(SCRIPTS)
    family = random.choice(FAMILY) if random.random() < 0.7 else _one(random)
    return " ".join([_one(random), *([_one(random)] if random.random() < 0.2 else []), family])


def _one(random: Random) -> str:
    kind = random.random()
    if kind < 0.12:
        return random.choice(WORDS)
    if kind < 0.2:
        return random.choice(SHORT)
    if kind < 0.4:
        return "".join(random.choices(SYLLABLES, k=random.choice((2, 3)))).capitalize()
    return random.choice(GIVEN)


def an_address(random: Random) -> str:
    """A flat or a house in a street, with town and postcode, in the ways in which addresses are typed."""
    street = f"{random.choice(STREETS).replace('-', ' ')} {random.choice(KINDS_OF_STREET)}"
    flat = random.choice(("", "", f"Flat {random.randint(1, 40)}, ", f"Flat {random.choice('ABC')}, "))
    number = f"{random.randint(1, 199)}{random.choice(('', '', 'a'))}"
    divided = random.choice((", ", "\n"))
    return divided.join([f"{flat}{number} {street}", random.choice(TOWNS), a_postcode(random)])


def a_postcode(random: Random) -> str:
    """A made-up postcode."""
    inward = "".join(random.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
    return f"{random.choice(AREAS)}{random.randint(1, 29)} {random.randint(0, 9)}{inward}"


def a_phone(random: Random) -> str:
    """A number of those that are kept for fiction."""
    return random.choice((f"07700 900{random.randint(0, 999):03}", f"0161 496 0{random.randint(0, 999):03}"))


def an_e_mail(random: Random) -> str:
    """An address at a domain that nobody has."""
    name = "".join(random.choices(SYLLABLES, k=3))
    return f"{name}{random.choice(('', '.x', '_7', '88'))}@example.{random.choice(('org', 'com', 'co.uk'))}"


def a_birth_date(random: Random) -> date:
    """A day between 1930 and 2024."""
    return date(1930, 1, 1) + timedelta(days=random.randrange(34_000))


def reference(random: Random, prefix: str) -> str:
    """As `cases.models.cases.new_reference` makes them."""
    return f"{prefix}-" + "".join(random.choices(REFERENCE_LETTERS, k=6))


# --- spellings --------------------------------------------------------------------------------------------

Spelling = Callable[[Random, str], str]


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.translate(str.maketrans("łŁøØıð", "lLoOid")))
    return "".join(char for char in apart if not unicodedata.combining(char))


def _inside(random: Random, text: str, hidden: str) -> str:
    at = random.randrange(1, len(text))
    return text[:at] + hidden + text[at:]


ANY_WORD: dict[str, Spelling] = {
    "as it is": lambda _, name: name,
    "capitals": lambda _, name: name.upper(),
    "no accents": lambda _, name: _bare(name),
    "decomposed": lambda _, name: unicodedata.normalize("NFD", name),
    "possessive": lambda random, name: name + random.choice(("'s", "’s")),
    "zero width": lambda random, name: _inside(random, name, random.choice("\u200b\u200c\u200d\u00ad\u2060\ufeff")),
}
LATIN_WORD: dict[str, Spelling] = {
    "full width": lambda _, name: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in _bare(name)),
    "other apostrophes": lambda random, name: name.replace("'", random.choice("’‘ʼ`´")),
    "other hyphens": lambda random, name: name.replace("-", random.choice("‐–— ")),
    "without hyphens and apostrophes": lambda _, name: name.replace("'", "").replace("-", ""),
    "apostrophes as spaces": lambda _, name: name.replace("'", " "),
}
LONG_WORD: dict[str, Spelling] = {
    "small letters": lambda _, name: name.lower(),
    "letter by letter": lambda random, name: random.choice((" ", ".", "-", " . ")).join(filter(str.isalpha, _bare(name))),
    "hyphen inside": lambda random, name: _inside(random, name, "-"),
    "look-alikes": lambda _, name: _bare(name).translate(ALIKE),
}
SURE_WORD: dict[str, Spelling] = {
    "figures": lambda _, name: _bare(name)[0] + _bare(name)[1:].translate(FIGURES),
    "s without apostrophe": lambda _, name: name + "s",
}


def spellings_of_part(part: str) -> dict[str, Spelling]:
    """The spellings in which one part of a name must be found where it stands alone."""
    word = "".join(char for char in _bare(part).lower() if char.isalpha())
    found = dict(ANY_WORD)
    if not word.isascii():
        return {key: value for key, value in found.items() if key not in {"zero width", "no accents"}}
    found |= LATIN_WORD
    ordinary = part in WORDS
    if len(word) > 2 and not ordinary:
        found |= LONG_WORD
    if len(word) > 3 and not ordinary and word not in lists.identity_words("names"):
        found |= SURE_WORD
    if ordinary:
        found["letter by letter"] = LONG_WORD["letter by letter"]
    return found


def name_spelling(random: Random, name: str) -> tuple[str, str]:
    """A whole name, or a part of it, in one of the spellings: what to write, and which it is."""
    words = name.split()
    if len(words) == 1 or random.random() < 0.45:
        part = random.choice(words)
        which = random.choice(list(spellings := spellings_of_part(part)))
        return spellings[which](random, part), f"part, {which}"
    first, last = words[0], words[-1]
    if not _bare(first).replace("'", "").replace("-", "").isascii():
        return random.choice(((name, "whole"), (f"{last} {first}", "turned round")))
    ways = {
        "whole": name,
        "whole, capitals": name.upper(),
        "whole, small letters": name.lower(),
        "whole, no accents": _bare(name),
        "turned round": f"{last}, {first}",
        "first and last": f"{first} {last}",
        "written together": name.replace(" ", ""),
        "e-mail like": f"{first}_{last}".lower(),
        "two spaces": name.replace(" ", "  "),
        "initial": f"{first[0]}. {last}",
        "initial without a point": f"{first[0]} {last}",
        "initial without a space": f"{first[0]}.{last}",
        "initial after": f"{last}, {first[0]}.",
        "initials": " ".join([*(f"{word[0]}." for word in words[:-1]), last]),
        "first name and initial": f"{first} {last[0]}.",
        "title": f"{random.choice(('Mr', 'Mrs', 'Ms', 'Miss', 'Dr.', 'Mx'))} {last}",
        "title and possessive": f"{random.choice(('Mr', 'Mrs', 'Ms'))} {last}'s",
        "letter by letter": " ".join(filter(str.isalpha, _bare(name))),
    }
    which = random.choice(list(ways))
    return ways[which], which


def phone_spelling(random: Random, phone: str) -> tuple[str, str]:
    """A telephone number in one of the spellings."""
    digits = phone.replace(" ", "")
    said = [ONES[int(digit)] for digit in digits]
    ways = {
        "as it is": phone,
        "together": digits,
        "abroad": f"+44 {phone[1:]}",
        "abroad, (0)": f"+44 (0){digits[1:]}",
        "0044": f"0044{digits[1:]}",
        "brackets": f"({phone[:5]}) {phone[5:].strip()}",
        "hyphens": phone.replace(" ", "-"),
        "points": ".".join((digits[:5], digits[5:8], digits[8:])),
        "in pairs": " ".join(digits[at : at + 2] for at in range(0, len(digits), 2)),
        "in threes": " ".join(digits[at : at + 3] for at in range(0, len(digits), 3)),
        "digit by digit": " ".join(digits),
        "words": " ".join(said),
        "words, oh": " ".join(said).replace("zero", "oh"),
        "words, capitals and commas": ", ".join(said).capitalize(),
        "words, double": " ".join(said).replace("seven seven", "double seven").replace("zero zero", "double oh"),
        "words and figures": " ".join((digits[:5], *said[5:])),
        "letters for noughts": digits.replace("0", "O"),
        "full width": "".join(chr(ord(digit) + 0xFEE0) for digit in digits),
        "zero width": digits[:5] + "\u200b" + digits[5:],
    }
    which = random.choice(list(ways))
    return ways[which], which


def _two(number: int) -> str:
    if number < 20:
        return TEENS[number]
    return "-".join([TENS[number // 10 - 2], *([ONES[number % 10]] if number % 10 else [])])


def _ordinal(number: int) -> str:
    if number <= 20:
        return ORDINALS[number - 1]
    return "thirtieth" if number == 30 else f"{TENS[number // 10 - 2]}-{ORDINALS[number % 10 - 1]}"


def date_spelling(random: Random, born: date) -> tuple[str, str]:
    """A birth date in one of the spellings."""
    suffix = "th" if born.day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(born.day % 10, "th")
    month, year = MONTHS[born.month - 1], _two(born.year // 100) + " " + _two(born.year % 100)
    if born.year % 100 < 10:
        year = f"nineteen oh {ONES[born.year % 100]}" if born.year < 2000 else f"two thousand and {_two(born.year % 100)}"
    if born.year == 2000:
        year = "two thousand"
    day, short = born.day, f"{born.year % 100:02}"
    ways = {
        "3 March 1988": f"{day} {month} {born.year}",
        "3rd March 1988": f"{day}{suffix} {month} {born.year}",
        "3rd of March, 1988": f"{day}{suffix} of {month}, {born.year}",
        "March 3rd 1988": f"{month} {day}{suffix} {born.year}",
        "March 3, 1988": f"{month} {day}, {born.year}",
        "3 Mar 88": f"{day} {month[:3]} {short}",
        "3 MARCH '88": f"{day} {month.upper()} '{short}",
        "03/03/1988": f"{born:%d/%m/%Y}",
        "03/03/88": f"{born:%d/%m/%y}",
        "3/3/88": f"{day}/{born.month}/{short}",
        "3.3.1988": f"{day}.{born.month}.{born.year}",
        "3-3-1988": f"{day}-{born.month}-{born.year}",
        "3 3 1988": f"{day} {born.month} {born.year}",
        "1988-03-03": born.isoformat(),
        "1988/3/3": f"{born.year}/{born.month}/{day}",
        "03031988": f"{born:%d%m%Y}",
        "19880303": f"{born:%Y%m%d}",
        "third of March nineteen eighty-eight": f"{_ordinal(day)} of {month} {year}",
        "three March nineteen eighty-eight": f"{_two(day)} {month} {year}",
        "March the third, nineteen eighty-eight": f"{month} the {_ordinal(day)}, {year}",
        "the third of March 1988": f"{_ordinal(day)} of {month} {born.year}",
    }
    which = random.choice(list(ways))
    return ways[which], which


def code_spelling(random: Random, code: str) -> tuple[str, str]:
    """A reference in one of the spellings."""
    bare = code.replace("-", "")
    said = " ".join(ONES[int(char)] if char.isdecimal() else char for char in bare)
    ways = {
        "as it is": code,
        "small letters": code.lower(),
        "space for the hyphen": code.replace("-", " "),
        "another hyphen": code.replace("-", random.choice("–‑—")),
        "spaces around": code.replace("-", " - "),
        "together": bare,
        "in groups": f"{code[:5]} {code[5:]}",
        "letter by letter": " ".join(bare),
        "with points": ".".join(bare),
        "number words": said,
        "full width": "".join(chr(ord(char) + 0xFEE0) for char in code),
        "zero width": f"{code[:4]}\u200b{code[4:]}",
    }
    which = random.choice(list(ways))
    return ways[which], which


def postcode_spelling(random: Random, code: str) -> tuple[str, str]:
    """A postcode, or what says most of it, in one of the spellings."""
    out, rest = code.split()
    ways = {
        "as it is": code,
        "small letters": code.lower(),
        "together": out + rest,
        "hyphen": f"{out}-{rest}",
        "two spaces": f"{out}  {rest}",
        "letter by letter": " ".join(out + rest),
        "noughts as letters": code.replace("0", "O"),
        "first half and a figure": f"{out} {rest[0]}",
        "first half": out,
        "full width": "".join(chr(ord(char) + 0xFEE0) if char != " " else char for char in code),
    }
    which = random.choice(list(ways))
    return ways[which], which


def address_spelling(random: Random, address: str) -> tuple[str, str]:
    """An address, or the street of it, in one of the spellings."""
    whole = address.replace("\n", ", ")
    line = whole.split(", ")[-3]
    number, street = line.split(" ", 1)
    *name, kind = street.split()
    digits = "".join(filter(str.isdecimal, number))
    said = line
    if number == digits and int(digits) < 100:
        said = f"{_two(int(digits))} {street}"
    ways = {
        "whole": whole,
        "whole without commas": whole.replace(",", ""),
        "number and street": line,
        "number and street, capitals": line.upper(),
        "number and street, small letters": line.lower(),
        "street": street,
        "street, small letters": street.lower(),
        "shortened": f"{number} {' '.join(name)} {SHORTENED.get(kind, kind)}",
        "shortened with a point": f"{' '.join(name)} {SHORTENED.get(kind, kind)}.",
        "together": street.replace(" ", "").replace("'", ""),
        "hyphens": street.replace(" ", "-"),
        "letter by letter": " ".join(street.replace(" ", "").replace("'", "")),
        "another apostrophe": street.replace("'", "’"),
        "number words": said,
        "flat twelve": f"flat twelve, {street}",
        "two spaces": line.replace(" ", "  "),
    }
    which = random.choice(list(ways))
    return ways[which], which


def e_mail_spelling(random: Random, e_mail: str) -> tuple[str, str]:
    """An e-mail address in one of the spellings."""
    ways = {
        "as it is": e_mail,
        "capitals": e_mail.upper(),
        "at in words": e_mail.replace("@", " at "),
        "at and dot in words": e_mail.replace("@", " at ").replace(".", " dot "),
        "(at)": e_mail.replace("@", "(at)"),
        "[at] and [dot]": e_mail.replace("@", " [at] ").replace(".", " [dot] "),
        "spaces around": e_mail.replace("@", " @ "),
        "full width": e_mail.replace("@", "＠"),
        "zero width": e_mail.replace("@", "@\u200b"),
    }
    which = random.choice(list(ways))
    return ways[which], which


# --- a text -----------------------------------------------------------------------------------------------


def an_example(seed: int) -> Example:
    """A case and a text in which one to three identities of it are hidden."""
    random = Random(seed)
    known = a_case(random)
    text, planted = "", list[Planted]()
    for _ in range(random.choice((1, 1, 2, 3))):
        kind, written, which = _identity(random, known)
        before, after = random.choice(PLACES).split("{}")
        text += f"{random.choice(FILLING)} {before}"
        planted.append(Planted(kind, len(text), len(text) + len(written), f"{kind}: {which}"))
        text += written + after + " "
    return Example(known, text, tuple(planted))


def _identity(random: Random, known: Known) -> tuple[str, str, str]:
    """What to hide: its kind, how it is written, and which spelling that is."""
    person = random.choice(known.people)
    kinds = ["name", "name", "name", "reference"]
    kinds += ["address", "postcode"] if person.address else []
    kinds += ["phone", "email"] if person.contact else []
    kinds += ["birth_date", "birth_date"] if person.birth_date else []
    kind = random.choice(kinds)
    return (kind, *_written(random, kind, person, known.references))


def _written(random: Random, kind: str, person: Somebody, references: Sequence[str]) -> tuple[str, str]:
    if kind == "name":
        names = [name for text in person.names for name in text.split("\n") if name]
        return name_spelling(random, random.choice(names))
    if kind == "reference":
        return code_spelling(random, random.choice(references))
    if kind == "address":
        return address_spelling(random, person.address)
    if kind == "postcode":
        return postcode_spelling(random, person.address.replace("\n", ", ").split(", ")[-1])
    if kind == "birth_date":
        return date_spelling(random, date.fromisoformat(person.birth_date))
    phone, e_mail = person.contact.split(", ")
    if kind == "phone":
        return phone_spelling(random, phone)
    return e_mail_spelling(random, e_mail)
