"""A text in plain lower-case letters whose every position still points into the original.

Entities are looked for in the plain letters and reported where they stand in what the person really wrote.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARS = 2000


@dataclass(frozen=True)
class Plain:
    original: str
    letters: str
    positions: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Start and end in the original of `letters[start:end]`."""
        first = self.positions[start]
        last = self.positions[end - 1] + 1
        # Combining marks that follow the last letter belong to it.
        while last < len(self.original) and unicodedata.combining(self.original[last]):
            last += 1
        return first, last

    def written(self, start: int, end: int) -> str:
        first, last = self.span(start, end)
        return self.original[first:last]


@dataclass(frozen=True)
class Found:
    """An entity: where it stands in the original, what it is, its one normal value."""

    entity: str
    start: int
    end: int
    value: str


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    """One plain letter, a space for any kind of space, nothing for what cannot be seen."""
    if char.isspace():
        return " "
    base = unicodedata.normalize("NFKD", char)
    kept = "".join(c for c in base if not unicodedata.combining(c) and c.isprintable()).lower().replace("đ", "d")
    return kept[:1]


def plain(text: str) -> Plain:
    text = text[:MAX_CHARS]
    if text.isascii() and text.isprintable():
        return Plain(text, text.lower(), tuple(range(len(text))))
    letters: list[str] = []
    positions: list[int] = []
    for i, char in enumerate(text):
        folded = _fold_char(char)
        if folded:
            letters.append(folded)
            positions.append(i)
    return Plain(text, "".join(letters), tuple(positions))
