"""What an action needs to know of the conversation so far, read from the tracker's events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rasa_sdk.interfaces import Tracker

from helpdesk.conversations import ChannelIdentity, Conversations
from helpdesk.errors import NotFound

Event = dict[str, Any]


def _before_this_message(tracker: Tracker) -> Iterator[Event]:
    """Events newest first, starting behind the message that is being answered."""
    events = reversed(tracker.events)
    for event in events:
        if event.get("event") == "user":
            break
    yield from events


def last_action(tracker: Tracker) -> str | None:
    """The action that answered the message before this one; None at a conversation's or session's beginning."""
    for event in _before_this_message(tracker):
        match event.get("event"):
            case "action" if event.get("name") not in ("action_listen", "action_extract_slots"):
                name = event.get("name")
                return None if name == "action_session_start" else name
            case "user" | "session_started" | "restart":
                return None
    return None


def ranking(parse: Event) -> list[str]:
    """The intents of a parse, likeliest first, without the fallback itself."""
    ranked = parse.get("intent_ranking") or []
    return [entry["name"] for entry in ranked if entry.get("name") and entry["name"] != "nlu_fallback"]


def ranking_before(tracker: Tracker) -> list[str]:
    """The ranking of the message before this one; empty when that was a tap or there was none."""
    for event in _before_this_message(tracker):
        if event.get("event") in ("session_started", "restart"):
            break
        if event.get("event") == "user":
            return ranking(event.get("parse_data") or {})
    return []


async def conversation_id(conversations: Conversations, tracker: Tracker) -> str:
    """The id of the conversation that the tracker belongs to; NotFound for a sender that the gateway doesn't know."""
    channel, _, external_id = tracker.sender_id.partition(":")
    found = await conversations.store.conversation_id_of(ChannelIdentity(channel, external_id))
    if found is None:
        raise NotFound("Không có cuộc trò chuyện này.")
    return found
