"""Where a text names somebody of a case. Pure.

A part of a name counts in capitals or without. Two kinds of parts count only where the way they are written
says that somebody is meant: ordinary words (Grace, Will, Young), and parts of two letters (Li, Bo). They need
a capital that no beginning of a sentence explains, or another part of the name, a title or an initial beside.
"""

from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from sharing import lists
from sharing.rules.names import JOINS_PREFIXES, LETTERS, MODAL, SHORT, WITHOUT_SPACES, Form, Names, titles
from sharing.rules.reading import Hit, Reading, Token, look_alikes

_GAP, _MOST_INITIALS = 3, 3
_ENDS, _SPACES = set("!?;:()[]\n"), set(" \t\u3000")
_ARTICLES = frozenset({"a", "i"})
_PLAIN_TITLES = frozenset({"mr", "mrs", "ms", "mx"})
_SHORTENED = frozenset({"g", "e", "st", "no", "vs", "cf"})
_SUFFIXES = frozenset({"st", "nd", "rd", "th"})
_DETERMINERS = frozenset(
    {"a", "an", "the", "this", "that", "my", "our", "his", "her", "their", "your", "no", "some", "any", "and"}
)
_SURE = 4
"""A name of so many letters may be torn apart by a space, or stand in figures, and is still seen."""


class Found(NamedTuple):
    """A name in a text: its place, its tokens, whose it may be, and whether it is only the last of a name."""

    start: int
    end: int
    first: int
    last: int
    people: frozenset[int]
    family: bool
    form: str = ""
    sure: bool = True
    """False: an ordinary word or a short part, of which it must be asked whether somebody is meant."""


def find(text: str, reading: Reading, names: Names) -> Iterator[Found]:
    """The names in a text, each with the initials and the title beside it."""
    yield from Look(reading, names).found()
    for seen, figures in look_alikes(text):
        yield from Look(Reading(seen), names, figures=figures).found()


class Look:
    """One look for names at one reading of a text."""

    def __init__(self, reading: Reading, names: Names, *, figures: bool = False) -> None:
        self.reading, self.tokens, self.names, self.figures = reading, reading.tokens, names, figures
        self.public = self._public()
        self.small = not any(token.capital for token in self.tokens)
        """Whether the text has no capital at all, so that their absence says nothing."""
        self.seen = [seen for text, form in names.forms.items() for seen in self._places(text, form)]
        self.begin: dict[int, list[Found]] = {}
        self.end: dict[int, list[Found]] = {}
        for seen in self.seen:
            self.begin.setdefault(seen.first, []).append(seen)
            self.end.setdefault(seen.last, []).append(seen)

    def found(self) -> list[Found]:
        """What names somebody, parts that stand together as one."""
        meant = [seen for seen in self.seen if seen.sure or self._meant(seen)]
        groups: list[Found] = []
        for one in sorted(meant, key=lambda seen: (seen.start, -seen.end)):
            if groups and self._belongs(groups[-1], one):
                groups[-1] = _both(groups[-1], one)
            else:
                groups.append(one)
        return [self._with_beside(group) for group in groups]

    def _public(self) -> set[int]:
        """Tokens of phrases that mean nobody here, such as the name of a law."""
        words, found = self.reading.words, set[int]()
        for phrase in lists.public_phrases():
            for hit in words.hits("".join(LETTERS.findall(phrase))):
                if hit.begins and hit.ends:
                    found |= set(range(hit.first, hit.last + 1))
        return found

    # --- where a form stands ------------------------------------------------------------------------------

    def _places(self, text: str, form: Form) -> Iterator[Found]:
        if self.figures and len(text) < _SURE:
            return
        free = _free(text)
        for hit in self.reading.words.hits(text):
            if free:
                if all(self.reading.near(at, at + 1, 2) for at in range(hit.first, hit.last)):
                    yield self._inside(hit, text, form)
            elif hit.first == hit.last:
                if hit.begins and self._ends(hit, text):
                    yield self._whole(
                        hit, text, form, sure=self.figures or not self._doubtful(hit.first, text)
                    )
                elif self._with_initials(hit, text, form):
                    yield self._whole(hit, text, form, sure=True)
            elif hit.begins and self._ends(hit, text) and self._divided_so(hit, text, form):
                yield self._whole(hit, text, form, sure=True)

    def _whole(self, hit: Hit, text: str, form: Form, *, sure: bool) -> Found:
        place = self.reading.span(hit.first, hit.last)
        return Found(*place, hit.first, hit.last, frozenset(form.people), form.family, text, sure)

    def _inside(self, hit: Hit, text: str, form: Form) -> Found:
        """Of a script that writes words together: the place is that of its letters."""
        begin, end = self.tokens[hit.first], self.tokens[hit.last]
        runs = self.reading.words.begins
        start = self.reading.place(begin.at + hit.at - runs[hit.first], len(self.reading.plain))[0]
        last = end.at + hit.at + len(text) - 1 - runs[hit.last]
        place = start, self.reading.place(last, last + 1)[1]
        return Found(*place, hit.first, hit.last, frozenset(form.people), form.family, text)

    def _ends(self, hit: Hit, text: str) -> bool:
        """Whether the word ends with the name, or with an s after it."""
        if hit.ends:
            return True
        begins = self.reading.words.begins
        rest = self.reading.words.text[hit.at + len(text) : begins[hit.last + 1]]
        return rest == "s" and len(text) > SHORT

    def _with_initials(self, hit: Hit, text: str, form: Form) -> bool:
        """Whether it is MSmith or SmithM: initials of the same person, in capitals, and the name."""
        token = self.tokens[hit.first]
        before, after = token.text[: hit.at - self.reading.words.begins[hit.first]], ""
        if hit.begins:
            after = token.text[len(text) :]
        if token.shouted or len(text) <= SHORT or not (before or after) or (before and not hit.ends):
            return False
        written = self.reading.text[token.start : token.end]
        if len(before + after) > SHORT or len(written) != len(token.text):
            return False
        capitals = written[: len(before) + 1] if before else written[0] + written[len(text) :]
        known = set[str]().union(*(self.names.initials[person] for person in form.people))
        return capitals.isupper() and set(before + after) <= known

    def _divided_so(self, hit: Hit, text: str, form: Form) -> bool:
        """Whether tokens in a row are one name: as it is divided, letter by letter, or torn apart."""
        tokens = self.tokens[hit.first : hit.last + 1]
        gaps = [token.before for token in tokens[1:]]
        if any(len(gap) > _GAP or set(gap) & _ENDS for gap in gaps):
            return False
        breaks = set(accumulate(len(token.text) for token in tokens))
        if breaks <= form.breaks:
            return True
        if len(text) <= SHORT:
            return False
        if all(len(token.text) == 1 for token in tokens) or not any(set(gap) & _SPACES for gap in gaps):
            return True
        if len(text) < _SURE or any(gap.strip() for gap in gaps):
            return False
        return not all(_is_word(token.text) for token in tokens)

    # --- whether somebody is meant ------------------------------------------------------------------------

    def _doubtful(self, at: int, text: str) -> bool:
        return (
            at in self.public
            or len(text) <= SHORT
            or _is_word(text)
            or self.tokens[at].text in _words("names")
        )

    def _meant(self, seen: Found) -> bool:
        """Whether an ordinary word, or a short part, names somebody where it stands."""
        if self._beside(seen) or self._titled(seen) or self._initialled(seen):
            return True
        token = self.tokens[seen.first]
        if seen.first in self.public:
            return False
        if len(seen.form) <= SHORT and not _is_word(seen.form):
            return _has_no_case(token) or (
                token.capital and not (token.shouted and seen.form in _words("abbreviations"))
            )
        if not token.capital:
            if self._next(seen) in _words("did") and self._before(seen) not in _DETERMINERS:
                return True
            return self.small and not _is_common(seen.form) and not self._is_date(seen)
        return self._capital_counts(seen, token)

    def _capital_counts(self, seen: Found, token: Token) -> bool:
        """Whether the capital says that it is a name."""
        follower, possessive = self._next(seen), self._possessive(seen)
        acts = follower in _words("did") or follower in _words("does") or possessive
        if token.shouted and self._shouting(seen.first) and seen.form in lists.stop_words():
            return False
        if seen.form in _words("proper"):
            return follower in _words("did")
        if seen.form in _words("months") and self._is_date(seen):
            return False
        if not self._begins_sentence(seen.first):
            return True
        if seen.form in _words("describing") or seen.form in lists.stop_words() - MODAL:
            return acts or not follower
        return possessive or not (follower in _words("follows") or follower.isdecimal())

    def _next(self, seen: Found) -> str:
        at = seen.last + 1
        return self.tokens[at].text if self.reading.near(seen.last, at, 1) else ""

    def _before(self, seen: Found) -> str:
        return self.tokens[seen.first - 1].text if self.reading.near(seen.first - 1, seen.first, 1) else ""

    def _possessive(self, seen: Found) -> bool:
        at = seen.last + 1
        return self._next(seen) == "s" and self.tokens[at].before == "'"

    def _begins_sentence(self, at: int) -> bool:
        token = self.tokens[at]
        if at == 0 or set(token.before) & set('!?…\n:•*"“‘(['):
            return True
        before = self.tokens[at - 1]
        initial = len(before.text) == 1 and before.capital
        return "." in token.before and not (initial or before.text in _SHORTENED or before.text in titles())

    def _is_date(self, seen: Found) -> bool:
        """Whether a month is meant: beside a number, another month, or a word such as "since"."""
        begins, ends = self._begins_sentence(seen.first), not self._goes_on(seen.last)
        far, before = ("", "") if begins else (self._word(seen.first - 2), self._word(seen.first - 1))
        after, later = ("", "") if ends else (self._word(seen.last + 1), self._word(seen.last + 2))
        if before in _words("when") or before.isdecimal() or after.isdecimal():
            return True
        if before in lists.number_words() or (before in _SUFFIXES and far.isdecimal()):
            return True
        if before == "of" and (far in _words("when") or far in lists.number_words() or far in _SUFFIXES):
            return True
        return not _words("months").isdisjoint({far, before, after, later} - {seen.form})

    def _word(self, at: int) -> str:
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def _shouting(self, at: int) -> bool:
        """Whether the words around are in capitals too."""
        around = [token for token in self.tokens[max(0, at - 3) : at + 4] if len(token.text) > SHORT]
        return sum(token.shouted for token in around) > len(around) // 2

    def _beside(self, seen: Found) -> bool:
        """Whether another part of the same name stands next to it."""
        after = self.begin.get(seen.last + 1, []) if self._goes_on(seen.last) else []
        before = self.end.get(seen.first - 1, []) if self._goes_on(seen.first - 1) else []
        return any(other.form != seen.form and other.people & seen.people for other in (*after, *before))

    def _goes_on(self, at: int) -> bool:
        """Whether the token and the next are in one sentence; a point after one letter ends none."""
        if not self.reading.near(at, at + 1):
            return False
        return len(self.tokens[at].text) == 1 or ". " not in self.tokens[at + 1].before

    def _titled(self, seen: Found) -> bool:
        title = self._word(seen.first - 1)
        if title not in titles() or not self.reading.near(seen.first - 1, seen.first, 2):
            return False
        return self.tokens[seen.first].capital or title in _PLAIN_TITLES

    def _initialled(self, seen: Found) -> bool:
        return self._initial(seen, seen.first - 1, 1) or self._initial(seen, seen.last + 1, -1)

    def _initial(self, found: Found, at: int, towards: int, *, sure: bool = False) -> bool:
        """Whether the token is an initial of the same person, next to the name on the side it looks at.

        Args:
            sure: the name is one without it.
        """
        if not self._alone(at) or not self.reading.near(min(at, at + towards), max(at, at + towards)):
            return False
        token = self.tokens[at]
        if towards < 0 and "." in token.before:
            return False
        if not any(token.text in self.names.initials[one] for one in found.people):
            return False
        after = self.tokens[at + 1].before[:1] if at + 1 < len(self.tokens) else self._rest()
        if after == ".":
            return True
        if token.text not in _ARTICLES:
            return token.capital or towards > 0
        if not (token.capital and self.tokens[at + towards].capital):
            return False
        return sure or token.text != "i" if towards > 0 else "," in token.before

    def _alone(self, at: int) -> bool:
        """Whether there is a letter by itself, not the s of a possessive or a part of a code."""
        if not 0 <= at < len(self.tokens) or len(self.tokens[at].text) > 1:
            return False
        before = self.tokens[at].before
        after = self.tokens[at + 1].before if at + 1 < len(self.tokens) else " "
        return "'" not in before and after[:1] not in {"", "-"} and (at == 0 or bool(before))

    def _rest(self) -> str:
        """What follows the last token."""
        return self.reading.text[self.tokens[-1].end :][:1]

    # --- what stands together -----------------------------------------------------------------------------

    def _belongs(self, group: Found, one: Found) -> bool:
        """Whether a name goes on in the next part."""
        if one.start < group.end:
            return True
        if not group.people & one.people:
            return False
        between = self.tokens[group.last + 1 : one.first]
        if any(len(token.text) > 1 or not token.capital or "'" in token.before for token in between):
            return False
        return len(between) <= 1 and all(self._goes_on(at) for at in range(group.last, one.first))

    def _with_beside(self, group: Found) -> Found:
        """The name with its initials and its title."""
        first, last, people = group.first, group.last, group.people
        for _ in range(_MOST_INITIALS):
            wider = group._replace(first=first, last=last)
            if self._initial(wider, first - 1, 1, sure=True):
                first -= 1
                people = self._who(people, self.tokens[first].text)
            elif self._initial(wider, last + 1, -1, sure=True) and self._stands_alone(last + 1):
                last += 1
                people = self._who(people, self.tokens[last].text)
        if self._titled(group._replace(first=first)) and self._is_title(first - 1):
            first -= 1
        start = self.tokens[first].start if first < group.first else group.start
        end = self.tokens[last].end if last > group.last else group.end
        return group._replace(start=start, end=end, first=first, last=last, people=people)

    def _stands_alone(self, at: int) -> bool:
        """Whether the initial after a name is no initial of the name that comes next."""
        return self.tokens[at].capital and not self.begin.get(at + 1)

    def _is_title(self, at: int) -> bool:
        return self.tokens[at].text in _PLAIN_TITLES or self.tokens[at].capital

    def _who(self, people: frozenset[int], initial: str) -> frozenset[int]:
        return frozenset(one for one in people if initial in self.names.initials[one]) or people


def _both(group: Found, one: Found) -> Found:
    people = group.people & one.people
    return group._replace(
        end=max(group.end, one.end),
        last=max(group.last, one.last),
        people=people or group.people,
        family=group.family and one.family,
        form=group.form if group.last >= one.last else one.form,
    )


def _words(name: str) -> frozenset[str]:
    return lists.identity_words(name)


def _is_word(text: str) -> bool:
    """Whether it is an ordinary English word, as far as that is known here."""
    return text in _words("names") or _is_common(text)


def _is_common(text: str) -> bool:
    lone = len(text) == 1
    return lone or text in _words("common") or text in lists.stop_words() or text in lists.number_words()


def _free(text: str) -> bool:
    """Whether the script has no spaces, or joins small words to a name, so that it is found inside a word."""
    if WITHOUT_SPACES.search(text):
        return len(text) >= SHORT
    return len(text) > SHORT and bool(JOINS_PREFIXES.search(text))


def _has_no_case(token: Token) -> bool:
    return token.text.upper() == token.text
