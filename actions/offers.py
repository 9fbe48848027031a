"""When the assistant isn't sure: "Ý anh/chị là …?" with the likeliest topics, and what the citizen says to that.

Owns the choice of what is offered. The words are the guide's (`offer_intents`, `deny`, `affirm`, `inform`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.context import last_action, ranking, ranking_before
from helpdesk.guide import Guide

OFFERS = 3
STAFF = "talk_to_human"
SLOT = "offered_intents"
_OFFERING = ("action_offer_intents", "action_correct_answer")
# Answers to a question or a value mean nothing as a topic to choose.
_NO_TOPIC = frozenset({"affirm", "deny", "inform", "correct_info", "out_of_scope", "greet", "thank", "goodbye", STAFF})
_USUAL_TOPICS = ("register_account", "forgot_password", "lookup_bhxh_code")
_ORDINALS = {
    "1": 0, "mot": 0, "một": 0, "nhat": 0, "nhất": 0, "dau": 0, "đầu": 0, "tren": 0, "trên": 0,
    "2": 1, "hai": 1, "nhi": 1, "nhì": 1, "giua": 1, "giữa": 1,
    "3": 2, "ba": 2, "cuoi": 2, "cuối": 2, "duoi": 2, "dưới": 2,
}  # fmt: skip
# "số 2", "cái thứ hai", "ý đầu tiên": an ordinal with nothing else of weight around it.
_CHOICE = re.compile(
    r"(?:(?:dạ|da|vâng|vang|ừ|u|em|chọn|chon|lấy|lay|số|so|cái|cai|thứ|thu|ý|y|câu|cau|mục|muc|nút|nut)\s+)*"
    r"(?P<ordinal>\w+)(?:\s+(?:tiên|tien|cùng|cung|á|a|ạ|đi|di|đó|do|nha|nhé|nhe))*[.!)]*"
)
Events = list[dict[str, Any]]


def choice(text: str) -> int | None:
    """Which of the offers a text names (0 is the first); None when it names none."""
    match = _CHOICE.fullmatch(text.strip().lower())
    return _ORDINALS.get(match["ordinal"]) if match else None


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

    def _chosen(self, tracker: Tracker) -> str | None:
        """The offer that the message names by its number, if the turn before was an offer."""
        offered = tracker.get_slot(SLOT) or []
        number = choice(tracker.latest_message.get("text") or "")
        if last_action(tracker) in _OFFERING and number is not None and number < len(offered):
            return str(offered[number])
        return None

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
        chosen = self._chosen(tracker)
        if chosen is not None:
            self._answer(dispatcher, chosen)
            return [SlotSet(SLOT, None)]
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
        if before in _OFFERING:
            self._answer(dispatcher, "offer_refused")
            return [SlotSet(SLOT, None)]
        ranked = ranking_before(tracker)
        if before is None or not ranked:
            self._answer(dispatcher, "deny")
            return []
        answered = before.removeprefix("utter_")
        topics = self._topics(ranked, without=(answered,))
        return self._offer(dispatcher, self._guide.get("misunderstood").text, topics)


class ActionAcceptOffer(_GuideAction):
    """For `affirm`: after an offer the first topic is meant, after an answer it is a nod."""

    def name(self) -> str:
        return "action_accept_offer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        before = last_action(tracker)
        offered = tracker.get_slot(SLOT) or []
        if before in _OFFERING and offered:
            self._answer(dispatcher, offered[0])
            return [SlotSet(SLOT, None)]
        self._answer(dispatcher, "register_now" if before == "utter_register_account" else "affirm")
        return []


class ActionTakeValue(_GuideAction):
    """For `inform` outside of a form: "số 2" chooses an offer, any other value was not asked for."""

    def name(self) -> str:
        return "action_take_value"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        chosen = self._chosen(tracker)
        self._answer(dispatcher, chosen or "inform")
        return [SlotSet(SLOT, None)] if chosen else []
