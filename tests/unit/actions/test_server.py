"""The action server: a conversation's calls one after the other, other conversations side by side."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.server import build_app


class Slow(Action):
    """Counts how many of its runs are under way at once, by conversation."""

    def __init__(self) -> None:
        self.running: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.order: list[str] = []
        self.everybody = 0
        self.gate = asyncio.Event()

    def name(self) -> str:
        return "action_slow"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        sender = tracker.sender_id
        self.running[sender] = self.running.get(sender, 0) + 1
        self.most[sender] = max(self.most.get(sender, 0), self.running[sender])
        self.everybody = max(self.everybody, sum(self.running.values()))
        try:
            await self.gate.wait()
            await asyncio.sleep(0)
            self.order.append(str(tracker.latest_message["text"]))
            if tracker.latest_message["text"] == "breaks":
                raise RuntimeError
        finally:
            self.running[sender] -= 1
        return []


def call(sender: str, text: str) -> dict[str, Any]:
    tracker = {"sender_id": sender, "slots": {}, "latest_message": {"text": text}, "events": [], "paused": False,
               "followup_action": None, "active_loop": {}, "latest_action_name": None}  # fmt: skip
    return {"next_action": "action_slow", "sender_id": sender, "tracker": tracker, "domain": {}}


async def test_a_call_that_was_given_up_ends_before_its_repeat_begins() -> None:
    action = Slow()
    transport = httpx.ASGITransport(build_app([action]))
    async with httpx.AsyncClient(transport=transport, base_url="http://actions") as http:
        calls = [asyncio.create_task(http.post("/webhook", json=call("a", text))) for text in ("1", "breaks", "3")]
        calls.append(asyncio.create_task(http.post("/webhook", json=call("b", "other"))))
        async with asyncio.timeout(10):
            while sum(action.running.values()) < 2:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            action.gate.set()
            answers = await asyncio.gather(*calls)
    assert [answer.status_code for answer in answers] == [200, 500, 200, 200]
    assert action.most == {"a": 1, "b": 1} and action.everybody == 2
    assert [text for text in action.order if text != "other"] == ["1", "breaks", "3"]
