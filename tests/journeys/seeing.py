"""Somebody who looks at a page in every way, and need not judge twice what is the same as before.

axe takes half a second for a page, most of it for contrast. Most of what one page shows another has shown,
and most of what it shows in a narrow window it has shown in a wide one. With `--long` everything is judged.
"""

import os

from playwright.sync_api import Page

from tests import fuzz
from tests.browser import axe

BY_SIZE = ("link-in-text-block", "scrollable-region-focusable", "skip-link")
"""Rules beside that of contrast that also go by how large something is, where it stands, or its style."""

SHOWN = """() => {
  const sizes = [innerWidth, innerHeight];
  // What has not spoken yet says nothing to axe either; scripts add it.
  const all = document.querySelectorAll("html, body, body :not([role=status]:empty, [role=alert]:empty)");
  const shown = [...all].map((e) => {
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    sizes.push(box.x, box.y, box.width, box.height);
    // Of what nobody sees, axe reads the words that something else refers to.
    const there = e.checkVisibility() && e.type !== "hidden";
    const given = [...e.attributes].filter(
      ({name}) => name === "id" || (there && name !== "class" && !name.startsWith("data-")));
    return [
      e.tagName, ...given.map(({name, value}) => `${name}=${value}`),
      style.display, style.visibility, style.position, style.clip, style.clipPath, style.contentVisibility,
      style.opacity === "0", box.width < 2, box.height < 2,
      box.right + scrollX <= 0, box.bottom + scrollY <= 0, box.left >= document.documentElement.scrollWidth,
      ...[...e.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data),
    ].join("\\u0001");
  });
  return [shown.join("\\u0002"), sizes.join()];
}"""
"""What axe goes by but colours: elements, attributes, words, what of them is seen; and how large it is."""

NEW_COLOURS = """(known) => {
  const add = (sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9007199254;
  const hash = (text) => [...text].reduce(add, 7);
  const clear = (style) => style.backgroundColor === "rgba(0, 0, 0, 0)" && style.backgroundImage === "none";
  const paint = (style) => [style.backgroundColor, style.backgroundImage, style.opacity, style.filter,
    style.mixBlendMode, style.overflow, style.boxShadow];
  const beside = (e) => ["::before", "::after"].map((where) => getComputedStyle(e, where))
    .filter((style) => style.content !== "none" && style.content !== "normal" && !clear(style))
    .flatMap((style) => [...paint(style), style.position, style.width, style.height]);
  const painted = [];
  const looks = new Map();
  for (const e of document.querySelectorAll("html, body, body *")) {
    const style = getComputedStyle(e), box = e.getBoundingClientRect(), more = beside(e);
    const plain = clear(style) && style.opacity === "1" && style.filter === "none" && !more.length &&
      style.mixBlendMode === "normal" && style.overflow === "visible";
    const replaced = /^(img|svg|canvas|video|object|iframe)$/i.test(e.tagName);
    const shown = plain && !replaced ? null : [e.tagName, ...paint(style), ...more].join();
    const look = {e, style, box, paint: shown};
    looks.set(e, look);
    if (look.paint && box.width && box.height) painted.push(look);
  }
  const within = (a, b) =>
    a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  const apart = (a, b) => a.left >= b.right || a.right <= b.left || a.top >= b.bottom || a.bottom <= b.top;
  const seen = new Set(known), found = [];
  for (const {e, style, box} of looks.values()) {
    const own = [...e.childNodes].filter((node) => node.nodeType === 3);
    const words = own.map((node) => node.data).join("").trim();
    if (!words && !e.matches("input, select, textarea, button")) continue;
    const kind = [
      e.tagName, e.type, Boolean(e.value), Boolean(e.placeholder),
      words.length > 1, /[\\p{L}\\p{N}]/u.test(words),
      Boolean(e.closest(":disabled, [aria-disabled], [aria-hidden=true], [inert]")),
      Boolean(e.control?.disabled),
      style.color, style.webkitTextFillColor, style.webkitTextStroke, style.textShadow, style.fontSize,
      style.fontWeight, style.visibility, style.textIndent, box.width < 2 || box.height < 2,
      box.right + scrollX <= 0 || box.bottom + scrollY <= 0,
    ];
    for (const other of painted) {
      const around = other.e.contains(e);
      if (around ? true : !e.contains(other.e) && !apart(box, other.box)) {
        kind.push(around, within(box, other.box), other.paint);
      }
    }
    const number = hash(kind.join("\\u0001"));
    e.toggleAttribute("data-new-colours", !seen.has(number));
    if (!seen.has(number)) found.push(number);
  }
  return [...new Set(found)];
}"""
"""Marks what is written in a way not seen before: its colour, its size and all that is painted behind it."""


class Eyes:
    """What was judged already."""

    def __init__(self) -> None:
        self.shown: set[int] = set()
        self.sized: set[int] = set()
        self.colours: set[int] = set()

    def judge(self, page: Page, *, colours: bool) -> None:
        """Assert that axe finds nothing in what is new on a page."""
        if os.environ.get(fuzz.LONG) == "1":
            axe(page, contrast="*" if colours else "")
            return
        shown, sizes = page.evaluate(SHOWN)
        same, alike = hash((shown, sizes)) in self.sized, hash(shown) in self.shown
        self.sized.add(hash((shown, sizes)))
        self.shown.add(hash(shown))
        new = page.evaluate(NEW_COLOURS, list(self.colours)) if colours else []
        self.colours.update(new)
        contrast = "[data-new-colours]" if new else ""
        if not alike:
            axe(page, contrast=contrast)
        elif new or not same:
            axe(page, contrast=contrast, only=BY_SIZE)
