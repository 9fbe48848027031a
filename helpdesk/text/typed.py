"""What a citizen typed, made plain: one normal form, no invisible signs, ASCII digits, one kind of dash and apostrophe.

Owns the cleaning that every identifier starts with, and finding runs of digits. Refuses to correct anything: a letter
that stands where a digit should be is told of, never replaced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.errors import InvalidInput
from helpdesk.text.vocabulary import SPOKEN_DIGITS, any_of

# Longer than anyone types for one value, and short enough for every expression below.
MAX_CHARS = 1000

_DASHES = dict.fromkeys(map(ord, "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043"), "-")
_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u02bb\u0060\u00b4\u2032"), "'")
_SIGNS: Mapping[int, str] = {**_DASHES, **_APOSTROPHES}
_GAP = r"[ .\-_()]{0,3}"
_RUN = re.compile(rf"(?:\+ ?)?\(?[0-9](?:{_GAP}[0-9])*")
_TOKEN = re.compile(r"[0-9A-Za-z]+")
_LIKE_DIGITS = frozenset("oilszbqg")
_SPOKEN = re.compile(rf"\b(?:{any_of(SPOKEN_DIGITS)}\b[ ,.-]{{0,3}}){{8,}}")


@dataclass(frozen=True, slots=True)
class Run:
    """A row of digits as it stands in a text; `plus` when a `+` opens it, `before` is what leads to it, folded."""

    digits: str
    before: str = ""
    plus: bool = False


def tidy(text: str, too_long: str) -> str:
    """One line or several of clean text; raises InvalidInput(`too_long`)."""
    if len(text) > MAX_CHARS:
        raise InvalidInput(too_long)
    text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
    return "".join(map(_plain_sign, text)).strip()


def _plain_sign(sign: str) -> str:
    if sign.isascii() and sign.isprintable():
        return sign
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if sign in "\r\n\u2028\u2029\x85":
        return "\n"
    if category in ("Cc", "Zs"):
        return " "
    return "" if category in ("Cf", "Cs", "Cn", "Co") or sign == "\ufe0f" else sign


def letters_of(text: str) -> str:
    """Small letters without accents, sign for sign, so that a place in it is the same place in `text`."""
    return "".join(map(_bare, unicodedata.normalize("NFC", text)))


def _bare(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    bare = unicodedata.normalize("NFD", sign)[0].lower()
    return "d" if bare == "đ" else bare[0]


def digit_runs(text: str) -> tuple[Run, ...]:
    """The numbers in a tidied text, also dictated digit by digit; `0123 456 789` is one, `…789 0905…` may be two."""
    letters = _SPOKEN.sub(_digits_of_words, letters_of(text))
    runs: list[Run] = []
    for match in _RUN.finditer(letters):
        before = letters[max(0, match.start() - 30) : match.start()]
        pieces = [re.sub(r"[^0-9]", "", piece) for piece in match.group().split()]
        # Two whole numbers side by side, not one number in groups: a group of a number is shorter.
        whole = [piece for piece in pieces if piece] if all(len(piece) >= 9 for piece in pieces if piece) else []
        for digits in whole or ["".join(pieces)]:
            runs.append(Run(digits, before, match.group().startswith("+")))
    return tuple(runs)


def _digits_of_words(match: re.Match[str]) -> str:
    return "".join(str(SPOKEN_DIGITS[word]) for word in re.findall(r"[a-z]+", match.group())) + " "


def has_letters_for_digits(text: str) -> bool:
    """Whether a number has `O` for 0, `l` for 1 and the like in it or at its end."""
    for token in _TOKEN.findall(letters_of(text)):
        strange = [sign for sign in token if not sign.isdigit()]
        if strange and len(strange) * 2 < len(token) >= 6 and _LIKE_DIGITS.issuperset(strange):
            return True
    return False
