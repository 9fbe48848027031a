"""Numbers and addresses of a person in a message: BHYT card, BHXH number, CCCD/CMND, phone, e-mail.

It tells them apart by shape first and by the words before them second. It checks no registry, and leaves alone what
fits no shape: a wrong guess costs the citizen more than a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities.number_words import DIGITS, any_of
from nlu.entities.spans import Found, Plain

_CARD = re.compile(r"(?<![a-z0-9])[a-z]{2}[\s.-]{0,2}[1-5](?:[\s.-]{0,2}\d){12}(?![\d])")
_OLD_CARD = re.compile(r"(?<![a-z0-9])[a-z]{2}[1-5]\d{2}(?=[0-9a-z]*\d{6})[0-9a-z]{10}(?![a-z0-9])")
_NUMBER = re.compile(r"(?<![a-z0-9])\+?\(?\d(?:[\s.\-()]{0,2}\d)*(?![a-z0-9])")
_MOBILE = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])\d{7}$")
_LANDLINE = re.compile(r"02\d{9}$")
_CALENDAR = re.compile(r"^\d{1,2}[.-]\d{1,2}[.-](?:\d{4}|\d{2})$")
_EMAIL = re.compile(r"[a-z0-9][a-z0-9._+-]*\s?@\s?[a-z0-9-]+(?:\s?\.\s?[a-z0-9-]+)*\s?\.\s?[a-z]{2,}(?![a-z])")
_DICTATED = re.compile(
    r"(?P<local>[a-z0-9._ -]*?[a-z0-9])\s*(?:\ba\s?(?:cong|moc|vong|mooc)\b|@)\s*"
    r"(?P<host>gmail|gmai|g mail|yahoo|hotmail|outlook|icloud|[a-z0-9-]+)\s*(?:\bcham\b|\bdot\b|\.)\s*"
    r"(?P<end>com(?:\s*(?:cham|\.)\s*vn)?|vn|net|org|edu(?:\s*(?:cham|\.)\s*vn)?)\b"
)
_LOCAL_MARK = re.compile(
    r".*\b(?:la|email|e mail|mail|gmail|meo|thu|qua|vao|chi|em|ne|do|day|doi thanh|sua thanh|thanh)\s+"
)
_SPELT = ((" gach duoi ", "_"), (" gach ngang ", "-"), (" cham ", "."), (" ", ""))
_BHXH_WORDS = re.compile(r"\b(?:bhxh|bao hiem|so so|ma so|so the|the bhyt|bhyt|ma bh|so bh|ms bh|ma the)\b[^\d]{0,25}$")
_PHONE_WORDS = re.compile(
    r"\b(?:sdt|so dt|dt|dien thoai|goi|alo|phone|zalo|so may|lien he|sim|lien lac|nhan tin)\b[^\d]{0,25}$"
)
_DIGIT_WORD = any_of(DIGITS)
# `ba số không`: three of them; a single word, or digits that somebody read out beside words.
_SPOKEN_PIECE = rf"(?:(?:hai|ba|bon|nam) (?:so|con) (?:{_DIGIT_WORD}|\d)|{_DIGIT_WORD}|\d+)\b"
_SPOKEN = re.compile(rf"\b{_SPOKEN_PIECE}(?:[ ,.\-]{{1,3}}{_SPOKEN_PIECE})+")
# Fewer could be anything: `ba` is a father, `năm` a year.
_SPOKEN_LEAST = 4


def find_numbers(text: Plain) -> Iterator[Found]:
    """In order of place; no two of them overlap."""
    taken: list[tuple[int, int]] = []
    for found, start, end in [*_emails(text), *_cards(text), *_spoken(text), *_digits(text)]:
        if all(end <= a or start >= b for a, b in taken):
            taken.append((start, end))
            yield found


def _emails(text: Plain) -> Iterator[tuple[Found, int, int]]:
    if "@" in text.letters:
        for match in _EMAIL.finditer(text.letters):
            value = re.sub(r"\s", "", match.group())
            yield Found("email", *text.span(match.start(), match.end()), value), match.start(), match.end()
    if " com" in text.letters or "cham" in text.letters or "a cong" in text.letters:
        for match in _DICTATED.finditer(text.letters):
            local = match.group("local")
            mark = _LOCAL_MARK.match(local + " " if local else "")
            start = match.start() + (mark.end() if mark and mark.end() < len(local) else 0)
            name = text.letters[start : match.start() + len(local)]
            if not mark and name.count(" ") > 4:
                name = name.rsplit(" ", 1)[-1]
                start = match.start() + len(local) - len(name)
            for spelt, sign in _SPELT:
                name = name.replace(spelt, sign)
            host = match.group("host").replace(" ", "")
            end = re.sub(r"\s*(?:cham|\.)\s*", ".", match.group("end"))
            yield Found("email", *text.span(start, match.end()), f"{name}@{host}.{end}"), start, match.end()


def _cards(text: Plain) -> Iterator[tuple[Found, int, int]]:
    for pattern in (_CARD, _OLD_CARD):
        for match in pattern.finditer(text.letters):
            value = re.sub(r"[\s.-]", "", match.group()).upper()
            yield Found("bhyt_card", *text.span(match.start(), match.end()), value), match.start(), match.end()


def _digits(text: Plain) -> Iterator[tuple[Found, int, int]]:
    for match in _NUMBER.finditer(text.letters):
        if _CALENDAR.match(match.group()) or re.match(r"\+[^\d]*(?!84)\d", match.group()):
            # A date, or the number of another country.
            continue
        before = text.letters[max(0, match.start() - 40) : match.start()]
        pieces = [(m.start() + match.start(), m.end() + match.start()) for m in re.finditer(r"\S+", match.group())]
        i = 0
        while i < len(pieces):
            for j in range(len(pieces), i, -1):
                start, end = pieces[i][0], pieces[j - 1][1]
                named = identify(text.letters[start:end], before)
                if named:
                    yield Found(named[0], *text.span(start, end), named[1]), start, end
                    i = j - 1
                    break
            i += 1


def _spoken(text: Plain) -> Iterator[tuple[Found, int, int]]:
    """Numbers read out digit by digit, in words or half in words: the longest row that is a number of some kind."""
    for match in _SPOKEN.finditer(text.letters):
        before = text.letters[max(0, match.start() - 40) : match.start()]
        pieces = list(re.finditer(_SPOKEN_PIECE, match.group()))
        i = 0
        while i < len(pieces):
            for j in range(len(pieces), i, -1):
                if sum(not piece.group().isdigit() for piece in pieces[i:j]) < _SPOKEN_LEAST:
                    break
                named = identify("".join(_digits_of(piece.group()) for piece in pieces[i:j]), before)
                if named:
                    # A digit left over: nobody knows whether it is one too many.
                    if 0 < len(pieces) - j < _SPOKEN_LEAST:
                        return
                    start, end = match.start() + pieces[i].start(), match.start() + pieces[j - 1].end()
                    yield Found(named[0], *text.span(start, end), named[1]), start, end
                    i = j - 1
                    break
            i += 1


def _digits_of(piece: str) -> str:
    words = piece.split()
    digits = words[-1] if words[-1].isdigit() else str(DIGITS[words[-1]])
    return digits * DIGITS[words[0]] if len(words) == 3 else digits


def identify(written: str, before: str = "") -> tuple[str, str] | None:
    """(entity, value) of a run of digits, or None when it could be anything."""
    digits = re.sub(r"\D", "", written)
    if written.lstrip("(").startswith("+") or (len(digits) in (11, 12) and digits.startswith("84")):
        local = "0" + digits[2:] if digits.startswith("84") else digits
        if _MOBILE.match(local) or _LANDLINE.match(local):
            return "phone", local
    size = len(digits)
    about_bhxh = bool(_BHXH_WORDS.search(before))
    about_phone = bool(_PHONE_WORDS.search(before))
    if size == 12:
        return "national_id", digits
    if size == 11 and _LANDLINE.match(digits):
        return "phone", digits
    if size == 10:
        if digits[:4] in ("1900", "1800"):
            return None
        if _MOBILE.match(digits) and not (about_bhxh and not about_phone):
            return "phone", digits
        return "bhxh_code", digits
    if size == 9:
        if about_phone and _MOBILE.match("0" + digits):
            return "phone", "0" + digits
        return "national_id", digits
    return None
