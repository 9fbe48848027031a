"""A form outlives the day's silence after which everything else starts afresh."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.domain import SessionConfig
from rasa.shared.core.events import SessionStarted, UserUttered

from nlu.memory.masking import IN_A_FORM
from nlu.memory.window import CUT_AT, KEPT_EVENTS
from nlu.serving.channel import GatewayOutput
from nlu.serving.turns import TurnAgent
from tests.nlu.conftest import FakeActions

pytestmark = pytest.mark.filterwarnings("default")

ASKED_AGAIN = [{"text": "Số thẻ đúng chưa ạ?"}]
DONE = [{"text": "Dạ thẻ đúng rồi ạ."}]


@pytest.fixture(params=[True, False], ids=["slots carried by stock", "slots dropped by stock"])
def agent(ours: TurnAgent, request: pytest.FixtureRequest) -> TurnAgent:
    assert ours.processor is not None
    ours.processor.domain.session_config = SessionConfig(1440, request.param)
    return ours


async def say(agent: TurnAgent, text: str, message_id: str | None = None, payload: bool = False) -> Any:
    message = UserMessage(text, GatewayOutput(), "web:1", message_id=message_id, metadata={"typed": not payload})
    return await agent.handle_message(message)


def silence(agent: TurnAgent, minutes: int = 3 * 1440) -> None:
    """All that was said lies further back, and the process has been started anew since."""
    store = agent.tracker_store
    store._cache.clear()
    store._database.execute(
        "UPDATE events SET data = json_set(data, '$.timestamp', json_extract(data, '$.timestamp') - ?)", (minutes * 60,)
    )
    for sender, kept in store._database.execute("SELECT sender_id, kept FROM conversations").fetchall():
        older = [{**event, "timestamp": event["timestamp"] - minutes * 60} for event in json.loads(kept)]
        store._database.execute("UPDATE conversations SET kept = ? WHERE sender_id = ?", (json.dumps(older), sender))


async def half_way(agent: TurnAgent) -> None:
    await say(agent, "quét thẻ")
    assert await say(agent, "số 0123456789") == ASKED_AGAIN


async def test_a_value_typed_days_later_goes_into_the_form(agent: TurnAgent, actions: FakeActions) -> None:
    await half_way(agent)
    silence(agent)
    assert await say(agent, "048199012345", "late") == DONE
    seen = actions.asked[-1]["tracker"]
    assert seen["active_loop"]["name"] == "card_form"
    assert seen["slots"]["requested_slot"] == "card_checked" and seen["slots"]["card_read"] is True
    assert seen["latest_message"]["text"] == "048199012345"
    tracker = await agent.tracker_store.retrieve("web:1")
    assert [e.text for e in tracker.events if isinstance(e, UserUttered)] == [IN_A_FORM]
    assert sum(isinstance(e, SessionStarted) for e in tracker.events) == 1
    assert await say(agent, "048199012345", "late") == DONE, "the same message again"


async def test_through_one_silence_after_another(agent: TurnAgent) -> None:
    await half_way(agent)
    for _ in range(3):
        silence(agent)
        assert await say(agent, "mấy giờ") == [{"custom": {"answer": "ask_hours"}}, *ASKED_AGAIN]
    silence(agent)
    await say(agent, "sai 123")
    silence(agent)
    assert await say(agent, "1") == DONE
    silence(agent)
    assert await say(agent, "mấy giờ") == [{"custom": {"answer": "ask_hours"}}]


async def test_after_more_side_questions_than_are_kept(agent: TurnAgent) -> None:
    await half_way(agent)
    for _ in range(3):
        for _ in range(KEPT_EVENTS):
            await say(agent, "mấy giờ")
        silence(agent)
    assert await say(agent, "1") == DONE
    await say(agent, "cảm ơn")
    for _ in range(CUT_AT):
        await say(agent, "mấy giờ")
    tracker = await agent.tracker_store.retrieve("web:1")
    assert tracker.get_slot("card_checked") is True and tracker.active_loop_name is None


async def test_a_button_pressed_days_later_too(agent: TurnAgent) -> None:
    await half_way(agent)
    silence(agent)
    assert await say(agent, '/inform{"choice": "1"}', payload=True) == DONE


async def test_rules_after_a_rejection_still_hold(agent: TurnAgent) -> None:
    await half_way(agent)
    silence(agent)
    assert await say(agent, "không phải") == [{"text": "Dạ anh/chị nói rõ hơn giúp em ạ."}]
    assert await say(agent, "dừng lại") == [{"text": "Dạ em để thẻ lại đó ạ."}]
    silence(agent)
    await say(agent, "1")
    tracker = await agent.tracker_store.retrieve("web:1")
    assert tracker.active_loop_name is None and tracker.get_slot("requested_slot") is None


async def test_within_the_day_nothing_changes(agent: TurnAgent) -> None:
    await half_way(agent)
    silence(agent, 1400)
    assert await say(agent, "1") == DONE
    tracker = await agent.tracker_store.retrieve("web:1")
    assert len([e for e in tracker.events if isinstance(e, UserUttered)]) == 3


async def test_a_form_that_the_assistant_no_longer_has_is_left(
    agent: TurnAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    await half_way(agent)
    silence(agent)
    monkeypatch.setattr(agent.processor.domain, "form_names", ["registration_form"])
    assert await say(agent, "mấy giờ") == [{"custom": {"answer": "ask_hours"}}]
