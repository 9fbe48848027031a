"""Numbers in words, without accents: the one list that dates, numbers and the masking of them look into.

Owns the words. Refuses to read a number out of them.
"""

from __future__ import annotations

from collections.abc import Iterable

# `lam` and `tu` are five and four inside of a number.
DIGITS = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8,
    "chin": 9,
}  # fmt: skip
# What stands for a zero inside of a number.
ZEROS = ("linh", "le", "khong")
MONTHS = {"gieng": 1, "chap": 12}


def any_of(words: Iterable[str]) -> str:
    """A pattern that meets any of the words; the longer first, for many begin like others (`ba`, `bay`)."""
    return f"(?:{'|'.join(sorted(set(words), key=lambda word: (-len(word), word)))})"
