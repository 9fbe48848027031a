"""A one-time code among the words of a message: six digits, typed or dictated. Refuses to know any code."""

from __future__ import annotations

import re

from helpdesk.text import SPOKEN_DIGITS, any_of, fold

_WORD = any_of(SPOKEN_DIGITS)
_DICTATED = re.compile(rf"\b{_WORD}(?: {_WORD}){{5}}\b")
_CODE = re.compile(r"(?<!\d)(?:\d[\s.\-]{0,2}){5}\d(?!\d)")


def typed_code(text: str) -> str | None:
    """Six digits out of a message, whatever stands around them."""
    match = _CODE.search(_DICTATED.sub(_digits, fold(text)) if not any(c.isdigit() for c in text) else text)
    return re.sub(r"\D", "", match[0]) if match else None


def _digits(match: re.Match[str]) -> str:
    return "".join(str(SPOKEN_DIGITS[word]) for word in match[0].split())


def is_code_alone(text: str) -> bool:
    """Whether a message is six digits and nothing else."""
    return bool(_CODE.fullmatch(text.strip()))
