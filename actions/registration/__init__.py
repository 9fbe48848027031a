"""The registration in the chat: one turn after another, from consent to the case code."""

from actions.registration.actions import (
    FORM,
    TURN_SLOT,
    ActionCancel,
    ActionRegisterAccount,
    ActionRegistrationStatus,
    ValidateRegistrationForm,
    events_of,
    was_handled,
)
from actions.registration.life import RegistrationLife
from actions.registration.turn import RegistrationTurns

__all__ = [
    "FORM",
    "TURN_SLOT",
    "ActionCancel",
    "ActionRegisterAccount",
    "ActionRegistrationStatus",
    "RegistrationLife",
    "RegistrationTurns",
    "ValidateRegistrationForm",
    "events_of",
    "was_handled",
]
