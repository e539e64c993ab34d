"""A PDF read back by its tags: what a screen reader is given, in its order."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pdfplumber.page
from pdfminer.pdftypes import resolve1

BREAK = "\u200b"


@dataclass
class Node:
    """One element of the structure tree, with the text right beneath it."""

    role: str
    text: str
    children: list["Node"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """This element and all beneath it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def whole(self) -> str:
        """The text of this element and of all beneath it."""
        return " ".join(" ".join(node.text for node in self.walk()).split())


def _listed(kids: Any) -> list[Any]:
    kids = resolve1(kids)
    return [resolve1(one) for one in (kids if isinstance(kids, list) else [] if kids is None else [kids])]


class _Nested(pdfplumber.page.PDFPageAggregatorWithMarkedContent):
    """pdfplumber's reader forgets the outer mark at the end of one within it; this one keeps them all."""

    def begin_tag(self, tag: Any, props: Any = None) -> None:
        self.marks = [*getattr(self, "marks", []), (self.cur_tag, self.cur_mcid)]
        outer = self.marks[-1]
        super().begin_tag(tag, props)
        if self.cur_mcid is None and outer[0] is not None:
            self.cur_tag, self.cur_mcid = outer

    def end_tag(self) -> None:
        self.cur_tag, self.cur_mcid = self.marks.pop()


pdfplumber.page.PDFPageAggregatorWithMarkedContent = _Nested  # type: ignore[misc]


class Printed:
    """A PDF: its catalog, its pages, its tree."""

    def __init__(self, made: bytes) -> None:
        self.pdf = pdfplumber.open(io.BytesIO(made))
        self.catalog = self.pdf.doc.catalog
        self.metadata = resolve1(self.catalog["Metadata"]).get_data().decode()
        self._texts: dict[tuple[int, int], str] = {}
        self.artifacts = [""] * len(self.pdf.pages)
        self.untagged: list[str] = []
        for number, page in enumerate(self.pdf.pages):
            for char in page.chars:
                self._sort(number, char)
        self._pages = {page.page_obj.pageid: number for number, page in enumerate(self.pdf.pages)}
        tree = resolve1(self.catalog["StructTreeRoot"])
        self.root = Node("Root", "", [self._node(one, None) for one in _listed(tree["K"])])

    def _sort(self, number: int, char: dict[str, Any]) -> None:
        if char["mcid"] is not None:
            key = (number, char["mcid"])
            self._texts[key] = self._texts.get(key, "") + char["text"]
        elif char["tag"] == "Artifact":
            self.artifacts[number] += char["text"]
        else:
            self.untagged.append(char["text"])

    def _node(self, element: dict[str, Any], page: int | None) -> Node:
        """Texts are taken as they are placed, so that what is left over is in no element."""
        page = element["Pg"].objid if "Pg" in element else page
        node = Node(element["S"].name, "")
        for one in _listed(element.get("K")):
            if isinstance(one, dict) and "S" in one:
                node.children.append(self._node(one, page))
                continue
            mark, where = (one["MCID"], one.get("Pg")) if isinstance(one, dict) else (one, None)
            number = self._pages[where.objid if where else page]
            node.text += self._texts.pop((number, mark), "")
        return node

    @property
    def outside(self) -> str:
        """Marked text that no element holds."""
        return "".join(self._texts.values())

    def of(self, *roles: str) -> list[Node]:
        """The elements of these roles, in reading order."""
        return [node for node in self.root.walk() if node.role in roles]

    @property
    def text(self) -> str:
        """Everything that is read, in its order, without the places to break."""
        return self.root.whole.replace(BREAK, "")


def sheet(answer: Any = "He rang twice", **changes: Any) -> dict[str, Any]:
    """A decision page without a database: one answer, one card, one point."""
    rows = [{"question": "What happened?", "answer": answer}]
    decision = SimpleNamespace(
        reference="D-7F3K2Q",
        emergency=False,
        by=SimpleNamespace(name="Olive"),
        case=SimpleNamespace(reference="C-7F3K2Q"),
    )
    return {
        "decision": decision,
        "tags": (("Share part of it", "green"),),
        "receipt": "AAAA-BBBB",
        "decided": "Tuesday 3 March 2026, 10:30am",
        "recorded": "Tuesday 3 March 2026, 10:40am",
        "printed": "Wednesday 4 March 2026, 9am, by Olive",
        "integrity": "Matches",
        "case_rows": rows,
        "pages": [
            SimpleNamespace(number=number, title=f"Page {number}", rows=rows if number != 6 else [])
            for number in range(1, 9)
        ],
        "recipients": [{"title": "Sgt Fenwick", "rows": rows}],
        "included": [{"title": "Item 1", "rows": rows}],
        "withheld": [],
        "rules": [{"number": 1, "title": "The law", "served": ["Lawful basis"]}],
        "stops": [],
        "points": [{"title": "Old", "serves": "rule 6", "answer": "Known"}],
        "guidance": [{"title": "Rule 1", "version": "1", "sha256": "ab" * 32, "held": True}],
        "lists_version": "2026.1",
    } | changes
