"""What may stand where others see it: subjects, file names, page titles, addresses of pages, envelopes. Pure.

law.md §8; ledger.md on whoever reads the survivor's post, telephone or e-mail.
"""

import re
from collections.abc import Iterable

from sharing.rules.texts import name_words, plain

WORDS = (
    *("domestic abuse", "domestic violence", "abuse", "abuser", "abusive"),
    *("marac", "idva", "refuge", "victim", "survivor", "perpetrator"),
)
"""The words that tell what it is about. Each is looked for as a whole word, and in the plural."""
_WORD = re.compile(r"[^\W_]+")


def telling(text: str, names: Iterable[str] = ()) -> list[str]:
    """What a text tells to somebody who reads it over a shoulder: those words, and the words of these names.

    Args:
        text: a subject, a file name, a title, the address of a page, what stands on an envelope.
        names: of people, streets, places.

    Returns:
        Each word once, in small letters without accents; empty: the text is neutral.
    """
    run = f" {' '.join(_WORD.findall(plain(text)))} "
    wanted = [*WORDS, *(word for name in names for word in sorted(name_words(name)))]
    return list(dict.fromkeys(word for word in wanted if f" {word} " in run or f" {word}s " in run))
