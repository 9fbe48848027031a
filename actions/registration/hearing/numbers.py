"""Which field a number in a message is for: what it is called, what was asked for, what it looks like, in this order.

Refuses to overwrite a known number by one that only looks alike. Whether a number can be is `helpdesk.identity.bhxh`'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from actions.registration.hearing.heard import Heard
from actions.registration.hearing.labels import NO_VALUES, OTHER, Entity, Message
from actions.said import Kind
from helpdesk.errors import InvalidInput
from helpdesk.identity import FieldName, parse_card
from helpdesk.registration import Registration

NUMBER_KINDS = frozenset({Kind.BHXH_CODE, Kind.BHYT_CARD, Kind.NATIONAL_ID, Kind.PHONE})
_NUMBER_FIELDS = frozenset({FieldName.BHXH_CODE, FieldName.NATIONAL_ID, FieldName.PHONE})
# No province's BHXH numbers begin with these, all mobile numbers do.
_MOBILE_ONLY = re.compile(r"0[3579]\d{8}")
_MOBILE = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])\d{7}")
_RUN = re.compile(r"(?<![a-z0-9])\+?[\doil](?:[ .\-]{0,2}[\doil]){4,}(?![a-z0-9])")
_NEAR = 40
# `0905… là số của em`, `0905… (sđt)`: the name stands behind the number.
_BEHIND = re.compile(r"\s*(?:,?\s*(?:la|day la|do la|chinh la|cho|thuoc)\s+(?:cai\s+|so\s+)*|\(\s*|-\s*|=\s*)?")


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it stands in the text; `kind` is empty where its length fits nothing."""

    kind: str
    value: str
    start: int
    end: int
    field: str = ""


def hear_numbers(message: Message, registration: Registration, asked: str, heard: Heard) -> None:
    """Take every number of the message into its field."""
    numbers = _named(message, [*_found(message), *_odd(message)])
    for number in sorted(numbers, key=lambda n: (n.field != FieldName.NATIONAL_ID, n.start)):
        if number.field == OTHER:
            continue
        if number.field:
            _take_named(number, message, registration, heard)
        elif number.kind == Kind.PHONE and any(n.kind in (Kind.BHXH_CODE, Kind.BHYT_CARD) for n in numbers):
            heard.read(FieldName.PHONE, number.value)
        elif number.kind:
            _take_alike(number, registration, asked, heard)
    about = FieldName.BHXH_CODE if asked == FieldName.FRONT and not registration.has(FieldName.BHXH_CODE) else asked
    if about in _NUMBER_FIELDS and about not in heard.values and about not in heard.problems and not heard.unclear:
        odd = [number for number in numbers if not number.kind and not number.field]
        if odd and not heard.values:
            heard.read(about, odd[0].value)


def covered(message: Message) -> list[tuple[int, int]]:
    """Where numbers, dates and addresses stand; the rest of a message are words."""
    spans = [(e.start, e.end) for e in message.entities if e.kind in NUMBER_KINDS or e.kind in (Kind.EMAIL, Kind.DATE)]
    return spans + [(number.start, number.end) for number in _odd(message)]


def _found(message: Message) -> Iterator[_Number]:
    for entity in message.entities:
        if entity.kind in NUMBER_KINDS:
            written = message.text[entity.start : entity.end]
            # With its plus a number tells which country it is of.
            abroad = written.startswith("+") and entity.kind != Kind.PHONE
            kind, value = (Kind.PHONE, written) if abroad else (entity.kind, entity.value)
            yield _Number(kind, value, entity.start, entity.end)


def _odd(message: Message) -> Iterator[_Number]:
    """Long numbers that are none of the four: a digit is missing, or there is one too many."""
    spans = [(e.start, e.end) for e in message.entities if e.kind not in NO_VALUES]
    for match in _RUN.finditer(message.letters):
        digits = sum(sign.isdigit() for sign in match[0])
        if digits >= 6 and all(match.end() <= a or match.start() >= b for a, b in spans):
            yield _Number("", match[0].strip(), match.start(), match.end())


def _named(message: Message, numbers: list[_Number]) -> list[_Number]:
    """The numbers with what they are called: the label before counts, unless it has a number of its own already."""
    ordered = sorted(numbers, key=lambda n: n.start)
    named: list[_Number] = []
    used: set[int] = set()
    for at, number in enumerate(ordered):
        field = ""
        before = message.label_before(number.start)
        earlier = ordered[at - 1].end if at else 0
        if (
            before is not None
            and before.start not in used
            and before.start >= earlier
            and _speaks_of(message, before.end, number)
        ):
            used.add(before.start)
            field = before.field
        else:
            limit = ordered[at + 1].start if at + 1 < len(ordered) else len(message.text)
            behind = next((b for b in message.labels if number.end <= b.start < limit), None)
            if behind is not None and behind.field in {*_NUMBER_FIELDS, OTHER}:
                gap = message.letters[number.end : behind.start]
                marked = _BEHIND.fullmatch(gap)
                owns_next = at + 1 < len(ordered) and _speaks_of(message, behind.end, ordered[at + 1])
                if marked and (gap.strip() or not owns_next):
                    used.add(behind.start)
                    field = behind.field
        if field not in _NUMBER_FIELDS and field != OTHER:
            field = ""
        named.append(_Number(number.kind, number.value, number.start, number.end, field))
    return named


def _speaks_of(message: Message, label_end: int, number: _Number) -> bool:
    """Whether a label is still speaking when the number comes."""
    gap = message.letters[label_end : number.start]
    return len(gap) <= _NEAR and not re.search(r"\n\s*\S+\s*:", gap)


def _take_named(number: _Number, message: Message, registration: Registration, heard: Heard) -> None:
    """A number that is called something is that or wrong, except that people mix up the papers' names."""
    field, value = number.field, number.value
    size = sum(sign.isdigit() for sign in value)
    if number.kind == Kind.BHYT_CARD:
        _take_card(value, heard)
    elif field == FieldName.BHXH_CODE and size == 12 and number.kind == Kind.NATIONAL_ID:
        # Since August 2025 the personal id stands for the BHXH number.
        if heard.read(FieldName.NATIONAL_ID, value):
            heard.values[FieldName.BHXH_CODE] = heard.values[FieldName.NATIONAL_ID]
    elif field == FieldName.NATIONAL_ID and number.kind in (Kind.BHXH_CODE, Kind.PHONE):
        heard.problems.setdefault(FieldName.NATIONAL_ID, "national_id_length")
    elif field == FieldName.PHONE and number.kind == Kind.NATIONAL_ID and size == 12:
        heard.problems.setdefault(FieldName.PHONE, "phone_length")
    else:
        heard.read(field, value)


def _take_alike(number: _Number, registration: Registration, asked: str, heard: Heard) -> None:
    """A number without a name: by what was asked for, then by its looks."""
    value = number.value
    match number.kind:
        case Kind.BHYT_CARD:
            _take_card(value, heard)
        case Kind.NATIONAL_ID if len(value) == 12:
            if asked == FieldName.PHONE and registration.has(FieldName.NATIONAL_ID):
                heard.problems.setdefault(FieldName.PHONE, "phone_length")
            elif (
                heard.read(FieldName.NATIONAL_ID, value)
                and asked == FieldName.BHXH_CODE
                and not registration.has(FieldName.BHXH_CODE)
            ):
                # Since August 2025 the personal id stands for the BHXH number.
                heard.values.setdefault(FieldName.BHXH_CODE, heard.values[FieldName.NATIONAL_ID])
        case Kind.NATIONAL_ID:
            if asked == FieldName.PHONE or (asked != FieldName.NATIONAL_ID and _MOBILE.fullmatch("0" + value)):
                heard.read(FieldName.PHONE, value)
            elif asked in (FieldName.BHXH_CODE, FieldName.FRONT) and not registration.has(FieldName.BHXH_CODE):
                heard.problems.setdefault(FieldName.BHXH_CODE, "bhxh_length")
            elif asked == FieldName.NATIONAL_ID or not registration.has(FieldName.NATIONAL_ID):
                heard.read(FieldName.NATIONAL_ID, value)
        case Kind.BHXH_CODE:
            field = asked if asked in (FieldName.PHONE, FieldName.NATIONAL_ID) else FieldName.BHXH_CODE
            if (
                field != FieldName.BHXH_CODE
                and not registration.has(FieldName.BHXH_CODE)
                and FieldName.BHXH_CODE not in heard.values
            ):
                field = FieldName.BHXH_CODE
            heard.read(field, value)
        case Kind.PHONE:
            _phone_or_code(value, registration, asked, heard)


def _phone_or_code(value: str, registration: Registration, asked: str, heard: Heard) -> None:
    wants_code = asked in (FieldName.BHXH_CODE, FieldName.FRONT) and not registration.has(FieldName.BHXH_CODE)
    if wants_code and not heard.values and len(value) == 10:
        if _MOBILE_ONLY.fullmatch(value):
            heard.unclear = value
        else:
            heard.read(FieldName.BHXH_CODE, value)
    elif (
        asked == FieldName.NATIONAL_ID
        and registration.has(FieldName.PHONE)
        and registration.fields.get(FieldName.PHONE) != value
    ):
        heard.problems.setdefault(FieldName.NATIONAL_ID, "national_id_length")
    else:
        heard.read(FieldName.PHONE, value)


def _take_card(value: str, heard: Heard) -> None:
    try:
        card = parse_card(value)
    except InvalidInput as error:
        heard.problems.setdefault(FieldName.BHXH_CODE, error.code)
    else:
        heard.take(FieldName.BHXH_CODE, card.code)
        heard.values[FieldName.CARD] = card.number


__all__ = ["Entity", "covered", "hear_numbers"]
