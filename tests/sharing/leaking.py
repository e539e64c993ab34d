"""Made-up cases, and texts in which somebody's identity is hidden in every way that must be found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from sharing.rules import leaks
from sharing.rules.leaks import Known, Leak, Somebody
from tests.sharing import disguises

GIVEN: list[str] = disguises.POOLS["given"].split()
FAMILY: list[str] = disguises.POOLS["family"].split()
SHORT: list[str] = disguises.POOLS["short"].split()
STREETS: list[str] = disguises.POOLS["streets"].split()
KINDS_OF_STREET: list[str] = disguises.POOLS["kinds_of_street"].split()
AREAS: list[str] = disguises.POOLS["areas"].split()
SYLLABLES: list[str] = disguises.POOLS["syllables"].split()
SCRIPTS: list[str] = disguises.POOLS["scripts"]
TOWNS: list[str] = disguises.POOLS["towns"]
REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Those of which references are drawn (`cases.models.cases`)."""
PLACES = (
    "We spoke with {} about the move last week.",
    "{} has asked us to keep this between us.",
    "The school says that {} did not come in on two days.",
    "A neighbour heard shouting, and {} would not open the door.",
    "Is it safe to write to {}?",
    "There is a note on the file: {}.",
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
    name, others = a_name(random), f"{_one(random)}\n{a_name(random)}"
    return Somebody(
        names=(name, random.choice(("", "", _one(random))), random.choice(("", others))),
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
        return random.choice(disguises.WORDS)
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


# --- what is found -------------------------------------------------------------------------------------


def missed(example: Example, found: Sequence[Leak]) -> list[str]:
    """What was hidden and not found: each letter and figure of it must lie in a place of its kind."""
    lost = []
    for hidden in example.planted:
        there = [leak for leak in found if leak.start < hidden.end and leak.end > hidden.start]
        places = {place for leak in there for place in range(leak.start, leak.end)}
        written = example.text[hidden.start : hidden.end]
        told = len(written) - len(written.removesuffix("s").rstrip("'’"))  # a possessive may stay
        letters = [
            at
            for at in range(hidden.start, hidden.end - (told if "possessive" in hidden.spelling else 0))
            if example.text[at].isalnum()
        ]
        if hidden.kind not in {leak.kind for leak in there} or not places.issuperset(letters):
            lost.append(f"{hidden.spelling}: {written!r}")
    return lost


def ordinary_texts() -> list[str]:
    """Questions for advice as officers write them, about nobody who could be told from them."""
    return Path(__file__).with_name("ordinary_texts.txt").read_text("utf-8").splitlines()


def false_alarms(cases: int, *, seed: int = 0) -> tuple[int, int]:
    """How many of the ordinary texts give an alarm in how many, each asked of so many made-up cases."""
    random, texts = Random(seed), ordinary_texts()
    known = [a_case(random) for _ in range(cases)]
    return sum(bool(leaks.find(text, one)) for one in known for text in texts), cases * len(texts)


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
        return disguises.name_spelling(random, random.choice(names))
    if kind == "reference":
        return disguises.code_spelling(random, random.choice(references))
    if kind == "address":
        return disguises.address_spelling(random, person.address)
    if kind == "postcode":
        return disguises.postcode_spelling(random, person.address.replace("\n", ", ").split(", ")[-1])
    if kind == "birth_date":
        return disguises.date_spelling(random, date.fromisoformat(person.birth_date))
    phone, e_mail = person.contact.split(", ")
    if kind == "phone":
        return disguises.phone_spelling(random, phone)
    return disguises.e_mail_spelling(random, e_mail)
