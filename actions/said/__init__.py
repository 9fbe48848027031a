"""What was said, whatever dialogue is open: yes and no, wishes, relations. Owns no dialogue and no field."""

from actions.said.codes import is_code_alone, typed_code
from actions.said.patterns import spelt, words
from actions.said.questions import is_question
from actions.said.relations import relation
from actions.said.said import VALUE_INTENTS, Button, Kind, Outcome, Said, Say
from actions.said.wishes import (
    announces_photo,
    asks_for_code,
    does_not_know,
    is_tired,
    lacks,
    means_card,
    means_draft,
    speaks_of_contact,
    wants_back,
    wants_code_again,
    wants_discard,
    wants_national_id,
    wants_pause,
    wants_to_type,
    wants_wait,
)
from actions.said.yes_no import says_no, says_yes

__all__ = [
    "VALUE_INTENTS",
    "Button",
    "Kind",
    "Outcome",
    "Said",
    "Say",
    "announces_photo",
    "asks_for_code",
    "does_not_know",
    "is_code_alone",
    "is_question",
    "is_tired",
    "lacks",
    "means_card",
    "means_draft",
    "relation",
    "says_no",
    "says_yes",
    "speaks_of_contact",
    "spelt",
    "typed_code",
    "wants_back",
    "wants_code_again",
    "wants_discard",
    "wants_national_id",
    "wants_pause",
    "wants_to_type",
    "wants_wait",
    "words",
]
