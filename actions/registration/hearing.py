"""What of a message are values of the registration, and for which fields.

Owns the order in which they are taken: numbers, the e-mail, the birth date, the address, and the name from the words
that are left. Several values in one message are all taken. Whether a value is right is `helpdesk.identifiers`'.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from actions.registration.addresses import hear_address
from actions.registration.births import hear_birth_date
from actions.registration.emails_heard import hear_email
from actions.registration.heard import Heard
from actions.registration.labels import read_message
from actions.registration.names import hear_name
from actions.registration.numbers import hear_numbers
from actions.registration.said import Said
from actions.registration.wording import spelt, words
from helpdesk.registration_model import Registration

__all__ = ["Heard", "hear", "is_question"]

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
# With these intents even words that look like a question tell something ("con tên gì hả, con tên Hà").
_TELLING_ALWAYS = frozenset({"inform", "correct_info"})


def hear(said: Said, registration: Registration, asked: str, today: date) -> Heard:
    """The values in a message. `asked` is the field that was asked for, or empty."""
    if said.intent == "out_of_scope" and asked in ("address", "full_name", "birth_date"):
        # A street or a name that the classifier has never met is far from everything it knows.
        said = replace(said, intent="nlu_fallback")
    heard = Heard()
    message = read_message(said)
    if not message.letters.strip():
        return heard
    hear_numbers(message, registration, asked, heard)
    hear_email(message, said, asked, heard)
    hear_birth_date(message, said, registration, asked, today, heard)
    if not (is_question(said) and said.intent not in _TELLING_ALWAYS):
        place = hear_address(message, said, registration, asked, heard)
        hear_name(message, said, registration, asked, heard, place)
    return heard


def is_question(said: Said) -> bool:
    """Whether the words ask something rather than tell it."""
    if "?" in said.text:
        return True
    plain = re.sub(r"\s+", " ", _NO_QUESTION.sub(" ", spelt(said.text)))
    return bool(_QUESTION.search(plain) or _ACCENTED_QUESTION.search(plain))
