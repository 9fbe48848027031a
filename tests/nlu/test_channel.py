"""The gateway's channel on the toy assistant: replies, visible failures, retries, and text that is never a command."""

from __future__ import annotations

import asyncio
import logging
import socket
import sqlite3
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic
from yarl import URL

from nlu.serving.channel import GatewayInput, GatewayOutput
from nlu.serving.turns import TurnAgent, TurnFailed
from tests.nlu.conftest import FakeActions

pytestmark = [
    pytest.mark.filterwarnings("default"),  # Rasa and Sanic about themselves, at each model and server
]


class Gateway:
    """What the bot does: post and look at the answer."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url, self._number = session, url, 0

    async def post(self, **body: Any) -> tuple[int, dict[str, Any]]:
        self._number += 1
        body = {"sender": "web:1", "message_id": f"own-{self._number}", **body}
        async with self._session.post(f"{self._url}/webhook", json=body) as answer:
            return answer.status, await answer.json()

    async def say(self, text: str, **more: Any) -> list[dict[str, Any]]:
        status, answer = await self.post(message=text, **more)
        assert status == 200, answer
        return answer["replies"]

    async def raw(self, data: bytes) -> tuple[int, dict[str, Any]]:
        async with self._session.post(f"{self._url}/webhook", data=data) as answer:
            return answer.status, await answer.json()

    async def forget(self, sender: str) -> Any:
        # As the bot writes it: "web%3A1".
        url = URL(f"{self._url}/conversations/{quote(sender, safe='')}", encoded=True)
        async with self._session.delete(url) as answer:
            return await answer.json()


@pytest.fixture
async def gateway(ours: TurnAgent) -> AsyncIterator[Gateway]:
    Sanic.test_mode = True
    app = Sanic(f"toy_{id(ours)}", configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.agent = ours
    register([GatewayInput()], app, route="/webhooks/")
    # A socket of our own: Sanic takes port 0 for "none given" and listens on 8000.
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
    assert server is not None
    await server.startup()
    async with aiohttp.ClientSession() as session:
        yield Gateway(session, f"http://127.0.0.1:{port}/webhooks/gateway")
    server.close()
    await server.wait_closed()


async def stored(agent: TurnAgent, sender: str = "web:1") -> list[str]:
    tracker = await agent.tracker_store.retrieve_full_tracker(sender)
    return [e.text for e in tracker.events if e.type_name == "user"] if tracker else []


async def test_a_reply_comes_whole(gateway: Gateway) -> None:
    assert await gateway.say("chào") == [
        {"text": "Dạ chào None.\n\nEm giúp gì được ạ?", "buttons": [{"title": "Giờ làm việc", "payload": "/ask_hours"}]}
    ]
    assert await gateway.say("mấy giờ") == [{"custom": {"answer": "ask_hours"}}]
    assert await gateway.say("cảm ơn") == [{"text": "Dạ không có gì ạ.", "image": "https://example.invalid/a.png"}]


async def test_an_intended_silence_says_so(gateway: Gateway) -> None:
    assert await gateway.post(message="im lặng") == (200, {"replies": [], "silent": True})
    assert await gateway.post(message="gặp nhân viên") == (200, {"replies": [], "silent": True})
    assert await gateway.post(message="mấy giờ") == (200, {"replies": [], "silent": True})  # paused


async def test_a_repeated_message_gets_its_first_answer(
    gateway: Gateway, actions: FakeActions, ours: TurnAgent
) -> None:
    first = await gateway.say("đếm", message_id="a")
    assert first == [{"text": "1"}]
    assert await gateway.say("đếm", message_id="a") == first
    assert await gateway.say("đếm", message_id="b") == [{"text": "2"}]
    assert await gateway.say("đếm", message_id="a") == first
    assert len(actions.asked) == 2
    assert await stored(ours) == ["đếm", "đếm"]
    assert await gateway.say("đếm", message_id="a", sender="web:2") == [{"text": "1"}]  # another's id is no repeat


async def test_a_repeat_is_known_after_a_restart_of_the_talk_and_many_turns(gateway: Gateway, ours: TurnAgent) -> None:
    await gateway.post(payload="/restart", message_id="r")
    counted = await gateway.say("đếm", message_id="a")
    for _ in range(30):
        await gateway.say("mấy giờ")
    assert await gateway.say("đếm", message_id="a") == counted
    said = await stored(ours)
    assert await gateway.post(payload="/restart", message_id="r") == (200, {"replies": [], "silent": True})
    assert await stored(ours) == said


async def test_the_same_message_twice_at_once_runs_once(gateway: Gateway, actions: FakeActions) -> None:
    answers = await asyncio.gather(*(gateway.say("đếm", message_id="a") for _ in range(5)))
    assert answers == [[{"text": "1"}]] * 5 and len(actions.asked) == 1


async def test_a_broken_action_is_an_error_and_leaves_nothing(
    gateway: Gateway, actions: FakeActions, ours: TurnAgent
) -> None:
    await gateway.say("chào")
    status, answer = await gateway.post(message="nổ", message_id="x")
    assert (status, answer["error"]["code"]) == (500, "action_failed")
    assert await stored(ours) == ["chào"]
    actions.answers["action_boom"] = lambda _: (200, {"events": [], "responses": [{"text": "Dạ ổn rồi ạ."}]})
    assert await gateway.say("nổ", message_id="x") == [{"custom": {"answer": "ask_hours"}}, {"text": "Dạ ổn rồi ạ."}]
    assert await stored(ours) == ["chào", "nổ"]


@pytest.mark.parametrize(
    "answer",
    [
        {"events": {"not": "a list"}},
        {"events": [{"event": "no such event"}]},
        {"events": [{"event": "slot"}]},
        {"responses": ["not an object"]},
        [],
    ],
)
async def test_an_answer_of_another_shape_is_an_error_as_in_stock(
    gateway: Gateway, actions: FakeActions, answer: Any
) -> None:
    actions.answers["action_boom"] = lambda _: (200, answer)
    assert (await gateway.post(message="nổ"))[0] == 500


async def test_an_unknown_action_is_an_error(gateway: Gateway) -> None:
    assert (await gateway.post(message="bí ẩn"))[0] == 500


async def test_an_unreachable_action_server_is_worth_a_retry(
    gateway: Gateway, ours: TurnAgent, actions: FakeActions
) -> None:
    reachable = ours.action_endpoint.url
    ours.action_endpoint.url = "http://127.0.0.1:9/webhook"
    status, answer = await gateway.post(message="đếm", message_id="x")
    assert (status, answer["error"]["code"]) == (503, "actions_unavailable")
    assert await stored(ours) == []
    ours.action_endpoint.url = reachable
    assert await gateway.say("đếm", message_id="x") == [{"text": "1"}]


async def test_a_slow_action_server_is_given_up(
    gateway: Gateway, actions: FakeActions, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    monkeypatch.setattr("nlu.serving.action_server.TIME_LIMIT", 0.2)
    actions.answers["action_quiet"] = lambda _: (time.sleep(0.6), (200, {"events": []}))[1]
    status, answer = await gateway.post(message="im lặng")
    assert (status, answer["error"]["code"]) == (503, "actions_unavailable")


async def test_actions_without_an_end_are_an_error(gateway: Gateway, ours: TurnAgent) -> None:
    status, answer = await gateway.post(message="lặp")
    assert (status, answer["error"]["code"]) == (500, "action_limit")
    assert await stored(ours) == []


async def test_a_failure_in_parsing_shows(
    gateway: Gateway, ours: TurnAgent, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("không đọc được: số 079123456789")

    monkeypatch.setattr(ours.processor, "parse_message", broken)
    with caplog.at_level(logging.DEBUG):
        status, answer = await gateway.post(message="số của tôi là 079123456789")
    assert (status, answer["error"]["code"]) == (500, "turn_failed")
    assert "079123456789" not in str(answer) and "079123456789" not in caplog.text
    assert "ValueError" in caplog.text


async def test_a_full_disk_is_worth_a_retry(gateway: Gateway, ours: TurnAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(ours.tracker_store, "save", full)
        status, answer = await gateway.post(message="chào", message_id="x")
    assert (status, answer["error"]["code"]) == (503, "store_unavailable")
    assert len(await gateway.say("chào", message_id="x")) == 1


@pytest.mark.parametrize(
    "text", ["/restart", "/greet", " /thank", "//greet", '/inform{"name":"1"}', "/ / greet", "/mấy giờ", "／greet"]
)
async def test_typed_text_is_never_a_command(gateway: Gateway, ours: TurnAgent, text: str) -> None:
    await gateway.post(message=text, message_id="x")
    tracker = await ours.tracker_store.retrieve("web:1")
    said = next(e for e in tracker.events if e.type_name == "user")
    assert said.intent.get("name") == ("ask_hours" if "giờ" in text else None)
    assert not said.entities


async def test_typed_text_stays_text_even_with_its_slash(ours: TurnAgent) -> None:
    """A normaliser in the pipeline may put the slash back (full-width, zero-width); the mark still holds."""
    parsed = await ours.processor.parse_message(UserMessage("/greet", metadata={"typed": True}))
    assert parsed["intent"]["name"] is None
    parsed = await ours.processor.parse_message(UserMessage("/greet", metadata={"typed": False}))
    assert parsed["intent"]["name"] == "greet"


async def test_a_payload_is_a_command(gateway: Gateway) -> None:
    status, answer = await gateway.post(payload='/inform{"name": "An"}')
    assert status == 200 and answer["replies"][0]["text"].startswith("Dạ chào An.")
    assert (await gateway.post(payload="/ask_hours"))[1]["replies"] == [{"custom": {"answer": "ask_hours"}}]


@pytest.mark.parametrize(
    "body",
    [
        {"message": "a", "payload": "/greet"},
        {},
        {"payload": "greet"},
        {"payload": "/greet{"},
        {"payload": '/greet{"a": }'},
        {"payload": "/greet@0.1"},
        {"payload": ""},
        {"payload": 1},
        {"message": 1},
        {"message": None},
        {"message": "x" * 100_001},
        {"message": "a", "sender": ""},
        {"message": "a", "sender": 5},
        {"message": "a", "message_id": ""},
        {"message": "a", "message_id": "x" * 301},
        {"message": "a", "metadata": "x"},
    ],
)
async def test_a_request_of_the_wrong_form_is_refused(gateway: Gateway, ours: TurnAgent, body: dict[str, Any]) -> None:
    status, answer = await gateway.post(**body)
    assert (status, answer["error"]["code"]) == (400, "invalid_request")
    assert list(await ours.tracker_store.keys()) == []


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"1" * 2000])
async def test_what_is_no_json_object_is_refused(gateway: Gateway, data: bytes) -> None:
    status, answer = await gateway.raw(data)
    assert (status, answer["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "🙏", "x" * 100_000, "\u202eabc", "\u200b/greet", "\ud83d"])
async def test_odd_text_gets_an_answer(gateway: Gateway, text: str) -> None:
    status, answer = await gateway.post(message=text)
    assert status == 200 and "replies" in answer


async def test_a_conversation_can_be_forgotten(gateway: Gateway, ours: TurnAgent) -> None:
    await gateway.say("chào")
    assert await gateway.forget("web:1") == {"deleted": True}
    assert await gateway.forget("web:1") == {"deleted": False}
    assert await stored(ours) == []


async def test_a_turn_that_is_cancelled_leaves_nothing(ours: TurnAgent, actions: FakeActions) -> None:
    import time

    actions.answers["action_quiet"] = lambda _: (time.sleep(0.5), (200, {"events": []}))[1]
    turn = asyncio.create_task(ours.handle_message(UserMessage("im lặng", GatewayOutput(), "web:1", message_id="x")))
    await asyncio.sleep(0.2)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert await stored(ours) == []
    assert await ours.handle_message(UserMessage("chào", GatewayOutput(), "web:1", message_id="y"))


async def test_an_expired_session_starts_anew_and_keeps_slots(ours: TurnAgent) -> None:
    await ours.handle_message(UserMessage('/inform{"name": "An"}', GatewayOutput(), "web:1"))
    tracker = await ours.tracker_store.retrieve("web:1")
    for event in tracker.events:
        event.timestamp -= 1441 * 60
    ours.tracker_store._cache.clear()
    ours.tracker_store._database.execute(
        "UPDATE events SET data = json_set(data, '$.timestamp', json_extract(data, '$.timestamp') - 1441 * 60)"
    )
    await ours.handle_message(UserMessage("chào", GatewayOutput(), "web:1"))
    tracker = await ours.tracker_store.retrieve("web:1")
    assert [e.text for e in tracker.events if e.type_name == "user"] == ["chào"]
    assert tracker.get_slot("name") == "An"
    assert len(await stored(ours)) == 2


async def test_the_rest_channel_fails_without_a_trace_too(ours: TurnAgent) -> None:
    with pytest.raises(TurnFailed):
        await ours.handle_message(UserMessage("nổ", None, "web:1"))
    assert await stored(ours) == []
