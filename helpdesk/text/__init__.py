"""Vietnamese as text: folding, tidying, numbers in words. Knows no field and no person."""

from helpdesk.text.folding import fold
from helpdesk.text.spoken_numbers import WORDS, month_number, small_number, year_number
from helpdesk.text.typed import MAX_CHARS, Run, digit_runs, has_letters_for_digits, letters_of, tidy

__all__ = [
    "MAX_CHARS",
    "WORDS",
    "Run",
    "digit_runs",
    "fold",
    "has_letters_for_digits",
    "letters_of",
    "month_number",
    "small_number",
    "tidy",
    "year_number",
]
