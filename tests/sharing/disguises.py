"""Ways to write a name, a number, a date or an address so that a reader still knows whom it means."""

import tomllib
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from sharing import lists

POOLS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("leaking.toml").read_text("utf-8"))
WORDS: list[str] = POOLS["words"].split()
ONES: list[str] = POOLS["ones"].split()
TENS: list[str] = POOLS["tens"].split()
ORDINALS: list[str] = POOLS["ordinals"].split()
MONTHS: list[str] = POOLS["months"].split()
SHORTENED: dict[str, str] = POOLS["shortened"]
UNSEEN = "\u200b\u200c\u200d\u00ad\u2060\ufeff"
ALIKE = str.maketrans("aeopcyxiMHTAK", "аеорсухіМНТАК")
FIGURES = str.maketrans("aeio", "4310")

Spelling = Callable[[Random, str], str]


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.translate(str.maketrans("łŁøØıð", "lLoOid")))
    return "".join(char for char in apart if not unicodedata.combining(char))


def _wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _only_letters(text: str) -> str:
    return "".join(filter(str.isalpha, _bare(text)))


def _inside(random: Random, text: str, hidden: str) -> str:
    at = random.randrange(1, len(text))
    return text[:at] + hidden + text[at:]


ANY_WORD: dict[str, Spelling] = {
    "as it is": lambda _, name: name,
    "capitals": lambda _, name: name.upper(),
    "no accents": lambda _, name: _bare(name),
    "decomposed": lambda _, name: unicodedata.normalize("NFD", name),
    "possessive": lambda random, name: name + random.choice(("'s", "’s")),
    "zero width": lambda random, name: _inside(
        random, name, random.choice("\u200b\u200c\u200d\u00ad\u2060\ufeff")
    ),
}
LATIN_WORD: dict[str, Spelling] = {
    "full width": lambda _, name: "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in _bare(name)
    ),
    "other apostrophes": lambda random, name: name.replace("'", random.choice("’‘ʼ`´")),
    "other hyphens": lambda random, name: name.replace("-", random.choice("‐–— ")),
    "without hyphens and apostrophes": lambda _, name: name.replace("'", "").replace("-", ""),
    "apostrophes as spaces": lambda _, name: name.replace("'", " "),
}
LONG_WORD: dict[str, Spelling] = {
    "small letters": lambda _, name: name.lower(),
    "letter by letter": lambda random, name: random.choice((" ", ".", "-", " . ")).join(
        filter(str.isalpha, _bare(name))
    ),
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
        "letter by letter": " ".join(_only_letters(name)),
    }
    which = random.choice(list(ways))
    return ways[which], which


def _double(said: str) -> str:
    return said.replace("seven seven", "double seven").replace("zero zero", "double oh")


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
        "words, double": " ".join(said)
        .replace("seven seven", "double seven")
        .replace("zero zero", "double oh"),
        "words and figures": " ".join((digits[:5], *said[5:])),
        "letters for noughts": digits.replace("0", "O"),
        "full width": _wide(digits),
        "zero width": digits[:5] + "\u200b" + digits[5:],
    }
    which = random.choice(list(ways))
    return ways[which], which


def _two(number: int) -> str:
    if number < 20:
        return ONES[number]
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
        year = f"nineteen oh {ONES[born.year % 100]}"
    if 2000 <= born.year < 2010:
        said = ONES[born.year % 100]
        year = random.choice((f"two thousand and {said}", f"twenty oh {said}"))
        year = year if born.year > 2000 else "two thousand"
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
        "full width": _wide(code),
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
        "full width": _wide(code),
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
