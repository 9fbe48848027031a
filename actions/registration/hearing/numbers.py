"""Which field a number in a message is for: what it is called, what was asked for, what it looks like, in this order.

Refuses to overwrite a known number by one that only looks alike. Whether a number can be is `helpdesk.identity.bhxh`'.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from actions.registration.hearing.heard import Heard
from actions.registration.hearing.labels import OTHER, Entity, Message
from helpdesk.errors import InvalidInput
from helpdesk.identity import parse_bhxh_code, parse_card, parse_national_id, parse_phone
from helpdesk.registration import Registration

_KINDS = frozenset({"bhxh_code", "bhyt_card", "national_id", "phone"})
_NUMBER_FIELDS = frozenset({"bhxh_code", "national_id", "phone"})
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
    for number in sorted(numbers, key=lambda n: (n.field != "national_id", n.start)):
        if number.field == OTHER:
            continue
        if number.field:
            _take_named(number, message, registration, heard)
        elif number.kind == "phone" and any(n.kind in ("bhxh_code", "bhyt_card") for n in numbers):
            _parse("phone", number.value, heard)
        elif number.kind:
            _take_alike(number, registration, asked, heard)
    about = "bhxh_code" if asked == "front" and not registration.has("bhxh_code") else asked
    if about in _NUMBER_FIELDS and about not in heard.values and about not in heard.problems and not heard.unclear:
        odd = [number for number in numbers if not number.kind and not number.field]
        if odd and not heard.values:
            _parse(about, odd[0].value, heard)


def covered(message: Message) -> list[tuple[int, int]]:
    """Where numbers, dates and addresses stand; the rest of a message are words."""
    spans = [(e.start, e.end) for e in message.entities if e.kind in _KINDS or e.kind in ("email", "date")]
    return spans + [(number.start, number.end) for number in _odd(message)]


def _found(message: Message) -> Iterator[_Number]:
    for entity in message.entities:
        if entity.kind in _KINDS:
            written = message.text[entity.start : entity.end]
            # With its plus a number tells which country it is of.
            abroad = written.startswith("+") and entity.kind != "phone"
            kind, value = ("phone", written) if abroad else (entity.kind, entity.value)
            yield _Number(kind, value, entity.start, entity.end)


def _odd(message: Message) -> Iterator[_Number]:
    """Long numbers that are none of the four: a digit is missing, or there is one too many."""
    spans = [(e.start, e.end) for e in message.entities if e.kind not in ("location", "insurance", "benefit", "agency")]
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
    if number.kind == "bhyt_card":
        _take_card(value, heard)
    elif field == "bhxh_code" and size == 12 and number.kind == "national_id":
        # Since August 2025 the personal id stands for the BHXH number.
        if _parse("national_id", value, heard):
            heard.values["bhxh_code"] = heard.values["national_id"]
    elif field == "national_id" and number.kind in ("bhxh_code", "phone"):
        heard.problems.setdefault("national_id", "national_id_length")
    elif field == "phone" and number.kind == "national_id" and size == 12:
        heard.problems.setdefault("phone", "phone_length")
    else:
        _parse(field, value, heard)


def _take_alike(number: _Number, registration: Registration, asked: str, heard: Heard) -> None:
    """A number without a name: by what was asked for, then by its looks."""
    value = number.value
    match number.kind:
        case "bhyt_card":
            _take_card(value, heard)
        case "national_id" if len(value) == 12:
            if asked == "phone" and registration.has("national_id"):
                heard.problems.setdefault("phone", "phone_length")
            elif _parse("national_id", value, heard) and asked == "bhxh_code" and not registration.has("bhxh_code"):
                # Since August 2025 the personal id stands for the BHXH number.
                heard.values.setdefault("bhxh_code", heard.values["national_id"])
        case "national_id":
            if asked == "phone" or (asked != "national_id" and _MOBILE.fullmatch("0" + value)):
                _parse("phone", value, heard)
            elif asked in ("bhxh_code", "front") and not registration.has("bhxh_code"):
                heard.problems.setdefault("bhxh_code", "bhxh_length")
            elif asked == "national_id" or not registration.has("national_id"):
                _parse("national_id", value, heard)
        case "bhxh_code":
            field = asked if asked in ("phone", "national_id") else "bhxh_code"
            if field != "bhxh_code" and not registration.has("bhxh_code") and "bhxh_code" not in heard.values:
                field = "bhxh_code"
            _parse(field, value, heard)
        case "phone":
            _phone_or_code(value, registration, asked, heard)


def _phone_or_code(value: str, registration: Registration, asked: str, heard: Heard) -> None:
    wants_code = asked in ("bhxh_code", "front") and not registration.has("bhxh_code")
    if wants_code and not heard.values and len(value) == 10:
        if _MOBILE_ONLY.fullmatch(value):
            heard.unclear = value
        else:
            _parse("bhxh_code", value, heard)
    elif asked == "national_id" and registration.has("phone") and registration.fields.get("phone") != value:
        heard.problems.setdefault("national_id", "national_id_length")
    else:
        _parse("phone", value, heard)


def _take_card(value: str, heard: Heard) -> None:
    try:
        card = parse_card(value)
    except InvalidInput as error:
        heard.problems.setdefault("bhxh_code", error.code)
    else:
        heard.take("bhxh_code", card.code)
        heard.values["card"] = card.number


_PARSERS: dict[str, Callable[[str], str]] = {
    "bhxh_code": parse_bhxh_code,
    "national_id": lambda text: parse_national_id(text).number,
    "phone": parse_phone,
}


def _parse(field: str, text: str, heard: Heard) -> bool:
    return heard.parse(field, lambda: _PARSERS[field](text))


__all__ = ["Entity", "covered", "hear_numbers"]
