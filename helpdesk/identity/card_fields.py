"""One field of a card's code: text, hex text, a day, a date of birth, the sex.

Owns what each may look like. Refuses everything else with `code_damaged`, whatever is wrong with it: a citizen can only
take the photo again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from helpdesk.errors import InvalidInput
from helpdesk.identity.person import BirthDate, Sex

_MAX_ADDRESS = 400


def text_of_hex(field: str) -> str | None:
    if field in ("-", ""):
        return None
    # `bytes.fromhex` would skip spaces
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", field):
        raise InvalidInput("code_damaged")
    try:
        return printable(bytes.fromhex(field).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidInput("code_damaged") from error


def printable(text: str) -> str:
    """Text that a card can show: a sign that isn't printed is a code that was read wrong."""
    text = unicodedata.normalize("NFC", text).strip(" ")
    if not text.isprintable() or "\ufffd" in text or "\u00a0" in text:
        raise InvalidInput("code_damaged")
    return text


def address_of(text: str) -> str:
    text = " ".join(printable(text).split())
    if len(text) > _MAX_ADDRESS:
        raise InvalidInput("code_damaged")
    for sign in text:
        if unicodedata.category(sign).startswith(("L", "M")) and not unicodedata.name(sign, "").startswith("LATIN "):
            raise InvalidInput("code_damaged")
    return text


def sex_of(written: str, known: Mapping[str, Sex | None]) -> Sex | None:
    try:
        return known[unicodedata.normalize("NFC", written).casefold()]
    except KeyError as error:
        raise InvalidInput("code_damaged") from error


def solid_birth_date(written: str, today: date | None) -> BirthDate:
    """`01021990`, `1955`; with six digits month and year are known, of which the year is kept."""
    return _birth_date(written, today, r"(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>[0-9]{4})", r"[0-9]{2}")


def slashed_birth_date(written: str, today: date | None) -> BirthDate:
    """`01/02/1990`, `1955`, `02/1955`."""
    return _birth_date(written, today, r"(?P<day>[0-9]{2})/(?P<month>[0-9]{2})/(?P<year>[0-9]{4})", r"[0-9]{2}/")


def _birth_date(written: str, today: date | None, whole: str, month: str) -> BirthDate:
    match = re.fullmatch(whole, written)
    if match:
        born = day_of(match["year"], match["month"], match["day"])
        found = BirthDate(born.year, born.month, born.day)
    else:
        alone = re.fullmatch(rf"(?P<month>{month})?(?P<year>(?:19|20)[0-9]{{2}})", written)
        if alone is None or not 1 <= int((alone["month"] or "01").strip("/")) <= 12:
            raise InvalidInput("code_damaged")
        born, found = date(int(alone["year"]), 1, 1), BirthDate(int(alone["year"]))
    if today is not None and born > today:
        raise InvalidInput("code_damaged")
    return found


def slashed_day(written: str) -> date | None:
    if written in ("-", ""):
        return None
    match = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", written)
    if match is None:
        raise InvalidInput("code_damaged")
    return day_of(match[3], match[2], match[1])


def day_of(year: str, month: str, day: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError as error:
        raise InvalidInput("code_damaged") from error
    if not 1900 <= found.year < 2100:
        raise InvalidInput("code_damaged")
    return found
