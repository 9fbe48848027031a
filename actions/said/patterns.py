"""Word patterns that mind the accents that were typed: `dừng` is no `đúng`, but `dung` may be either.

Owns how a pattern that is written with accents meets a text with, without, or with misplaced ones. Knows no words.
"""

from __future__ import annotations

import re
import unicodedata

from helpdesk.text import fold

_TONES = {"\u0300": "F", "\u0301": "S", "\u0309": "R", "\u0303": "X", "\u0323": "J"}
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"\\.|\(\?(?:P<\w+>|[:!=]|<[!=])|(?P<word>[^\W\d_]+)")


def spelt(text: str) -> str:
    """Lower case, words one space apart, signs left out, a word's tone behind it: `Hủy đi!` → `huyR đi`."""
    return " ".join(_spelt_word(word) for word in _WORD.findall(text.lower()))


def words(pattern: str, *, plain: bool = True) -> re.Pattern[str]:
    """A pattern over `spelt` texts. With `plain` each of its words also meets itself without accents."""

    def spellings(match: re.Match[str]) -> str:
        word = match["word"]
        if not word or word.isascii():
            return match[0]
        full, bare = _spelt_word(word), fold(word)
        return full if full == bare or not plain else f"(?:{full}|{bare})"

    return re.compile(rf"(?<!\S)(?:{_PIECE.sub(spellings, pattern)})(?!\S)")


def _spelt_word(word: str) -> str:
    if word.isascii():
        return word
    letters, tone = [], ""
    for sign in unicodedata.normalize("NFD", word):
        if sign in _TONES:
            tone = _TONES[sign]
        else:
            letters.append(sign)
    return unicodedata.normalize("NFC", "".join(letters)) + tone
