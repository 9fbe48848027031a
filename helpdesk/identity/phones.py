"""Vietnamese mobile numbers, in the form that is dialled inside the country.

Owns reading them. Refuses lines that get no text message and numbers of other countries, each with its own code; the
eleven digits of before 2018 are not translated, because nobody says whether the line moved with its owner.
"""

from __future__ import annotations

import re

from helpdesk.errors import InvalidInput
from helpdesk.text import Run, digit_runs, has_letters_for_digits, tidy

_MOBILE = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}")
_LANDLINE = re.compile(r"02[0-9]{9}")
_OLD_MOBILE = re.compile(r"01[2689][0-9]{8}")
_SERVICE = re.compile(r"1[89]00[0-9]{4,6}")
_OTHER_NUMBER = re.compile(
    r"\b(?:cccd|cmnd|cmt|can cuoc|chung minh|dinh danh|bhxh|bao hiem|so so|bhyt|ma the|so the|ma so)\b[^0-9]{0,15}$"
)


def parse_phone(text: str) -> str:
    """`0905123456`.

    Codes: phone_empty, phone_length, phone_letters, phone_prefix, phone_foreign, phone_landline, phone_old (eleven
    digits), phone_service (1900…), phone_two.
    """
    plain = tidy(text, "phone_length")
    if has_letters_for_digits(plain):
        raise InvalidInput("phone_letters")
    runs = digit_runs(plain)
    named = [run for run in runs if not _OTHER_NUMBER.search(run.before)]
    longest = [run for run in (named or runs) if len(run.digits) >= 6]
    if not longest:
        raise InvalidInput("phone_length" if runs else "phone_empty")
    read = [_read(run) for run in longest]
    numbers = {number for number, _ in read if number}
    if len(numbers) > 1:
        raise InvalidInput("phone_two")
    if numbers:
        return numbers.pop()
    raise InvalidInput(read[0][1])


def _read(run: Run) -> tuple[str, str]:
    """(number, "") or ("", what is wrong)."""
    digits = run.digits
    if run.plus or (digits.startswith("00") and len(digits) > 10):
        digits = digits.removeprefix("00")
        if not digits.startswith("84"):
            return "", "phone_foreign"
        digits = "0" + digits[2:].removeprefix("0")
    elif digits.startswith("84") and len(digits) in (11, 12):
        digits = "0" + digits[2:].removeprefix("0")
    elif len(digits) == 9 and _MOBILE.fullmatch("0" + digits):  # a table of numbers drops the leading 0
        digits = "0" + digits
    if _MOBILE.fullmatch(digits):
        return digits, ""
    if _LANDLINE.fullmatch(digits):
        return "", "phone_landline"
    if _OLD_MOBILE.fullmatch(digits):
        return "", "phone_old"
    if _SERVICE.fullmatch(digits):
        return "", "phone_service"
    return "", "phone_prefix" if len(digits) == 10 else "phone_length"
