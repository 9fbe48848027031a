"""What the codes on CCCD and BHYT cards say: the QR of either, and the bar code of a BHYT card.

Owns both formats and telling them from everything else that a code can hold. Refuses the whole code as soon as one of
its fields can't be: a value that is read wrong registers somebody else, a photo that is taken again costs a minute.
The check string of a BHYT card is not checked, because nobody outside knows how it is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from helpdesk.errors import InvalidInput
from helpdesk.identity.bhxh import card_of
from helpdesk.identity.card_fields import (
    address_of,
    day_of,
    printable,
    sex_of,
    slashed_birth_date,
    slashed_day,
    solid_birth_date,
    text_of_hex,
)
from helpdesk.identity.full_names import tidy_name
from helpdesk.identity.national_ids import national_id_of
from helpdesk.identity.person import BirthDate, Sex

# A QR code holds at most 4,296 characters; a card's has 150 to 500.
MAX_CHARS = 4296

_LINK = re.compile(
    r"\s*(?:[a-z][a-z0-9+-]{1,14}://|www\.|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/|\s*$))", re.IGNORECASE
)
_OTHER = re.compile(
    r"\s*(?:wifi:|begin:v|mecard:|mailto:|matmsg:|tel:|smsto:|sms:|geo:|bitcoin:|otpauth:|000201)", re.IGNORECASE
)
# Driving licences (AAMVA), Aadhaar's XML, cards as JSON, machine readable zones.
_FOREIGN = re.compile(r"^\s*(?:@\s*\x1e|<\?xml|<Print|\{)|ANSI 6[0-9]{5}|^[A-Z0-9<]{28,}$|[A-Z]<<", re.MULTILINE)
_CARD_NUMBER = re.compile(r"[0-9]{10}|[A-Za-z]{2}[0-9]{3}[0-9A-Za-z]{10}")
_FACILITY = re.compile(r"[0-9]{2}\s*[-\u2010-\u2015\u2212]?\s*[0-9A-Za-z]{3}|-|")
_CHECK = re.compile(r"[0-9A-Fa-f]{16}-[0-9]{4}")
_CCCD_FIELDS = (7, 11)
_BHYT_FIELDS = 14


@dataclass(frozen=True, slots=True)
class CitizenCard:
    """The QR of a CCCD. `sex` and `issued` are None where the card leaves them empty."""

    national_id: str
    old_id: str | None
    full_name: str
    birth_date: BirthDate
    sex: Sex | None
    address: str
    issued: date | None


@dataclass(frozen=True, slots=True)
class InsuranceCard:
    """A BHYT card's code: the bar code knows the numbers only, the QR the rest; `card` is None on the cards of 2021."""

    bhxh_code: str
    card: str | None = None
    full_name: str | None = None
    birth_date: BirthDate | None = None
    sex: Sex | None = None
    address: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


def read_code(text: str, today: date | None = None) -> CitizenCard | InsuranceCard:
    """With `today`, a birth in the future is refused as well.

    Codes: code_link, code_foreign (another card), code_fields (a card's, but too few or too many fields), code_damaged
    (a card's, but a field can't be), code_not_a_card.
    """
    if len(text) > MAX_CHARS:
        raise InvalidInput("code_not_a_card")
    text = _mended(text).strip(" \t\r\n\ufeff")
    if not text:
        raise InvalidInput("code_not_a_card")
    if _LINK.match(text):
        raise InvalidInput("code_link")
    if _OTHER.match(text):
        raise InvalidInput("code_not_a_card")
    fields = text.split("|")
    if len(fields) == 1:
        return _bar_code(text)
    first = fields[0].strip(" ")
    try:
        if re.fullmatch(r"[0-9]{12}", first):
            return _citizen_card(fields, today)
        if _CARD_NUMBER.fullmatch(first):
            return _insurance_card(text, today)
    except InvalidInput as error:
        # What is wrong with a field is nobody's fault who took a photo: for them the code could not be read.
        raise InvalidInput(error.code if error.code.startswith("code_") else "code_damaged") from error
    if _FOREIGN.search(text):
        raise InvalidInput("code_foreign")
    if len(fields) in (*_CCCD_FIELDS, 14, 15) and re.match(r"[A-Za-z]{0,2}[0-9]{6}", first):
        raise InvalidInput("code_damaged")
    raise InvalidInput("code_foreign" if len(fields) >= 5 else "code_not_a_card")


def _mended(text: str) -> str:
    """A reader that took UTF-8 for Latin-1 says so in every accent, and nothing is lost by it."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except ValueError:
        return text


def _bar_code(text: str) -> InsuranceCard:
    if not _CARD_NUMBER.fullmatch(text):
        raise InvalidInput("code_foreign" if _FOREIGN.search(text) else "code_not_a_card")
    try:
        code, card = _numbers(text)
    except InvalidInput as error:
        raise InvalidInput("code_damaged") from error
    return InsuranceCard(code, card)


def _citizen_card(fields: list[str], today: date | None) -> CitizenCard:
    if len(fields) not in _CCCD_FIELDS:
        raise InvalidInput("code_fields")
    number, old_id, name, born, sex, address, issued = (field.strip(" ") for field in fields[:7])
    if old_id and not re.fullmatch(r"[0-9]{9}|[0-9]{12}", old_id):
        raise InvalidInput("code_damaged")
    for field in fields:
        printable(field)
    birth_date = solid_birth_date(born, today)
    issued_on = day_of(issued[4:], issued[2:4], issued[:2]) if re.fullmatch(r"[0-9]{8}", issued) else None
    if issued and (issued_on is None or issued_on.year < birth_date.year):
        raise InvalidInput("code_damaged")
    return CitizenCard(
        national_id=national_id_of(number).number,
        old_id=old_id or None,
        full_name=tidy_name(printable(name)).text,
        birth_date=birth_date,
        sex=sex_of(sex, {"": None, "nam": Sex.MALE, "nữ": Sex.FEMALE}),
        address=address_of(address),
        issued=issued_on,
    )


def _insurance_card(text: str, today: date | None) -> InsuranceCard:
    fields = _insurance_fields(text)
    code, card = _numbers(fields[0])
    if not _FACILITY.fullmatch(fields[5]):
        raise InvalidInput("code_damaged")
    birth_date = slashed_birth_date(fields[2], today)
    valid_from, valid_until, issued = (slashed_day(fields[at]) for at in (6, 7, 8))
    slashed_day(fields[12])
    text_of_hex(fields[10])
    if valid_from and (valid_from.year < birth_date.year or (valid_until and valid_until < valid_from)):
        raise InvalidInput("code_damaged")
    if issued and issued.year < birth_date.year:
        raise InvalidInput("code_damaged")
    name = text_of_hex(fields[1])
    if name is None:
        raise InvalidInput("code_damaged")
    address = text_of_hex(fields[4])
    return InsuranceCard(
        bhxh_code=code,
        card=card,
        full_name=tidy_name(name).text,
        birth_date=birth_date,
        sex=sex_of(fields[3], {"1": Sex.MALE, "2": Sex.FEMALE}),
        address=None if address is None else address_of(address),
        valid_from=valid_from,
        valid_until=valid_until,
    )


def _insurance_fields(text: str) -> list[str]:
    """The fourteen fields before the end mark. Without the mark the last field must be whole to prove that none is cut
    off or missing in between."""
    marked = text.endswith("$")
    fields = [field.strip(" ") for field in text.removesuffix("$").split("|")]
    while len(fields) > _BHYT_FIELDS and not fields[-1]:
        fields.pop()
    if len(fields) != _BHYT_FIELDS:
        raise InvalidInput("code_fields")
    if not _CHECK.fullmatch(fields[13]) and not (marked and re.fullmatch(r"[0-9A-Fa-f-]{8,40}", fields[13])):
        raise InvalidInput("code_fields")
    return fields


def _numbers(written: str) -> tuple[str, str | None]:
    """(BHXH code, card) of the first field or the bar code."""
    if len(written) == 15:
        card = card_of(written.upper())
        return card.code, card.number
    if not int(written):
        raise InvalidInput("code_damaged")
    return written, None
