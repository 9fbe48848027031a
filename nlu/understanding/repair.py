"""A word that is no syllable, no abbreviation and not foreign: what was it meant to be?

Telex and VNI leftovers, stretched letters, teencode spelling, joined words, in this order. When nothing fits, the
word stays as it is: the letter view of the classifier still sees it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby, pairwise

from nlu.understanding.syllables import fold, is_syllable, untelex, unvni

MIXED = "x_mixed"
FOREIGN = "x_foreign"
# Spellings that teencode changes at one place of a syllable; the first that gives a syllable is taken.
_TEEN_RULES = (
    (re.compile(r"^f"), "ph"),
    (re.compile(r"^w"), "qu"),
    (re.compile(r"^d?z"), "d"),
    (re.compile(r"^j"), "gi"),
    (re.compile(r"^k(?=[aăâoôơuư])"), "c"),
    (re.compile(r"^c(?=[eêiy])"), "k"),
    (re.compile(r"^g(?=[eêi])"), "gh"),
    (re.compile(r"^ng(?=[eêi])"), "ngh"),
    (re.compile(r"(?<!n)g$"), "ng"),
    (re.compile(r"(?<![nc])h$"), "nh"),
    (re.compile(r"k$"), "c"),
    (re.compile(r"(?<=.)[hksz]$"), ""),
    (re.compile(r"j"), "i"),
    (re.compile(r"iu$"), "ieu"),
    (re.compile(r"ìu$"), "iều"),
    (re.compile(r"0"), "o"),
)
_LATIN = re.compile(r"[a-zà-ỹđ0-9']+")


def repair(word: str, known: Callable[[str], str | None]) -> str:
    """`known` answers with the standard form of an abbreviation or foreign word, or None."""
    if not _LATIN.fullmatch(word):
        return FOREIGN
    if any(c.isdigit() for c in word):
        return unvni(word.replace("dd", "đ")) or (MIXED if word.isascii() and len(word) > 3 else word)
    decoded = untelex(word)
    if decoded is not None:
        return decoded
    single = squeeze(word, 2)
    if single != word:
        standard = known(single)
        if standard is not None:
            return standard
        if is_syllable(fold(single)):
            return single
    for pattern, replacement in _TEEN_RULES:
        changed = pattern.sub(replacement, single)
        if changed != single and is_syllable(fold(changed)):
            return changed
    return _split(word, known) or word


def squeeze(word: str, run: int) -> str:
    """A letter repeated `run` times or more is meant once; of `ýyyy` the accented one stays."""
    out: list[str] = []
    for same, group in groupby(word, key=fold):
        letters = list(group)
        if len(letters) < run or not same.isalpha():
            out.extend(letters)
        else:
            out.append(next((c for c in letters if not c.isascii()), letters[0]))
    return "".join(out)


def _split(word: str, known: Callable[[str], str | None]) -> str | None:
    """`matkhau` → `mat khau`: the fewest known pieces; short pieces on average are too easy to find."""
    folded = fold(word)
    if not 5 <= len(folded) <= 24 or len(folded) != len(word):
        return None
    best: list[list[int] | None] = [[]] + [None] * len(folded)
    for end in range(2, len(folded) + 1):
        for start in range(max(0, end - 7), end - 1):
            before = best[start]
            piece = folded[start:end]
            if before is None or not (is_syllable(piece) or known(piece) == piece):
                continue
            current = best[end]
            if current is None or len(before) + 1 < len(current):
                best[end] = [*before, start]
    cuts = best[len(folded)]
    if cuts is None or len(folded) / max(1, len(cuts)) < 2.5:
        return None
    return " ".join(word[a:b] for a, b in pairwise([*cuts, len(word)]))
