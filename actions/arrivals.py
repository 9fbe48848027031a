"""Messages outside of an open form that may still belong to something under way: values, photos, a nod, "tiếp tục".

Owns the order: an errand under way, then a draft, then the plain answer. After a restart of everything this is how
a form finds back to its draft.
"""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.errands import ErrandOutcome, ErrandTurns
from actions.offers import OFFERING, SLOT
from actions.registration import FORM, TURN_SLOT, RegistrationLife, events_of, was_handled
from actions.said import Kind, Said
from actions.tracker import conversation_id, last_action
from helpdesk.conversations import Conversations

ERRAND_FORM = "errand_form"
Events = list[dict[str, Any]]
# Topics that are answered by an action of their own name.
_WITH_ACTIONS = frozenset({"register_account", "resume_registration", "registration_status", "delete_my_data"})
_REGISTER = re.compile(r"\b(dang ky|dang ki|dk|lap tai khoan|tao tai khoan|mo tai khoan)\b")
_LINK_OFFERED = {"utter_forgot_password": "recover", "utter_change_password": "change"}


def errand_events(result: ErrandOutcome, said: Said, dispatcher: CollectingDispatcher, *, in_form: bool) -> Events:
    """Say an errand's outcome and tell Rasa which form listens on."""
    result.outcome.utter(dispatcher)
    if result.erased:
        dispatcher.utter_message(json_message={"forget": True})
    # A draft that came from another device goes on in the registration's form.
    form = FORM if result.outcome.registration_id else ERRAND_FORM
    events: Events = [SlotSet(TURN_SLOT, said.message_id)]
    if not result.outcome.open:
        events.append(SlotSet("requested_slot", None))
        if not in_form:
            events.append(ActiveLoop(None))
    elif not in_form or form == FORM:
        events.append(ActiveLoop(form))
    if result.outcome.follow:
        events.append(FollowupAction(result.outcome.follow))
    return events


def answer_elsewhere(dispatcher: CollectingDispatcher, said: Said) -> Events:
    """Answer a message as if no form had been open."""
    if said.intent in _WITH_ACTIONS:
        return [FollowupAction(f"action_{said.intent}")]
    if said.intent == "nlu_fallback":
        return [FollowupAction("action_offer_intents")]
    dispatcher.utter_message(json_message={"answer": "stale_button" if said.choice else said.intent or "inform"})
    return []


class _Arrival(Action):
    """An action that looks for what is under way first."""

    def __init__(self, dialogue: RegistrationLife, errands: ErrandTurns, conversations: Conversations) -> None:
        self._dialogue = dialogue
        self._errands = errands
        self._conversations = conversations

    async def _under_way(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events | None:
        """Give the message to the errand or the draft it belongs to; None when there is none that listens."""
        said = Said.of_tracker(tracker)
        cid = await conversation_id(self._conversations, tracker)
        result = await self._errands.turn(cid, said)
        if result is not None:
            return errand_events(result, said, dispatcher, in_form=False)
        brings = said.choice or said.photo or said.entities or said.intent == "correct_info"
        if not brings and await self._dialogue.is_paused(cid):
            # A nod is none to a draft that was put aside; a value or a photo takes it up again.
            return None
        outcome = await self._dialogue.turn(cid, said)
        if outcome is None:
            return None
        outcome.utter(dispatcher)
        return events_of(outcome, said, in_form=False)

    async def _start(self, purpose: str, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        said = Said.of_tracker(tracker)
        result = await self._errands.start(await conversation_id(self._conversations, tracker), purpose, said)
        return errand_events(result, said, dispatcher, in_form=False)


class ValidateErrandForm(_Arrival):
    """Every message while an errand is under way."""

    def name(self) -> str:
        return f"validate_{ERRAND_FORM}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        said = Said.of_tracker(tracker)
        if was_handled(tracker, said):
            return [SlotSet(TURN_SLOT, said.message_id)]
        result = await self._errands.turn(await conversation_id(self._conversations, tracker), said)
        if result is None:
            # Done or too old: the message is none of the errand's any more.
            left = [SlotSet(TURN_SLOT, said.message_id), SlotSet("requested_slot", None)]
            return [*left, *answer_elsewhere(dispatcher, said)]
        return errand_events(result, said, dispatcher, in_form=True)


class ActionInform(_Arrival):
    """A value: for what is under way, or for what the last answer offered."""

    def name(self) -> str:
        return "action_inform"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        events = await self._under_way(dispatcher, tracker)
        if events is not None:
            return events
        said = Said.of_tracker(tracker)
        if said.choice in ("link_recover", "link_change"):
            return await self._start(said.choice.removeprefix("link_"), dispatcher, tracker)
        offered = _LINK_OFFERED.get(last_action(tracker) or "")
        if offered and (said.values(Kind.BHXH_CODE) or said.values(Kind.BHYT_CARD) or said.values(Kind.NATIONAL_ID)):
            return await self._start(offered, dispatcher, tracker)
        if not said.choice and _REGISTER.search(said.folded):
            # Everything at once, the wish to register among it.
            outcome = await self._dialogue.open(await conversation_id(self._conversations, tracker), said)
            outcome.utter(dispatcher)
            return events_of(outcome, said, in_form=False)
        name = said.intent if said.intent in ("inform", "correct_info") else "inform"
        dispatcher.utter_message(json_message={"answer": "stale_button" if said.choice else name})
        return []


class ActionReceivePhoto(_Arrival):
    """A photo without words."""

    def name(self) -> str:
        return "action_receive_photo"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        events = await self._under_way(dispatcher, tracker)
        if events is None:
            dispatcher.utter_message(json_message={"answer": "send_photo"})
        return events or []


class ActionResumeRegistration(_Arrival):
    """ "Tiếp tục": this conversation's draft, or one from another device by its confirmed e-mail."""

    def name(self) -> str:
        return "action_resume_registration"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        said = Said.of_tracker(tracker)
        cid = await conversation_id(self._conversations, tracker)
        outcome = await self._dialogue.resume(cid, said)
        if outcome is None:
            return await self._start("resume", dispatcher, tracker)
        outcome.utter(dispatcher)
        return events_of(outcome, said, in_form=False)


class ActionDeleteMyData(_Arrival):
    """Somebody wants their data gone."""

    def name(self) -> str:
        return "action_delete_my_data"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        return await self._start("delete", dispatcher, tracker)


class ActionAcceptOffer(_Arrival):
    """A yes: to the first topic of an offer, to a link that was offered, to what is under way; else a nod."""

    def name(self) -> str:
        return "action_accept_offer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        before = last_action(tracker)
        offered = tracker.get_slot(SLOT) or []
        if before in OFFERING and offered:
            if offered[0] in _WITH_ACTIONS:
                return [SlotSet(SLOT, None), FollowupAction(f"action_{offered[0]}")]
            dispatcher.utter_message(json_message={"answer": offered[0]})
            return [SlotSet(SLOT, None)]
        if before in _LINK_OFFERED:
            return await self._start(_LINK_OFFERED[before], dispatcher, tracker)
        events = await self._under_way(dispatcher, tracker)
        if events is None:
            dispatcher.utter_message(json_message={"answer": "affirm"})
        return events or []
