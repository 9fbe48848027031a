"""The personal number of twelve digits (CCCD) and the nine digits of the old CMND.

Owns what the digits say: province of birth registration, sex, century and year. Refuses numbers that no one can have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from helpdesk.errors import InvalidInput
from helpdesk.identity.person import Sex
from helpdesk.text import digit_runs, has_letters_for_digits, letters_of, tidy

# The 63 provinces, Thông tư 07/2016/TT-BCA; data/reference/provinces.csv has their names and a test ties the two.
PROVINCE_CODES = frozenset(
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042"
    " 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087"
    " 089 091 092 093 094 095 096".split()
)
# Those whose birth was registered abroad have a country's code instead. Which ones exist was not to be found; the
# decree only says that there are some, and they follow the provinces.
_ABROAD = range(101, 400)
_PASSPORT = re.compile(r"(?<![^\W_])[a-z][ .-]?[0-9]{7}(?![^\W_])")
_OTHER_NUMBER = re.compile(
    r"\b(?:sdt|so dt|dt|dien thoai|phone|zalo|bhxh|bao hiem|so so|bhyt|ma the|so the|ma so bh)\b[^0-9]{0,15}$"
)


@dataclass(frozen=True, slots=True)
class NationalId:
    """A number and what it tells; a CMND tells nothing, and of a birth registered abroad the province stays None."""

    number: str
    kind: Literal["cccd", "cmnd"]
    sex: Sex | None = None
    birth_year: int | None = None
    province_code: str | None = None


def parse_national_id(text: str) -> NationalId:
    """Codes: national_id_empty, _length, _letters, _zero, _two, _province, _century, _passport."""
    plain = tidy(text, "national_id_length")
    if has_letters_for_digits(plain):
        raise InvalidInput("national_id_letters")
    runs = digit_runs(plain)
    named = [run for run in runs if not _OTHER_NUMBER.search(run.before)]
    numbers = {run.digits for run in (named or runs)}
    fitting = {number for number in numbers if len(number) == 12} or {n for n in numbers if len(n) == 9}
    if len(fitting) > 1:
        raise InvalidInput("national_id_two")
    if fitting:
        return national_id_of(fitting.pop())
    if _PASSPORT.search(letters_of(plain)):
        raise InvalidInput("national_id_passport")
    raise InvalidInput("national_id_length" if runs else "national_id_empty")


def national_id_of(number: str) -> NationalId:
    """From the digits alone; raises national_id_length, _zero, _province, _century."""
    if not re.fullmatch(r"[0-9]{9}|[0-9]{12}", number):
        raise InvalidInput("national_id_length")
    if not int(number):
        raise InvalidInput("national_id_zero")
    if len(number) == 9:
        return NationalId(number, "cmnd")
    province, century = number[:3], int(number[3])
    if province not in PROVINCE_CODES and int(province) not in _ABROAD:
        raise InvalidInput("national_id_province")
    if century > 3:  # 4 and 5 are for those born from 2100 on
        raise InvalidInput("national_id_century")
    return NationalId(
        number,
        "cccd",
        sex=Sex.FEMALE if century % 2 else Sex.MALE,
        birth_year=1900 + century // 2 * 100 + int(number[4:6]),
        province_code=province if province in PROVINCE_CODES else None,
    )
