"""The numbers, names and dates that a registration asks for, read from what citizens type.

Owns the BHXH code and the BHYT card, and gathers what its sister modules read, under one roof. Refuses what is in doubt
with `InvalidInput(code)`: an identifier that was guessed wrong would register somebody else. It asks no registry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpdesk.errors import InvalidInput
from helpdesk.identity.birth_dates import parse_birth_date
from helpdesk.identity.emails import Email, parse_email
from helpdesk.identity.full_names import FullName, parse_full_name
from helpdesk.identity.national_ids import PROVINCE_CODES, NationalId, parse_national_id
from helpdesk.identity.phones import parse_phone
from helpdesk.text import digit_runs, has_letters_for_digits, tidy

__all__ = [
    "Card",
    "Email",
    "FullName",
    "NationalId",
    "parse_bhxh_code",
    "parse_birth_date",
    "parse_card",
    "parse_email",
    "parse_full_name",
    "parse_national_id",
    "parse_phone",
]

# Who is insured, QĐ 1351/QĐ-BHXH. The list only tells `DN 4 48…` from `ma so 4 48…`: newer codes pass when they touch
# the digits.
_INSURED = frozenset(
    "DN HX CH NN TK HC XK HT TB NO CT XB TN CS QN CA CY XN MS CC CK CB KC HD TE BT HN DT DK XD TS TC TQ TV TA TY HG LS"
    " PV CN HS SV GB GD".split()
)
_LABELS = frozenset(["MA", "SO", "LA", "BH", "ID"])
# 97, 98: the army and the police have cards of their own.
_CARD_PROVINCES = frozenset(code[1:] for code in PROVINCE_CODES) | {"97", "98"}
_CARD = re.compile(
    r"(?<![^\W_])(?P<who>[A-Z]{1,2})(?P<gap>[ .\-_]{0,3})(?P<rest>[0-9](?:[ .\-_]{0,3}[0-9]|[A-Z])*)(?![^\W_])"
)
_OLD_TAIL = re.compile(r"[A-HJ-NP-Z]{2}[0-9]{8}")
_OTHER_NUMBER = re.compile(
    r"\b(?:sdt|so dt|dt|dien thoai|phone|zalo|cccd|cmnd|cmt|can cuoc|chung minh|dinh danh)\b[^0-9]{0,15}$"
)


@dataclass(frozen=True, slots=True)
class Card:
    """A BHYT card: its 15 characters, and the last ten, the BHXH code (very old cards have two letters there)."""

    number: str
    code: str


def parse_bhxh_code(text: str) -> str:
    """Ten digits, or the last ten of a whole card.

    Codes: bhxh_empty, bhxh_length, bhxh_letters, bhxh_zero, bhxh_two, bhxh_looks_like_national_id, and those of
    `parse_card` when it is a card that was typed.
    """
    plain = tidy(text, "bhxh_length")
    if _card_numbers(plain, at_least=11):
        return parse_card(text).code
    if has_letters_for_digits(plain):
        raise InvalidInput("bhxh_letters")
    runs = digit_runs(plain)
    named = [run for run in runs if not _OTHER_NUMBER.search(run.before)]
    numbers = {run.digits for run in (named or runs) if len(run.digits) >= 6}
    codes = {number for number in numbers if len(number) == 10}
    if len(codes) > 1:
        raise InvalidInput("bhxh_two")
    if codes:
        code = codes.pop()
        if not int(code):
            raise InvalidInput("bhxh_zero")
        return code
    if any(len(number) == 12 for number in numbers):
        raise InvalidInput("bhxh_looks_like_national_id")
    raise InvalidInput("bhxh_length" if runs else "bhxh_empty")


def parse_card(text: str) -> Card:
    """The 15 characters of a BHYT card.

    Codes: card_empty, card_length, card_level, card_province, card_letters, card_two, bhxh_zero.
    """
    plain = tidy(text, "card_length")
    numbers = _card_numbers(plain, at_least=8)
    if not numbers:
        raise InvalidInput("card_length" if digit_runs(plain) else "card_empty")
    if len(numbers) > 1:
        raise InvalidInput("card_two")
    return card_of(numbers.pop())


def card_of(number: str) -> Card:
    """A card from its characters alone, capitals and no gaps, as codes hold it; raises what `parse_card` raises."""
    if len(number) != 15:
        raise InvalidInput("card_length")
    level, province, tail = number[2], number[3:5], number[5:]
    if not re.fullmatch(r"[A-Z]{2}[0-9]{3}", number[:5]):
        raise InvalidInput("card_letters")
    if level not in "12345":
        raise InvalidInput("card_level")
    if province not in _CARD_PROVINCES:
        raise InvalidInput("card_province")
    if tail == "0" * 10:
        raise InvalidInput("bhxh_zero")
    # O and I are refused among the letters of an old card as well: there they may be a 0 and a 1.
    if not re.fullmatch(r"[0-9]{10}", tail) and not _OLD_TAIL.fullmatch(tail):
        raise InvalidInput("card_letters")
    return Card(number, tail)


def _card_numbers(text: str, at_least: int) -> set[str]:
    """What looks like a card: letters, then at least so many characters."""
    numbers = set()
    for match in _CARD.finditer(text.upper()):
        who, rest = match["who"], re.sub(r"[ .\-_]", "", match["rest"])
        touching = not match["gap"]
        if len(rest) < at_least and not (touching and len(rest) >= 9):
            continue
        if who in _INSURED or (touching and who not in _LABELS and (len(who) == 2 or len(rest) >= 12)):
            numbers.add(who + rest)
    return numbers
