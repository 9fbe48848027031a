"""A date of birth in the ways people write and say it.

Owns reading day, month and year, or the year alone where that is all the papers know. Refuses days that do not exist,
the future, ages beyond `MAX_AGE`, the lunar calendar, and what can be read in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from helpdesk.errors import InvalidInput
from helpdesk.identity.person import BirthDate
from helpdesk.text import WORDS, letters_of, month_number, small_number, tidy, year_number

MAX_AGE = 120
# `10` is 2010: nobody who is more than a hundred years old is meant by two digits.
_MAX_AGE_OF_TWO_DIGITS = 100

_END = r"(?![0-9]|[oil](?![a-z])|[ ]?[/.\-][ ]?[0-9])"
_START = r"(?<![0-9])(?<![0-9][/.\-])(?<![0-9][/.\-] )(?<![0-9] )"
# Four digits are never short for another year, and two are none when they run on: `12 34 56 78` is a phone's.
_YEAR = r"(?P<year>[1-9][0-9]{3}|[0-9]{2}(?! [0-9]))"
_SEP = r"[ ]{0,2}[/.,\-_|\\ ]{1,2}[ ]{0,2}"
_NUMERIC = re.compile(
    rf"{_START}(?P<day>[0-9]{{1,2}}){_SEP}(?P<month>[0-9]{{1,2}}|[ivx]{{1,4}})"
    rf"(?:{_SEP}|[ ]?,?[ ]?(?:nam|n)[ ]?){_YEAR}{_END}"
)
_ISO = re.compile(
    rf"{_START}(?P<year>[1-9][0-9]{{3}})[ ]?[/.\-][ ]?(?P<month>[0-9]{{1,2}})[ ]?[/.\-][ ]?(?P<day>[0-9]{{1,2}}){_END}"
)
_SOLID = re.compile(rf"{_START}(?<![a-z])(?:[0-9]{{8}}|[0-9]{{6}}){_END}")
_BORN = r"\b(?:sinh nam|nam sinh|sinh|sn|nam)\b[ :]{0,3}(?:la )?"
_YEAR_ALONE = re.compile(rf"(?:^|{_BORN})(?P<year>[1-9][0-9]{{3}})(?![0-9oil])")
_SHORT_YEAR = re.compile(rf"{_BORN}(?P<year>[0-9]{{2}})(?![0-9oil]|[ ]?tuoi)")
_SPOKEN_YEAR = re.compile(
    r"(?:\b(?:sinh|sn|nam sinh)\b[ :]{0,3}(?:vao )?(?:nam )?|^nam )(?:la )?(?P<words>[a-z][a-z ]*)"
)
_HALF_DATE = re.compile(r"\bthang\b|[0-9][ ]?[/.\-][ ]?[0-9]")
_LUNAR = re.compile(r"\b(?:am lich|lich am|lich ta|ngay ta|al)\b")


def parse_birth_date(text: str, today: date) -> BirthDate:
    """Codes: birth_empty, birth_shape, birth_no_such_day, birth_future, birth_too_old, birth_lunar, birth_two."""
    plain = letters_of(tidy(text, "birth_shape")).replace("\n", " ")
    if not plain:
        raise InvalidInput("birth_empty")
    if _LUNAR.search(plain):
        raise InvalidInput("birth_lunar")
    found = {(day, month, year) for day, month, year in _readings(plain)}
    if not found:
        raise InvalidInput("birth_shape")
    dates: set[BirthDate] = set()
    problems: list[str] = []
    for day, month, year in found:
        try:
            dates.add(checked_birth_date(day, month, year, today))
        except InvalidInput as error:
            problems.append(error.code)
    if problems and (not dates or len(found) > 1):
        raise InvalidInput(problems[0] if len(found) == 1 else "birth_two")
    if len(dates) > 1:
        raise InvalidInput("birth_two")
    return dates.pop()


def checked_birth_date(day: int | None, month: int | None, year: int, today: date) -> BirthDate:
    """A date that a living person can have; raises birth_no_such_day, birth_future, birth_too_old."""
    if year < 100:
        year = _full_year(day, month, year, today)
    if day is None or month is None:
        if year > today.year:
            raise InvalidInput("birth_future")
        if year < today.year - MAX_AGE:
            raise InvalidInput("birth_too_old")
        return BirthDate(year)
    try:
        born = date(year, month, day)
    except ValueError as error:
        raise InvalidInput("birth_no_such_day") from error
    if born > today:
        raise InvalidInput("birth_future")
    if (today.year - year, (today.month, today.day)) > (MAX_AGE, (month, day)):
        raise InvalidInput("birth_too_old")
    return BirthDate(year, month, day)


def _full_year(day: int | None, month: int | None, year: int, today: date) -> int:
    recent = today.year - today.year % 100 + year
    after_today = (recent, month or 1, day or 1) > (today.year, today.month, today.day)
    if not after_today and today.year - (recent - 100) >= _MAX_AGE_OF_TWO_DIGITS:
        return recent
    return recent - 100


def _readings(text: str) -> Iterator[tuple[int | None, int | None, int]]:
    """Every (day, month, year) that the text can mean: whole dates first, a year alone only without them."""
    whole = [*_numeric(text), *_spoken(text)]
    yield from whole
    if whole or _HALF_DATE.search(text):  # who knows a month knows a day as well: half a date is not kept
        return
    for pattern in (_YEAR_ALONE, _SHORT_YEAR):
        for match in pattern.finditer(text):
            yield None, None, int(match["year"])
    yield from _spoken_year(text)


def _numeric(text: str) -> Iterator[tuple[int, int, int]]:
    for match in _ISO.finditer(text):
        yield int(match["day"]), int(match["month"]), int(match["year"])
    rest = _ISO.sub("#", text)
    for match in _NUMERIC.finditer(rest):
        month = month_number((match["month"],))
        if month is not None:
            yield int(match["day"]), month, int(match["year"])
    rest = _NUMERIC.sub("#", rest)
    for match in _SOLID.finditer(rest):
        yield from _solid(match.group())


def _solid(digits: str) -> Iterator[tuple[int, int, int]]:
    """`01021990`, `010290`; `19900201` when it cannot be read with the day first."""
    if len(digits) == 8 and digits[:2] in ("19", "20") and int(digits[2:4]) > 12:
        yield int(digits[6:]), int(digits[4:6]), int(digits[:4])
    elif len(digits) == 6 or digits[4] != "0":
        yield int(digits[:2]), int(digits[2:4]), int(digits[4:])


def _spoken(text: str) -> Iterator[tuple[int, int, int]]:
    """`(ngày|mùng) D tháng M (năm) Y`, each in digits or words: all ways to cut the words, if they agree."""
    text = re.sub(r"(?<=[0-9])(?:t|th)(?=[ ]?[0-9])", " thang ", text)
    text = re.sub(r"(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])", " ", text)
    words = re.findall(r"[a-z]+|[0-9]+", text)
    for at, word in enumerate(words):
        if word not in ("thang", "thag", "t"):
            continue
        days = {
            number
            for size in (1, 2, 3)
            if at - size >= 0
            and (number := small_number(tuple(words[at - size : at]))) is not None
            # `hai mươi mốt`, not the `mốt` at its end: take all words that belong together
            and (at - size == 0 or words[at - size - 1] not in WORDS)
        }
        after = words[at + 1 : at + 14]
        for day in days:
            yield from ((day, month, year) for month, year in _month_and_year(after))


def _month_and_year(words: list[str]) -> Iterator[tuple[int, int]]:
    marked: set[tuple[int, int]] = set()
    bare: set[tuple[int, int]] = set()
    for size in (1, 2):
        month = month_number(tuple(words[:size])) if len(words) > size else None
        if month is None:
            continue
        for skip in (0, 1):
            if skip and words[size] not in ("nam", "n"):
                continue
            year = _leading_year(words[size + skip :])
            if year is not None:
                (marked if skip else bare).add((month, year))
    # `tháng năm năm chín mươi`: the word before the year is there nearly always, so a reading with it wins.
    yield from marked or bare


def _leading_year(words: list[str]) -> int | None:
    """The year that the words start with: all number words in a row are its."""
    if words and words[0].isdigit():
        return year_number((words[0],))
    row: list[str] = []
    for word in words:
        if word not in WORDS:
            break
        row.append(word)
    return year_number(tuple(row)) if row else None


def _spoken_year(text: str) -> Iterator[tuple[None, None, int]]:
    match = _SPOKEN_YEAR.search(text)
    year = _leading_year(match["words"].split()) if match else None
    if year is not None:
        yield None, None, year
