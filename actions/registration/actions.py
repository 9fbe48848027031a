"""The registration's actions as Rasa calls them: thin, one class a name of `domain.yml`."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.registration.life import RegistrationLife
from actions.said import Outcome, Said
from actions.tracker import conversation_id
from helpdesk.conversations import Conversations

FORM = "registration_form"
# A form whose only slot is filled when it is done; what is asked next is kept with the draft, in the store.
TURN_SLOT = "registration_turn"
Events = list[dict[str, Any]]


def events_of(outcome: Outcome, said: Said, *, in_form: bool) -> Events:
    """What Rasa has to know of an outcome: whether its form listens on."""
    events: Events = [SlotSet(TURN_SLOT, said.message_id)]
    if outcome.open and not in_form:
        events.append(ActiveLoop(FORM))
    if not outcome.open:
        # Inside of the form an empty requested slot ends it; outside it is not active.
        events.append(SlotSet("requested_slot", None))
        if not in_form:
            events.append(ActiveLoop(None))
    if outcome.follow:
        events.append(FollowupAction(outcome.follow))
    return events


def was_handled(tracker: Tracker, said: Said) -> bool:
    """Whether another action of this very turn has handled the message: Rasa runs a form as soon as it is opened."""
    return bool(said.message_id) and tracker.get_slot(TURN_SLOT) == said.message_id


class RegistrationAction(Action):
    """An action with the dialogue and the conversation's id at hand."""

    def __init__(self, dialogue: RegistrationLife, conversations: Conversations) -> None:
        self._dialogue = dialogue
        self._conversations = conversations

    async def _here(self, tracker: Tracker) -> str:
        return await conversation_id(self._conversations, tracker)


class ValidateRegistrationForm(RegistrationAction):
    """Every message while the form is open."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        said = Said.of_tracker(tracker)
        if was_handled(tracker, said):
            return [SlotSet(TURN_SLOT, said.message_id)]
        cid = await self._here(tracker)
        outcome = await self._dialogue.turn(cid, said)
        if outcome is None:
            outcome = await self._dialogue.without_draft(cid, said)
        outcome.utter(dispatcher)
        return events_of(outcome, said, in_form=True)


class ActionRegisterAccount(RegistrationAction):
    """Somebody wants to register."""

    def name(self) -> str:
        return "action_register_account"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        said = Said.of_tracker(tracker)
        outcome = await self._dialogue.open(await self._here(tracker), said)
        outcome.utter(dispatcher)
        return events_of(outcome, said, in_form=False)


class ActionCancel(RegistrationAction):
    """A stop outside of an open form."""

    def name(self) -> str:
        return "action_cancel"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        said = Said.of_tracker(tracker)
        outcome = await self._dialogue.pause(await self._here(tracker), said)
        if outcome is None:
            dispatcher.utter_message(json_message={"answer": "cancel"})
            return []
        outcome.utter(dispatcher)
        return events_of(outcome, said, in_form=False)


class ActionRegistrationStatus(RegistrationAction):
    """How far an application is."""

    def name(self) -> str:
        return "action_registration_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        said = Said.of_tracker(tracker)
        outcome = await self._dialogue.state(await self._here(tracker), said)
        outcome.utter(dispatcher)
        return []
