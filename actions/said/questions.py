"""Whether a message asks something rather than tells it. Refuses to say what is asked: that is the intent's."""

from __future__ import annotations

import re

from actions.said.said import Said
from actions.said.wording import spelt, words

_QUESTION = words(
    r"gì|sao|nào|đâu|mấy|bao nhiêu|bao lâu|thế nào|tại sao|vì sao|răng|mô|chi rứa|làm răng|làm gì|ai|"
    r"(?:được|có|phải|đúng) (?:không|ko|k|hông|hong|hok|chưa)|"
    r"(?:không|ko|k|hok|chưa)(?: ạ| em| con| ad| nhỉ| vậy| hè)?$"
)
# Only with their accents: without, `Hà`, `họ` and `Hồng` would ask.
_ACCENTED_QUESTION = words(r"hả|hở|hông(?: ạ| em| con| ad| nhỉ| vậy| hè)?$", plain=False)
# "Không có gì", "sao cũng được", "không sai đâu": no questions, though the words are there.
_NO_QUESTION = words(
    r"(?:không|ko|k|kg|hông|hong|hok|hổng|chưa|chẳng|nỏ|khỏi|đâu|mô)(?: \S+){0,4} (?:gì|chi|đâu|mô|nào|ai|sao|mấy)|"
    r"(?:sao|gì|chi|đâu|nào|ai|mô) (?:cũng|củng) \S+|(?:chứ|chớ|chơ) (?:sao|gì|răng|ai|đâu|mô|chi)|(?:không|ko|k) sao|"
    r"đâu (?:có|phải)|mô có|"
    r"^(?:dạ |vâng |ừ )?(?:không|chưa|ko|k|hông|hong|hok)(?: ạ| em| con| ad)?$"
)


def is_question(said: Said) -> bool:
    """Whether the words ask something rather than tell it."""
    if "?" in said.text:
        return True
    plain = re.sub(r"\s+", " ", _NO_QUESTION.sub(" ", spelt(said.text)))
    return bool(_QUESTION.search(plain) or _ACCENTED_QUESTION.search(plain))
