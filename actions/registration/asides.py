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
from helpdesk.registration import FIELDS, PHOTO_FIELDS


def _has_none(said: Said, asked: str) -> bool:
    if lacks(said, asked) or (asked in PHOTO_FIELDS and wants_to_type(said)):
        return True
    unknown = does_not_know(said) and said.intent not in ("lookup_bhxh_code", "ask_email_setup")
    return unknown or (says_no(said) and said.intent in ("deny", "nlu_fallback"))


def take_aside(work: Work) -> bool:
    """Answer words without a value that are about the asking; False for all others."""
    said, asked = work.said, work.asked
    field = FIELDS.get(asked)
    if is_tired(said):
        work.say("reg_sorry")
        return True
    if is_question(said):
        return False
    if asked in PHOTO_FIELDS and announces_photo(said):
        work.say("reg_send_photo_please")
    elif field and field.on_cccd and means_card(said):
        # People leave it at what stands there.
        work.say("reg_as_on_card", *buttons(work.draft, asked))
    elif field and field.lacking and _has_none(said, asked):
        work.say(field.lacking, *buttons(work.draft, asked))
    else:
        return False
    work.asks = False
    return True
