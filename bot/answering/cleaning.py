"""What is done to a citizen's text before it is kept: invisible tricks go, words stay.

Owns the cleaning and the question whether anything readable is left. Refuses understanding (that is `nlu/`).
"""

from __future__ import annotations

import unicodedata

# Kept among the control characters: they are layout, not tricks.
_LAYOUT = frozenset("\n\t")
# Joins the parts of many emoji; meaningless elsewhere.
_ZERO_WIDTH_JOINER = "\u200d"
# No writing needs more marks on a letter; normalising takes quadratic time in their number.
_MOST_MARKS = 4
# What is kept of a text. A question is at most a tenth of it; the citizen is asked to write a shorter one anyway.
LONGEST_TEXT = 20_000


def clean_text(text: str) -> str:
    """Normal form C without control characters, bidi overrides, zero-width characters and lone surrogates."""
    text = text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    kept = []
    marks = 0
    for position, character in enumerate(text):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MOST_MARKS:
            continue
        if character in _LAYOUT or (
            character == _ZERO_WIDTH_JOINER
            and position
            and unicodedata.category(text[position - 1]) in ("So", "Mn", "Sk")
        ):
            kept.append(character)
        elif category in ("Cc", "Cf", "Cs", "Cn", "Co"):
            # A control between two words stood for a space; dropping it would glue them together.
            kept.append(" " if category == "Cc" else "")
        elif category in ("Zl", "Zp"):
            kept.append("\n")
        else:
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def has_words(text: str) -> bool:
    """Whether there is at least one letter or digit."""
    return any(unicodedata.category(character)[0] in "LN" for character in text)


def has_emoji(text: str) -> bool:
    """Whether there is a pictograph (or what people use as one, such as a heart)."""
    return any(unicodedata.category(character) in ("So", "Sk") for character in text)
