"""Places and BHXH offices in a message, from `data/reference/place_names.csv`.

A place whose name is also a person's name (Thanh Bình, Phước Mỹ) counts only after a word such as `phường` or `ở`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlu.entities.spans import Found, Plain
from nlu.understanding import fold, tone_last

PLACES = Path(__file__).resolve().parents[2] / "data" / "reference" / "place_names.csv"
_WORD = re.compile(r"[a-z0-9]+")
_BEFORE = frozenset(
    [
        "phuong",
        "p",
        "f",
        "xa",
        "x",
        "quan",
        "q",
        "huyen",
        "h",
        "tinh",
        "tp",
        "thanhpho",
        "o",
        "tai",
        "ve",
        "bhxh",
        "hiem",
        "khu",
        "vuc",
        "thon",
        "to",
        "tu",
        "que",
        "den",
        "toi",
        "gan",
        "cho",
    ]
)
_OFFICE = re.compile(
    r"\b(?:bhxh|bao hiem xa hoi|bao hiem|co quan|bh)\s+(?:(?:co so|quan|q|huyen|thanh pho|tp|tinh|phuong)\s+)?$"
)
_CODE = re.compile(r"(?<![\d./-])0\d{2}[\s.]?\d{2}(?![\d./-])")
_CODE_WORDS = re.compile(r"\b(?:ma|co quan|bhxh|tiep nhan|chon)\b")


@dataclass(frozen=True)
class Place:
    name: str
    kind: str
    words: tuple[str, ...]
    sure: bool


class Gazetteer:
    def __init__(self, places: dict[tuple[str, ...], Place]) -> None:
        self._places = places
        self._lengths: dict[str, list[int]] = {}
        for key in places:
            lengths = self._lengths.setdefault(key[0], [])
            if len(key) not in lengths:
                lengths.append(len(key))
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)

    @classmethod
    def load(cls, path: Path = PLACES) -> Gazetteer:
        """Columns: written,name,kind,sure; `written` is the name or another way to write it."""
        places: dict[tuple[str, ...], Place] = {}
        with path.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                words = row["written"].lower().split()
                key = tuple(fold(w) for w in words)
                if key not in places:
                    places[key] = Place(
                        row["name"], row["kind"], tuple(tone_last(w) for w in words), row["sure"] == "1"
                    )
        return cls(places)

    def find(self, text: Plain) -> Iterator[Found]:
        tokens = [(m.group(), m.start(), m.end()) for m in _WORD.finditer(text.letters)]
        i = 0
        while i < len(tokens):
            taken = 1
            for length in self._lengths.get(tokens[i][0], ()):
                if i + length > len(tokens):
                    continue
                place = self._places.get(tuple(t[0] for t in tokens[i : i + length]))
                if place is None or not (place.sure or (i > 0 and tokens[i - 1][0] in _BEFORE)):
                    continue
                start, end = tokens[i][1], tokens[i + length - 1][2]
                if not _same_accents(text.written(start, end), place.words):
                    continue
                office = _OFFICE.search(text.letters[:start])
                if office and place.kind != "ward":
                    yield Found("agency", *text.span(office.start(), end), f"BHXH {place.name}")
                yield Found("location", *text.span(start, end), place.name)
                taken = length
                break
            i += taken
        for match in _CODE.finditer(text.letters):
            code = re.sub(r"\D", "", match.group())
            if code.startswith("048") or _CODE_WORDS.search(text.letters):
                yield Found("agency", *text.span(match.start(), match.end()), code)


def _same_accents(written: str, words: tuple[str, ...]) -> bool:
    """`ăn khế` is not An Khê; `an khe` may be."""
    lowered = written.lower()
    if fold(lowered) == lowered:
        return True
    return tuple(tone_last(w) for w in lowered.split()) == words
