"""The guidance: every text that stands beside a question, and the lessons behind the rules."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import register_converter
from django.views.decorators.http import require_http_methods

from cases import opaque
from sharing import journey
from sharing.rules import neutral
from sharing.words import Words, all_words, words

GROUPS = (
    ("rule-", "The seven golden rules"),
    ("principle-", "The three principles"),
    ("section-", "What the guide says about sharing"),
    ("lesson-", "What happens when nobody shares"),
    ("basis.", "The lawful bases"),
    ("page.", "Each page of a decision"),
    ("panel.", "Before you record that nothing is shared"),
    ("stop.", "What keeps a decision from being recorded"),
    ("point.", "What you may be asked before you record"),
)


class WordConverter:
    """The id of a text in an address; one that tells something by its mark (law.md §8)."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The address as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """The address of an id."""
        return opaque.mark(value) if neutral.telling(value) else value


register_converter(WordConverter, "word")


def by_address(address: str) -> str:
    """The id of the text that an address stands for. Raises KeyError."""
    converter = WordConverter()
    return {converter.to_url(one.id): one.id for one in all_words()}[address]


@require_http_methods(["GET", "HEAD"])
def guidance(request: HttpRequest) -> HttpResponse:
    """All of it, by kind."""
    groups = [(title, _texts(start)) for start, title in GROUPS]
    return render(request, "sharing/guidance.html", {"groups": groups})


def _texts(start: str) -> list[tuple[str, Words]]:
    """The texts of a kind, each with the number that it is known by; pages in the order of the journey."""
    found = [one for one in all_words() if one.id.startswith(start)]
    if start == "page.":
        order = list(journey.BY_SLUG)
        found.sort(key=lambda one: order.index(one.id.removeprefix(start)))
    numbered = start in ("rule-", "principle-")
    return [
        (f"{start[:-1].capitalize()} {one.id.removeprefix(start)}: " if numbered else "", one)
        for one in found
    ]


@require_http_methods(["GET", "HEAD"])
def guidance_page(request: HttpRequest, word_id: str) -> HttpResponse:
    """One text."""
    return render(request, "sharing/guidance_page.html", {"words": _words(word_id)})


def _words(word_id: str) -> Words:
    try:
        return words(by_address(word_id))
    except KeyError:
        raise Http404 from None
