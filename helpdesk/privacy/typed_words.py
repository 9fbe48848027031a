"""The words of a message as `typed_secrets` reads them: lower case, no marks, and where each stands in the original.

Owns the mapping back: what is hidden later is hidden in the text that was typed, whatever its Unicode form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_QUOTES = "\"'“”‘’`«»()[]{}<>"
_STOPS = ",.;!?…"


@dataclass(frozen=True, slots=True)
class Word:
    """A word in lower case without marks and outer punctuation; where it stands; whether a clause ends with it."""

    text: str
    start: int
    end: int
    closes: bool

    @property
    def digits(self) -> str:
        """Its digits, when it is a number, perhaps in groups ("482-913") but no date."""
        grouped = re.fullmatch(r"[0-9]+(?:[.-][0-9]{3,4})*", self.text)
        return self.text.replace(".", "").replace("-", "") if grouped else ""


def read_words(text: str) -> list[Word]:
    """The words of a message, each knowing where it stands in it."""
    folded: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for part in unicodedata.normalize("NFKD", letter):
            if not unicodedata.combining(part) and unicodedata.category(part) != "Cf":
                folded.append("d" if part in "đĐ" else part.lower()[:1])
                places.append(place)
    places.append(len(text))
    line = "".join(folded)
    found = []
    for run in re.finditer(r"\S+", line):
        for start, end in _pieces(run.group()):
            found += _word(line, places, run.start() + start, run.start() + end)
    return found


def _pieces(run: str) -> Iterator[tuple[int, int]]:
    """`mk:abc` is three words, and so is `la:abc`; a link is one."""
    label = re.match(r"([a-z/+&()]*)(:=|[:=]>?|[-=]>)(?!//)", run)
    if label is None:
        yield 0, len(run)
        return
    if label.group(1):
        yield label.span(1)
    yield label.span(2)
    if label.end() < len(run):
        yield label.end(), len(run)


def _word(line: str, places: list[int], start: int, end: int) -> list[Word]:
    text = line[start:end].strip(_QUOTES + _STOPS)
    if not text:
        return []
    quoted = len(line[start:end]) - len(line[start:end].lstrip(_QUOTES))
    last = len(line[start:end].rstrip(",.;" + (_QUOTES if quoted else "")))
    closes = line[end - 1] in _STOPS
    first, after = start + quoted, start + max(last, quoted + 1)
    # Up to the next letter that counts: a mark that is typed as a character of its own belongs to the letter before it.
    return [Word(text, places[first], max(places[after], places[after - 1] + 1), closes)]
