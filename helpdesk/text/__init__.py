"""Vietnamese as text: folding, tidying, numbers in words, the words many look for. Knows no field and no person."""

from helpdesk.text.folding import fold
from helpdesk.text.spoken_numbers import WORDS, month_number, small_number, year_number
from helpdesk.text.typed import MAX_CHARS, Run, digit_runs, has_letters_for_digits, letters_of, tidy
from helpdesk.text.vocabulary import (
    AUNTS_AND_UNCLES,
    CHILDREN,
    COUNTS,
    DENYING,
    DIGITS,
    FAMILY,
    IN_LAWS,
    KIN,
    NOT,
    SELF,
    SIDES,
    SPOKEN_DIGITS,
    UNCLEAR_NOT,
    any_of,
    folded,
)

__all__ = [
    "AUNTS_AND_UNCLES",
    "CHILDREN",
    "COUNTS",
    "DENYING",
    "DIGITS",
    "FAMILY",
    "IN_LAWS",
    "KIN",
    "MAX_CHARS",
    "NOT",
    "SELF",
    "SIDES",
    "SPOKEN_DIGITS",
    "UNCLEAR_NOT",
    "WORDS",
    "Run",
    "any_of",
    "digit_runs",
    "fold",
    "folded",
    "has_letters_for_digits",
    "letters_of",
    "month_number",
    "small_number",
    "tidy",
    "year_number",
]
