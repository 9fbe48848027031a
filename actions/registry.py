"""Every action that `domain.yml` names, made with its services. Rasa's names tie the two; a test compares them."""

from __future__ import annotations

from rasa_sdk.interfaces import Action

from actions.offers import ActionAcceptOffer, ActionCorrectAnswer, ActionOfferIntents
from helpdesk.guide import Guide


def actions(guide: Guide) -> list[Action]:
    """All actions, ready to be registered with rasa-sdk's executor."""
    return [
        ActionOfferIntents(guide),
        ActionCorrectAnswer(guide),
        ActionAcceptOffer(guide),
    ]
