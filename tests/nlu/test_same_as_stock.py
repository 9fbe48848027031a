"""Long conversations through stock Rasa and through ours: the same replies, requests to actions, and events."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.utils.endpoints import EndpointConfig

from nlu.memory.window import KEPT_EVENTS, LONGEST_LOOP
from nlu.serving.turns import TurnAgent
from tests.nlu.conftest import FakeActions

pytestmark = pytest.mark.filterwarnings("default")

SAID = [
    "chào",
    "mấy giờ",
    "không phải",
    "cảm ơn",
    "đăng ký",
    "dừng lại",
    "quét thẻ",
    "số GD4790123456789",
    "sai 0905123456",
    "thôi",
    "đếm",
    "im lặng",
    "Nguyễn Văn An",
    "an@example.vn",
    "xyz không ai hiểu",
    '/inform{"name": "An"}',
    '/inform{"name": "Bình"}',
    "tên",
    "/greet",
    "",
]


def script(seed: int, turns: int) -> list[str]:
    """Mostly small talk and forms; a restart now and then."""
    chance = random.Random(seed)
    said = [chance.choice(SAID) for _ in range(turns)]
    for turn in range(30, turns, 41):
        said[turn] = "/restart"
    return said


def comparable(events: Any) -> list[dict[str, Any]]:
    """Without what differs at each run, and without what citizens wrote: ours does not keep all of it."""
    seen = []
    for event in events:
        fields = event.as_dict()
        fields.pop("timestamp")
        fields.pop("message_id", None)
        if "parse_data" in fields:
            fields.pop("text")
            kept = ("intent", "intent_ranking", "metadata")
            fields["parse_data"] = {k: v for k, v in fields["parse_data"].items() if k in kept}
        seen.append(fields)
    return seen


def asked(actions: FakeActions) -> list[dict[str, Any]]:
    """What the actions were told of the conversation, in order."""
    told = []
    for body in actions.asked:
        tracker = body["tracker"]
        known = {name: tracker[name] for name in ("slots", "paused", "latest_action_name", "active_loop")}
        known["active_loop"] = {k: v for k, v in known["active_loop"].items() if k != "trigger_message"}
        told.append({"action": body["next_action"], "text": tracker["latest_message"]["text"], **known})
    actions.asked.clear()
    return told


async def talk(agent: Agent, said: list[str]) -> list[Any]:
    replies = []
    for text in said:
        replies.append(await agent.handle_message(UserMessage(text, CollectingOutputChannel(), "web:1")))
    return replies


def stock_agent(model: Path, actions: FakeActions) -> Agent:
    return Agent.load(model, tracker_store=InMemoryTrackerStore(None), action_endpoint=EndpointConfig(url=actions.url))


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_two_hundred_turns(toy_model: Path, actions: FakeActions, ours: TurnAgent, seed: int) -> None:
    said = script(seed, 200)
    stock = stock_agent(toy_model, actions)
    expected_replies = await talk(stock, said)
    expected_asked = asked(actions)
    expected = await stock.tracker_store.retrieve_full_tracker("web:1")

    longest = 0
    replies = []
    for text in said:
        replies += await talk(ours, [text])
        tracker = await ours.tracker_store.retrieve("web:1")
        longest = max(longest, len(tracker.events))

    assert replies == expected_replies
    assert asked(actions) == expected_asked
    full = await ours.tracker_store.retrieve_full_tracker("web:1")
    # Stock keeps the last session only.
    assert comparable(full.events)[-len(expected.events) :] == comparable(expected.events)
    assert len(full.events) > 20 * KEPT_EVENTS and longest < LONGEST_LOOP / 2


async def test_a_long_form_is_kept_whole(toy_model: Path, actions: FakeActions, ours: TurnAgent) -> None:
    """Side questions inside a form, far beyond the window, and the form still ends as it would have."""
    said = ["chào", "đăng ký", *["mấy giờ"] * 30, "Nguyễn Văn An", "mấy giờ", "an@example.vn", "cảm ơn", *["chào"] * 20]
    expected = await talk(stock_agent(toy_model, actions), said)
    assert await talk(ours, said) == expected
    tracker = await ours.tracker_store.retrieve("web:1")
    assert tracker.get_slot("full_name") == "Nguyễn Văn An" and tracker.get_slot("email") == "an@example.vn"
    assert len(tracker.events) < 5 * KEPT_EVENTS
