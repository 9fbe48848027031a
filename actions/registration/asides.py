"""What people say beside an answer: that a photo comes, that they haven't got what they are asked for.

Owns which of the guide's answers each gets; the question stays the one that was put.
"""

from __future__ import annotations

from actions.registration.questions import buttons
from actions.registration.work import Work
from actions.said import (
    Said,
    announces_photo,
    does_not_know,
    is_question,
    is_tired,
    lacks,
    means_card,
    says_no,
    wants_to_type,
)
from helpdesk.registration import PHOTO_FIELDS

_WITHOUT = {
    "birth_date": "reg_no_birth_date",
    "front": "reg_no_card",
    "back": "reg_no_card",
    "portrait": "reg_no_portrait",
    "national_id": "reg_no_national_id",
    "phone": "reg_no_phone",
    "email": "reg_no_email",
}


# What stands on the CCCD, where people leave it at that.
_ON_THE_CARD = frozenset({"full_name", "birth_date", "national_id", "address"})


def _has_none(said: Said, asked: str) -> bool:
    if lacks(said, asked) or (asked in PHOTO_FIELDS and wants_to_type(said)):
        return True
    unknown = does_not_know(said) and said.intent not in ("lookup_bhxh_code", "ask_email_setup")
    return unknown or (says_no(said) and said.intent in ("deny", "nlu_fallback"))


def take_aside(work: Work) -> bool:
    """Answer words without a value that are about the asking; False for all others."""
    said, asked = work.said, work.asked
    if is_tired(said):
        work.say("reg_sorry")
        return True
    if is_question(said):
        return False
    if asked in PHOTO_FIELDS and announces_photo(said):
        work.say("reg_send_photo_please")
    elif asked in _ON_THE_CARD and means_card(said):
        work.say("reg_as_on_card", *buttons(work.draft, asked))
    elif asked in _WITHOUT and _has_none(said, asked):
        work.say(_WITHOUT[asked], *buttons(work.draft, asked))
    else:
        return False
    work.asks = False
    return True
