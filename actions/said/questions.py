"""Whether a message asks something rather than tells it. Refuses to say what is asked: that is the intent's."""

from __future__ import annotations

import re

from actions.said.patterns import spelt, words
from actions.said.said import Said
from helpdesk.text import DENYING, NOT, UNCLEAR_NOT, any_of

_QUESTION = words(
    r"gì|sao|nào|đâu|mấy|bao nhiêu|bao lâu|thế nào|tại sao|vì sao|răng|mô|chi rứa|làm răng|làm gì|ai|"
    rf"(?:được|có|phải|đúng) (?:{any_of(NOT)}|chưa)|"
    # A name (Hồng) and an alley (hẻm) may stand last as well.
    rf"(?:{any_of(word for word in NOT if word not in UNCLEAR_NOT)}|chưa)(?: ạ| em| con| ad| nhỉ| vậy| hè)?$"
)
# Only with their accents: without, `Hà`, `họ` and `Hồng` would ask.
_ACCENTED_QUESTION = words(r"hả|hở|hông(?: ạ| em| con| ad| nhỉ| vậy| hè)?$", plain=False)
# "Không có gì", "sao cũng được", "không sai đâu": no questions, though the words are there.
_NO_QUESTION = words(
    rf"(?:{any_of(DENYING)}|chưa|khỏi|đâu|mô)(?: \S+){{0,4}} (?:gì|chi|đâu|mô|nào|ai|sao|mấy)|"
    r"(?:sao|gì|chi|đâu|nào|ai|mô) (?:cũng|củng) \S+|(?:chứ|chớ|chơ) (?:sao|gì|răng|ai|đâu|mô|chi)|"
    rf"{any_of(NOT)} sao|đâu (?:có|phải)|mô có|"
    rf"^(?:dạ |vâng |ừ )?(?:{any_of(NOT)}|chưa)(?: ạ| em| con| ad)?$"
)


def is_question(said: Said) -> bool:
    """Whether the words ask something rather than tell it."""
    if "?" in said.text:
        return True
    plain = re.sub(r"\s+", " ", _NO_QUESTION.sub(" ", spelt(said.text)))
    return bool(_QUESTION.search(plain) or _ACCENTED_QUESTION.search(plain))
