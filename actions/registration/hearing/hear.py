"""What of a message are values of the registration, and for which fields.

Owns the order in which they are taken: numbers, the e-mail, the birth date, the address, and the name from the words
that are left. Several values in one message are all taken. Whether a value is right is `helpdesk.identity.bhxh`'.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from actions.registration.hearing.address import hear_address
from actions.registration.hearing.birth_date import hear_birth_date
from actions.registration.hearing.email import hear_email
from actions.registration.hearing.full_name import hear_name
from actions.registration.hearing.heard import Heard
from actions.registration.hearing.labels import read_message
from actions.registration.hearing.numbers import hear_numbers
from actions.said import Said, is_question
from helpdesk.identity import FieldName
from helpdesk.registration import FIELDS, Registration

# With these intents even words that look like a question tell something ("con tên gì hả, con tên Hà").
_TELLING_ALWAYS = frozenset({"inform", "correct_info"})


def hear(said: Said, registration: Registration, asked: str, today: date) -> Heard:
    """The values in a message. `asked` is the field that was asked for, or empty."""
    prose = asked in FIELDS and FIELDS[asked].prose
    if said.intent == "out_of_scope" and (prose or asked == FieldName.BIRTH_DATE):
        # A street or a name that the classifier has never met is far from everything it knows.
        said = replace(said, intent="nlu_fallback")
    heard = Heard(today)
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
