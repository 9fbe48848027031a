"""Words that many readers look for, one list each: how people say no, whom they speak of, numbers in words.

Owns the lists. Words of people and of denying stand with their accents, number words without. Who can't use one of them
takes it out of the list and says why. Refuses to read anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from helpdesk.text.folding import fold

# "Không" as it is typed: shortened, by ear, in dialect.
NOT = ("không", "khôn", "khum", "hum", "kong", "ko", "k", "kg", "kh", "hông", "hong", "hog", "hổng", "hok", "hem")
# Those that without accents are a name (Hồng) and an alley (hẻm) as well.
UNCLEAR_NOT = frozenset({"hông", "hong", "hổng", "hem"})
# They deny, too, but close no question ("được chẳng").
DENYING = (*NOT, "chẳng", "nỏ")

PARENTS = ("mẹ", "má", "ba", "bố", "cha", "tía")
COUPLE = ("vợ", "chồng")
CHILDREN = ("con", "cháu")
AUNTS_AND_UNCLES = ("cô", "dì", "chú", "bác")
# Nobody calls himself these in a chat with an office; by all other kin people call themselves and each other.
FAMILY = (*PARENTS, "ông", "bà", *COUPLE)
KIN = (*FAMILY, *CHILDREN, *AUNTS_AND_UNCLES, "anh", "chị", "em")
# Named more seldom; without accents most of them are names, or words of sentences.
IN_LAWS = ("cậu", "mợ", "thím", "dượng")
# The mother's and the father's side: "bà ngoại".
SIDES = ("ngoại", "nội")
SELF = ("tôi", "tui", "mình", "em", "e", "mk")

DIGITS: Mapping[str, int] = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip
# With the forms that they take inside of numbers; among other words `tu` and `lam` are "từ" and "làm".
SPOKEN_DIGITS: Mapping[str, int] = {**DIGITS, "moti": 1, "tu": 4, "lam": 5, "nham": 5, "bai": 7}
# What a count can begin with: a zero is no count, and `khong` is rather "không".
COUNTS = tuple(word for word, digit in DIGITS.items() if digit)


def any_of(words: Iterable[str]) -> str:
    """A pattern that meets any of the words; the longer first, for many begin like others (`ba`, `bay`)."""
    return f"(?:{'|'.join(sorted(set(words), key=lambda word: (-len(word), word)))})"


def folded(words: Iterable[str]) -> tuple[str, ...]:
    """The words without their accents, each once."""
    return tuple(dict.fromkeys(map(fold, words)))
