"""Dates in all the ways people write or dictate a birth date; values are ISO (`1990-02-01`) or a bare year (`1968`).

It refuses days that do not exist; times and sums of money are not its business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from nlu.entities.number_words import DIGITS, MONTHS, ZEROS, any_of
from nlu.entities.spans import Found, Plain

_SMALL = {**DIGITS, **MONTHS, **dict.fromkeys(ZEROS, 0), "muoi": 10, "mo": 1}
_WORD = any_of([*(word for word, digit in DIGITS.items() if digit), *MONTHS, "muoi"])
_DAY = rf"(?:\d{{1,2}}|(?:hai |ba )?muoi(?: {_WORD})?|(?:ham|bam|hai|ba) {_WORD}|{_WORD})"
_MONTH = rf"(?:\d{{1,2}}|muoi(?: {_WORD})?|{_WORD})"
_YEAR_WORDS = rf"(?:{any_of([*DIGITS, *ZEROS, 'muoi', 'nghin', 'ngan', 'tram'])} ?){{1,9}}"
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{4}|\d{2})(?![\d/])")
_SPACED = re.compile(r"(?<!\d)(\d{1,2}) (\d{1,2}) (19\d{2}|20[0-2]\d)(?!\d)")
_ISO = re.compile(r"(?<!\d)((?:19|20)\d{2})-(\d{1,2})-(\d{1,2})(?!\d)")
_SOLID = re.compile(r"(?<![a-z0-9])(\d{2})(\d{2})((?:19|20)\d{2})(?![a-z0-9])")
_LONG = re.compile(
    rf"\b(?:(?:ngay|mung|mong)\s*){{0,2}}(?P<day>{_DAY})\s*,?\s*(?:thang|thag|t)\s*(?P<month>{_MONTH})\s*,?\s*"
    rf"(?:nam|n)?\s*(?P<year>\d{{4}}|\d{{2}}\b|{_YEAR_WORDS})"
)
_BORN = re.compile(
    r"\b(?:sinh nam|nam sinh|sn|sinh|nam)\s*(?:la|cua \w+ la|:)?\s*"
    rf"(?P<year>(?:19|20)\d{{2}}|\d{{2}}(?![\d/.-])|{_YEAR_WORDS})"
)


def find_dates(text: Plain) -> Iterator[Found]:
    letters = text.letters
    taken: list[tuple[int, int]] = []
    hits: list[tuple[int, int, str]] = []
    if any(c.isdigit() for c in letters):
        hits += [(m.start(), m.end(), _iso(m[3], m[2], m[1])) for m in _ISO.finditer(letters)]
        for pattern in (_NUMERIC, _SPACED, _SOLID):
            hits += [(m.start(), m.end(), _iso(m[1], m[2], m[3])) for m in pattern.finditer(letters)]
    if "thang" in letters or "thag" in letters or re.search(r"\dt\d", letters):
        for m in _LONG.finditer(letters):
            hits.append((m.start(), m.end("year"), _iso(m["day"], m["month"], m["year"])))
    if "sinh" in letters or "sn" in letters or "nam" in letters:
        for m in _BORN.finditer(letters):
            if (
                m.group().startswith("nam")
                and not m.group().startswith("nam sinh")
                and m["year"][:2] not in ("19", "20")
            ):
                continue
            hits.append((m.start("year"), m.end("year"), _birth_year(m["year"])))
    for start, end, value in hits:
        while end > start and letters[end - 1] == " ":
            end -= 1
        if value and all(end <= a or start >= b for a, b in taken):
            taken.append((start, end))
            yield Found("date", *text.span(start, end), value)


def _iso(day: str, month: str, year: str) -> str:
    d, m, y = _small(day), _small(month), _year(year)
    if d is None or m is None or y is None:
        return ""
    try:
        return date(y, m, d).isoformat()
    except ValueError:
        return ""


def _birth_year(written: str) -> str:
    year = _year(written)
    return str(year) if year is not None else ""


def _small(written: str) -> int | None:
    """`3`, `muoi lam`, `hai muoi mot`, `ham ba` → a number up to 31."""
    written = written.strip()
    if written.isdigit():
        return int(written)
    words = written.split()
    # `hai mốt`, said short for `hai mươi mốt`.
    if len(words) == 2 and words[0] in ("hai", "ba") and words[1] != "muoi":
        return _SMALL[words[0]] * 10 + _SMALL.get(words[1], 0)
    if words and words[0] in ("ham", "bam"):
        return (20 if words[0] == "ham" else 30) + _SMALL.get(words[1], 0)
    if "muoi" in words:
        at = words.index("muoi")
        tens = _SMALL[words[0]] if at else 1
        return tens * 10 + (_SMALL[words[at + 1]] if at + 1 < len(words) else 0)
    return _SMALL.get(words[0]) if len(words) == 1 else None


def _year(written: str) -> int | None:
    """`1990`, `90`, `chin muoi`, `mot chin sau tam`, `mot nghin chin tram sau muoi tam`."""
    written = written.strip()
    if written.isdigit():
        number = int(written)
    else:
        words = [w for w in written.split() if w not in ZEROS]
        if "tram" in words or "nghin" in words or "ngan" in words:
            number, current = 0, 0
            tens = False
            for word in words:
                if word in ("nghin", "ngan"):
                    number, current = number + max(1, current) * 1000, 0
                elif word == "tram":
                    number, current = number + current * 100, 0
                elif word == "muoi":
                    number, current, tens = number + max(1, current) * 10, 0, True
                else:
                    # `chín trăm sáu tám` leaves out `mươi`.
                    if current and not tens:
                        number, current = number + current * 10, 0
                    current = _SMALL.get(word, 0)
            number += current
        elif "muoi" in words:
            small = _small(" ".join(words))
            if small is None:
                return None
            number = small
        else:
            digits = "".join(str(_SMALL.get(w, "")) for w in words)
            if len(digits) not in (2, 4) or not digits.isdigit():
                return None
            number = int(digits)
    if number < 100:
        number += 1900 if number > date.today().year % 100 else 2000
    return number if 1900 <= number <= date.today().year + 5 else None
