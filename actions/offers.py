"""When the assistant isn't sure: "Ý anh/chị là …?" with the likeliest topics, and a yes or no to that.

Owns the choice of what is offered; what a yes to it starts is in `actions.arrivals`. The words are the guide's
(`offer_intents`, `deny`, `affirm`). A choice by number or by its title never gets here: `bot.answering.typed_choices`
takes it for the tap that it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.tracker import last_action, ranking, ranking_before
from helpdesk.guide import Guide

OFFERS = 3
STAFF = "talk_to_human"
SLOT = "offered_intents"
OFFERING = ("action_offer_intents", "action_correct_answer")
# Answers to a question or a value mean nothing as a topic to choose.
_NO_TOPIC = frozenset({"affirm", "deny", "inform", "correct_info", "out_of_scope", "greet", "thank", "goodbye", STAFF})
_USUAL_TOPICS = ("register_account", "forgot_password", "lookup_bhxh_code")
Events = list[dict[str, Any]]


class _GuideAction(Action):
    """An action whose words come from the guide."""

    def __init__(self, guide: Guide) -> None:
        self._guide = guide

    def _answer(self, dispatcher: CollectingDispatcher, answer: str) -> None:
        dispatcher.utter_message(json_message={"answer": answer})

    def _offer(self, dispatcher: CollectingDispatcher, lead_in: str, intents: Sequence[str]) -> Events:
        buttons = [{"title": self._guide.get(intent).title, "payload": f"/{intent}"} for intent in (*intents, STAFF)]
        dispatcher.utter_message(json_message={"text": lead_in, "buttons": buttons})
        return [SlotSet(SLOT, list(intents))]

    def _topics(self, ranked: Sequence[str], without: Sequence[str] = ()) -> list[str]:
        """The likeliest three that can be chosen, filled up with what people usually ask."""
        topics = [i for i in ranked if i not in _NO_TOPIC and i in self._guide.ids and i not in without]
        topics += [i for i in _USUAL_TOPICS if i not in topics and i not in without]
        return topics[:OFFERS]


class ActionOfferIntents(_GuideAction):
    """The second step of the fallback: offers the best three; the second time in a row it also says sorry."""

    def name(self) -> str:
        return "action_offer_intents"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        topics = self._topics(ranking(tracker.latest_message))
        again = last_action(tracker) == self.name()
        lead_in = self._guide.get("offer_again" if again else "offer_intents").text
        return self._offer(dispatcher, lead_in, topics)


class ActionCorrectAnswer(_GuideAction):
    """For `deny`: after an offer nothing fitted, so staff and the menu; after an answer, what else was likely."""

    def name(self) -> str:
        return "action_correct_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        before = last_action(tracker)
        if before in OFFERING:
            self._answer(dispatcher, "offer_refused")
            return [SlotSet(SLOT, None)]
        ranked = ranking_before(tracker)
        if before is None or not ranked:
            self._answer(dispatcher, "deny")
            return []
        answered = before.removeprefix("utter_")
        topics = self._topics(ranked, without=(answered,))
        return self._offer(dispatcher, self._guide.get("misunderstood").text, topics)
