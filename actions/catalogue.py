"""Every action that `domain.yml` names, made with its services. Rasa's names tie the two; a test compares them."""

from __future__ import annotations

from rasa_sdk.interfaces import Action

from actions.arrivals import (
    ActionAcceptOffer,
    ActionDeleteMyData,
    ActionInform,
    ActionReceivePhoto,
    ActionResumeRegistration,
    ValidateErrandForm,
)
from actions.errands import ErrandTurns
from actions.offers import ActionCorrectAnswer, ActionOfferIntents
from actions.registration import (
    ActionCancel,
    ActionRegisterAccount,
    ActionRegistrationStatus,
    RegistrationLife,
    RegistrationTurns,
    ValidateRegistrationForm,
)
from helpdesk.photos import PhotoReader
from helpdesk.services import Services


def actions(services: Services, reader: PhotoReader) -> list[Action]:
    """All actions, ready to be registered with rasa-sdk's executor."""
    guide, conversations = services.guide, services.conversations
    turns = RegistrationTurns(guide, services.registrations, conversations, services.otp, reader)
    dialogue = RegistrationLife(services.registrations, services.errands, turns)
    errands = ErrandTurns(
        guide,
        services.errands,
        services.otp,
        services.accounts,
        services.registrations,
        services.erasure,
        dialogue,
    )
    arriving = (dialogue, errands, conversations)
    return [
        ActionOfferIntents(guide),
        ActionCorrectAnswer(guide),
        ActionAcceptOffer(*arriving),
        ActionInform(*arriving),
        ActionReceivePhoto(*arriving),
        ActionResumeRegistration(*arriving),
        ActionDeleteMyData(*arriving),
        ValidateErrandForm(*arriving),
        ActionRegisterAccount(dialogue, conversations),
        ActionCancel(dialogue, conversations),
        ActionRegistrationStatus(dialogue, conversations),
        ValidateRegistrationForm(dialogue, conversations),
    ]
