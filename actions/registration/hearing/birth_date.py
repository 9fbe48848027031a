"""The birth date in a message, told from the other dates that papers carry.

Owns which words of a message it is; how it is read is `helpdesk.identity.birth_dates`'.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from actions.registration.hearing.heard import Heard
from actions.registration.hearing.labels import OTHER, Entity, Label, Message
from actions.registration.hearing.numbers import NUMBER_KINDS, covered
from actions.said import VALUE_INTENTS, Kind, Said
from helpdesk.errors import InvalidInput
from helpdesk.identity import FieldName, parse_birth_date
from helpdesk.registration import Registration
from helpdesk.text import COUNTS, KIN, SELF, any_of, folded

_NEAR = 30
# Two digits alone are more likely a day than the year of a child.
_YOUNGEST = 10
_TRIES = re.compile(
    r"\b\d{1,2} ?[/.\-] ?\d{1,2}\b|\b\d{1,2} \d{1,2} \d{2,4}\b|\b(?:1[89]|20)\d\d\b|\b\d{6,8}\b|\d ?t ?\d|"
    rf"\b(?:\d+|{any_of((*COUNTS, 'muoi'))}) thang\b|\b\d\d tuoi\b|^\D{{0,12}}\d\d\D{{0,8}}$|\b2k\d"
)
_NUMBER_WORDS = re.compile(
    rf"(?:[\s:.,]|\b(?:la|ngay|nam|vao|cua|{any_of(folded((*SELF, *KIN)))}|dang|ghi|mung|mong)\b)*"
    rf"(?:\d|{any_of((*COUNTS, 'tu', 'muoi', 'ham', 'ram'))})\b|[\s:]*\d"
)
_YEAR_ALONE = re.compile(r"(?<![\d/.\-])(?:19|20)\d\d(?![\d/.\-])")


def hear_birth_date(
    message: Message, said: Said, registration: Registration, asked: str, today: date, heard: Heard
) -> None:
    """Take the birth date."""
    labels = [label for label in message.labels if label.field == FieldName.BIRTH_DATE]
    tells = said.intent == "inform" or (said.intent in VALUE_INTENTS and len(message.text.split()) <= 8)
    for label in labels:
        if _labelled(message, label, today, heard):
            if not tells and not heard.values:
                # What is said about birth dates in passing is no failed answer.
                heard.problems.pop(FieldName.BIRTH_DATE, None)
            return
    dates = [entity for entity in message.of(Kind.DATE) if not _is_other(message, entity)]
    if asked == FieldName.BIRTH_DATE and (dates or not message.of(Kind.DATE)):
        if len({entity.value for entity in dates}) == 1:
            _take(message, dates[0], today, heard)
        elif tells and "?" not in message.text and _TRIES.search(_rest(message)):
            heard.parse(FieldName.BIRTH_DATE, lambda: _parse(_rest(message), today))
    elif dates and len(dates[0].value) > 4 and not registration.has(FieldName.BIRTH_DATE):
        _take(message, dates[0], today, heard)


def year_alone(message: Message) -> str:
    """The only year of a message, as in "1955 mới đúng"; empty where there is none, or more than one."""
    years = _YEAR_ALONE.findall(_rest(message))
    return years[0] if len(years) == 1 else ""


def _labelled(message: Message, label: Label, today: date, heard: Heard) -> bool:
    end = min(message.end_of(label), label.end + 90)
    inside = [e for e in message.of(Kind.DATE) if label.start <= e.start <= label.end + _NEAR and e.start < end]
    if inside and _is_a_day(message, label, inside[0], today):
        heard.problems[FieldName.BIRTH_DATE] = "birth_shape"
        return True
    if inside:
        return _take(message, inside[0], today, heard)
    part = re.split(r"[;\n|]|,\s*(?=[^\d\s])", message.text[label.end : end])[0]
    for start, stop in covered(message):
        if label.end <= start < end:
            part = part[: start - label.end]
        elif start < label.end < stop:
            return False
    if not _NUMBER_WORDS.match(message.letters[label.end : label.end + len(part)]):
        return False
    heard.parse(
        FieldName.BIRTH_DATE, lambda: _parse(f"{message.text[label.start : label.end]} {part.strip(' :,.')}", today)
    )
    return True


def _is_a_day(message: Message, label: Label, entity: Entity, today: date) -> bool:
    """ "Ngày sinh là 15": two digits that the extractor takes for a year."""
    written = message.letters[entity.start : entity.end]
    if len(entity.value) != 4 or not written.isdigit() or len(written) > 2:
        return False
    named = message.letters[label.start : label.end]
    return ("ngay" in named and "nam" not in named) or int(entity.value) > today.year - _YOUNGEST


def _is_other(message: Message, entity: Entity) -> bool:
    before = [label for label in message.labels if label.end <= entity.start and entity.start - label.end <= 2 * _NEAR]
    earlier = max((e.end for e in message.of(Kind.DATE) if e.end <= entity.start), default=0)
    fields = {label.field for label in before if label.start >= earlier}
    return OTHER in fields and FieldName.BIRTH_DATE not in fields


def _take(message: Message, entity: Entity, today: date, heard: Heard) -> bool:
    written = message.text[entity.start : entity.end]

    def read() -> str:
        if len(entity.value) == 4:
            return _with_day(message, entity.value, today)
        try:
            return parse_birth_date(written, today).iso
        except InvalidInput as error:
            if error.code != "birth_shape":
                raise
            return parse_birth_date(entity.value, today).iso

    return heard.parse(FieldName.BIRTH_DATE, read)


def _with_day(message: Message, year: str, today: date) -> str:
    """ "Sinh năm 1990 ngày 3 tháng 2", "26 thnag 11 năm 2001": day and month may stand apart from the year."""
    rest = _rest(message)
    near = re.search(rf".{{0,30}}\b{year}\b.{{0,30}}", rest.replace("\n", " "))
    numbers = re.findall(r"(?<![\d/])\d{1,2}(?![\d/])", near[0]) if near else []
    if len(numbers) == 2:
        day = re.search(r"\b(?:ngay|mung|mong) (?:mung |mong )?(\d{1,2})\b", rest)
        first = day[1] if day else numbers[0]
        other = numbers[1] if numbers[0] == first else numbers[0]
        with suppress(InvalidInput):
            return parse_birth_date(f"{first}/{other}/{year}", today).iso
    return parse_birth_date(year, today).iso


def _rest(message: Message) -> str:
    """The message without what is another number already."""
    text = message.letters
    for entity in message.entities:
        if entity.kind in (*NUMBER_KINDS, Kind.EMAIL):
            text = _blank(text, entity.start, entity.end)
    for label in message.labels:
        if label.field == OTHER:
            text = _blank(text, label.start, message.end_of(label))
    return text


def _blank(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{' ' * (end - start)}{text[end:]}"


def _parse(text: str, today: date) -> str:
    """`55` alone is a year when the question was for a birth date; `2k5` is 2005."""
    text = re.sub(r"\b2k(\d{0,2})\b", lambda m: f"20{m[1].zfill(2)}", text, flags=re.IGNORECASE)
    bare = re.fullmatch(r"\D{0,16}(\d\d)\D{0,8}", text)
    if bare and re.search(r"ng[aà]y", text):
        raise InvalidInput("birth_shape")
    if bare is None or re.search(r"tu[oổ]i", text):
        return parse_birth_date(text, today).iso
    born = parse_birth_date(f"sinh {bare[1]}", today)
    if born.year > today.year - _YOUNGEST:
        raise InvalidInput("birth_shape")
    return born.iso
