"""The life of a message: nothing accepted is lost, nothing is handled twice, order is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from bot.channels.base import Undeliverable
from helpdesk.conversations.model import ChannelIdentity, IncomingMessage, MessageKind, OutboxEntry, Reply
from helpdesk.errors import Unavailable
from helpdesk.settings import Settings
from helpdesk.staff.agents import Agent
from tests.stage.stack import Chat, Stack, StandInRasa, running, serving


def text_message(text: str, number: int = 1, sender: str = "5", channel: str = "telegram") -> IncomingMessage:
    return IncomingMessage(ChannelIdentity(channel, sender), f"{sender}:{number}", MessageKind.TEXT, text=text)


async def test_answers_in_order_even_when_sent_at_once(chat: Chat, rasa: StandInRasa) -> None:
    async def uneven(request: dict[str, Any]) -> Response:
        # The first answers come slowest: order must not depend on who is done first.
        await asyncio.sleep(0.1 if request["message"] in ("câu 0", "câu 1") else 0)
        return await rasa.echo(request)

    rasa.behave = uneven
    for number in range(6):
        assert (await chat.send(text=f"câu {number}")).status_code == 202
    answers = await chat.until(6)
    assert [answer["text"] for answer in answers] == [f"nghe: câu {number}" for number in range(6)]


async def test_a_repeat_is_acknowledged_and_dropped(chat: Chat, rasa: StandInRasa) -> None:
    body = {"id": "same", "text": "xin chào"}
    first = await chat.http.post(chat.url, json=body, headers=chat.headers)
    again = await chat.http.post(chat.url, json=body, headers=chat.headers)
    await chat.until(1)
    assert first.json() == {"id": "same", "duplicate": False}
    assert again.json() == {"id": "same", "duplicate": True}
    await asyncio.sleep(0.1)
    assert len(rasa.asked) == 1


async def test_conversations_do_not_wait_for_each_other(client: httpx.AsyncClient, rasa: StandInRasa) -> None:
    held = asyncio.Event()

    async def hold_the_first(request: dict[str, Any]) -> Response:
        if request["message"] == "giữ":
            await held.wait()
        return await rasa.echo(request)

    rasa.behave = hold_the_first
    slow, quick = await Chat.open(client), await Chat.open(client)
    await slow.send(text="giữ")
    await quick.send(text="nhanh")
    await quick.until(1)
    held.set()
    await slow.until(1)


async def test_an_outage_is_told_once_and_made_up_for(settings: Settings) -> None:
    stand_in = StandInRasa()
    async with serving(stand_in.app()) as port:
        pass  # now the port is known, and nobody listens on it
    tuned = replace(settings, rasa_port=port, late_notice_after=0.3)
    async with running(tuned) as stack:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(stack.web), base_url="http://test") as http:
            chat = await Chat.open(http)
            await chat.send(text="một")
            await chat.send(text="hai")
            notices = await chat.until(1, author="system")
            assert "trả lời" in notices[0]["text"]
            async with serving(stand_in.app(), port):
                answers = await chat.until(2)
                assert [answer["text"] for answer in answers] == ["nghe: một", "nghe: hai"]
            assert len([m for m in await chat.history() if m["author"] == "system"]) == 1


async def test_an_answer_owed_is_given_after_a_restart(settings: Settings, rasa: StandInRasa) -> None:
    dead = replace(settings, rasa_port=1, late_notice_after=60.0)
    async with running(dead) as stack:
        await stack.gateway.receive(text_message("còn nợ", channel="web", sender="abc"))
        await asyncio.sleep(0.1)
    alive = replace(settings, rasa_port=rasa.port)  # type: ignore[attr-defined]
    async with running(alive) as stack:
        for _ in range(200):
            history = await stack.services.conversations.history("abc", 0)
            if len(history) == 2:
                break
            await asyncio.sleep(0.02)
        assert [message.text for message in history] == ["còn nợ", "nghe: còn nợ"]
        assert await stack.store.next_unhandled("abc") is None


async def test_a_turn_that_always_breaks_ends_in_an_apology(chat: Chat, rasa: StandInRasa) -> None:
    async def broken(_request: dict[str, Any]) -> Response:
        return JSONResponse({"error": "x"}, status_code=500)

    rasa.behave = broken
    await chat.send(text="câu độc")
    answers = await chat.until(1)
    assert "1900 9068" in answers[0]["text"]
    rasa.behave = rasa.echo
    await chat.send(text="câu lành")
    assert (await chat.until(2))[1]["text"] == "nghe: câu lành"


async def test_an_empty_answer_is_a_failure_unless_silence_is_meant(chat: Chat, rasa: StandInRasa) -> None:
    replies: list[dict[str, Any]] = [{"replies": [], "silent": True}]

    async def silent(_request: dict[str, Any]) -> Response:
        return JSONResponse(replies[0])

    rasa.behave = silent
    await chat.send(text="suỵt")
    await asyncio.sleep(0.3)
    assert len(await chat.history()) == 1
    replies[0] = {"replies": []}
    await chat.send(text="gì cũng được")
    assert "1900 9068" in (await chat.until(1))[0]["text"]


@pytest.mark.parametrize(
    ("typed", "reaches_rasa_as"),
    [
        ("/restart", {"message": "/restart"}),
        ('/inform{"otp":"1"}', {"message": '/inform{"otp":"1"}'}),
        ('/approve{"id":1}', {"message": '/approve{"id":1}'}),
        ("/huy", {"payload": "/cancel"}),
        ("/NhanVien", {"payload": "/talk_to_human"}),
    ],
)
async def test_what_is_typed_is_never_a_command(
    chat: Chat, rasa: StandInRasa, typed: str, reaches_rasa_as: dict[str, str]
) -> None:
    await chat.send(text=typed)
    await chat.until(1)
    assert {k: v for k, v in rasa.asked[0].items() if k in ("message", "payload")} == reaches_rasa_as


async def test_only_buttons_of_this_conversation_count(chat: Chat, rasa: StandInRasa) -> None:
    async def with_button(_request: dict[str, Any]) -> Response:
        return JSONResponse(
            {"replies": [{"text": "chọn", "buttons": [{"title": "Ca 7", "payload": '/open{"case":7}'}]}]}
        )

    other = await Chat.open(chat.http)
    rasa.behave = with_button
    await chat.send(text="cho nút")
    await chat.until(1)
    await other.send(payload='/open{"case":7}')
    refused = (await other.until(1))[0]
    assert refused["text"] and len(rasa.asked) == 1
    await chat.send(payload='/open{"case":7}')
    await chat.until(2)
    assert rasa.asked[1]["payload"] == '/open{"case":7}'
    # The citizen's side of the history shows what stood on the button.
    assert [m["text"] for m in await chat.history() if m["author"] == "contact"] == ["cho nút", "Ca 7"]


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ({"text": "x" * 2001}, "too_long"),
        ({"text": "🤔🤔"}, "emoji_only"),
        ({"text": "???"}, "empty"),
        ({"payload": "/approve"}, "stale_button"),
        ({"payload": "answer:reg_filed"}, "stale_button"),
        ({"payload": "more:errand_deleted"}, "stale_button"),
        ({"payload": "helped:register_account:yes"}, "stale_button"),
        ({"payload": "helped:nothing:yes"}, "stale_button"),
        ({"payload": "answer:welcome"}, "welcome"),
    ],
)
async def test_what_has_an_answer_of_its_own(
    chat: Chat, stack: Stack, rasa: StandInRasa, sent: dict[str, str], answer: str
) -> None:
    assert (await chat.send(**sent)).status_code == 202
    assert (await chat.until(1))[0]["text"] == stack.services.guide.render(answer).text
    assert not rasa.asked


async def test_feedback_is_kept_once_per_answer(chat: Chat, stack: Stack, rasa: StandInRasa) -> None:
    async def answer(_request: dict[str, Any]) -> Response:
        return JSONResponse({"replies": [{"custom": {"answer": "ask_install_app"}}]})

    rasa.behave = answer
    await chat.send(text="tải app")
    [said] = await chat.until(1)
    assert {"title": "👎 Chưa được", "payload": "helped:ask_install_app:no"} in said["buttons"]
    await chat.send(payload="helped:ask_install_app:yes")
    await chat.send(payload="helped:ask_install_app:no")
    answers = await chat.until(3)
    assert [a["text"] for a in answers[1:]] == [
        stack.services.guide.render("feedback_yes").text,
        stack.services.guide.render("feedback_no").text,
    ]
    [unhelpful] = await stack.services.attention.answers(9)
    assert unhelpful.answer == "ask_install_app"
    assert await stack.services.attention.questions([unhelpful], Agent("1", "Lan")) == ["tải app"]
    await stack.services.attention.see_answer(chat.id, "ask_install_app", Agent("1", "Lan"))
    assert await stack.services.attention.answers(9) == []
    # Who finds it unhelpful again puts it back.
    await chat.send(payload="helped:ask_install_app:no")
    await chat.until(4)
    assert [found.answer for found in await stack.services.attention.answers(9)] == ["ask_install_app"]


async def test_an_error_that_nobody_foresaw_ends_in_an_apology_too(
    chat: Chat, stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    async def bug(_entry: object) -> None:
        raise RuntimeError("bí mật của người dân")

    stack.gateway._replying._triage.replies = bug  # type: ignore[method-assign, assignment]
    await chat.send(text="a")
    assert "1900 9068" in (await chat.until(1))[0]["text"]
    assert "RuntimeError" in caplog.text and "bí mật" not in caplog.text


async def test_a_flood_is_slowed_with_one_notice_and_others_do_not_feel_it(tuned: Settings, rasa: StandInRasa) -> None:
    limited = replace(tuned, flood_burst=3, flood_limit=8, flood_pause=0.05)
    async with running(limited) as stack:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(stack.web), base_url="http://test") as http:
            flooder, other = await Chat.open(http), await Chat.open(http)
            sent = await asyncio.gather(*(flooder.send(text=f"tin {number}") for number in range(20)))
            accepted = [answer for answer in sent if answer.status_code == 202]
            refused = [answer for answer in sent if answer.status_code == 429]
            assert refused and int(refused[0].headers["retry-after"]) >= 1
            await other.send(text="bình thường")
            await other.until(1)
            answers = await flooder.until(len(accepted))
            assert len(answers) == len(accepted)
            assert len([m for m in await flooder.history() if m["author"] == "system"]) == 1


class Platform:
    """A push channel whose platform can be told to fail."""

    name = "telegram"

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.failures: list[Exception] = []

    async def deliver(self, entry: OutboxEntry, part_sent: Callable[[int], Awaitable[None]]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(entry.message.text)
        await part_sent(1)

    async def show_typing(self, identity: ChannelIdentity) -> None:
        return None


async def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.02)


async def answered(stack: Stack, conversation: str) -> None:
    async with asyncio.timeout(10):
        while await stack.store.backlog(conversation):
            await asyncio.sleep(0.02)


async def all_sent(stack: Stack) -> None:
    async with asyncio.timeout(10):
        while await stack.store.unsent_conversations(["telegram"]):
            await asyncio.sleep(0.02)


async def test_delivery_is_retried_in_order(tuned: Settings, rasa: StandInRasa) -> None:
    platform = Platform()
    platform.failures = [Unavailable("telegram", "mạng chậm", retry_after=0.05), Unavailable("telegram")]
    async with running(tuned, {"telegram": platform}) as stack:
        await stack.gateway.receive(text_message("a", 1))
        await stack.gateway.receive(text_message("b", 2))
        await wait_for(lambda: len(platform.sent) == 2)
    assert platform.sent == ["nghe: a", "nghe: b"]


async def test_what_cannot_be_delivered_is_given_up_and_visible(tuned: Settings, rasa: StandInRasa) -> None:
    platform = Platform()
    platform.failures = [Undeliverable("bị chặn")]
    async with running(tuned, {"telegram": platform}) as stack:
        await stack.gateway.receive(text_message("a", 1))
        await stack.gateway.receive(text_message("b", 2))
        await wait_for(lambda: platform.sent == ["nghe: b"])
        [given_up] = await stack.services.attention.replies(9)
        assert (given_up.channel, given_up.error, given_up.tries) == ("telegram", "bị chặn", 1)
        # An officer's word, and the sweep takes it up.
        await stack.services.attention.send_reply_again(given_up.message_id, Agent("1", "Lan"))
        await wait_for(lambda: platform.sent == ["nghe: b", "nghe: a"])
        assert await stack.services.attention.replies(9) == []


async def test_replies_unsent_at_a_kill_go_out_after_the_restart(tuned: Settings, rasa: StandInRasa) -> None:
    stuck = Platform()
    stuck.failures = [Unavailable("telegram", retry_after=60)]
    async with running(tuned, {"telegram": stuck}) as stack:
        await stack.gateway.receive(text_message("a", 1))
        await wait_for(lambda: not stuck.failures)
    working = Platform()
    async with running(tuned, {"telegram": working}):
        await wait_for(lambda: working.sent == ["nghe: a"])


async def test_what_was_answered_before_the_channel_is_there_goes_out_with_it(
    tuned: Settings, rasa: StandInRasa
) -> None:
    """Telegram hands over messages as soon as it is connected, a moment before the gateway is told of it."""
    platform = Platform()
    async with running(tuned) as stack:
        await stack.gateway.receive(text_message("a", 1))
        conversation = (await stack.store.open_conversation(ChannelIdentity("telegram", "5"))).id
        await answered(stack, conversation)
        await stack.gateway.start({"telegram": platform})
        await wait_for(lambda: platform.sent == ["nghe: a"])
        await stack.gateway.receive(text_message("b", 2))
        await wait_for(lambda: platform.sent == ["nghe: a", "nghe: b"])


async def test_a_channel_switched_off_finds_its_replies_when_it_is_on_again(tuned: Settings, rasa: StandInRasa) -> None:
    first = Platform()
    async with running(tuned, {"telegram": first}) as stack:
        await stack.gateway.receive(text_message("a", 1))
        await wait_for(lambda: first.sent == ["nghe: a"])
        # Noted as well: a stop in between would rightly send it again.
        await all_sent(stack)
        conversation = (await stack.store.open_conversation(ChannelIdentity("telegram", "5"))).id
    async with running(tuned) as stack:
        await stack.gateway.tell(conversation, Reply(text="Dạ hồ sơ đã được duyệt ạ."))
        await stack.gateway.sweep()
        assert await stack.store.unsent_conversations(["zalo"]) == []
    again = Platform()
    async with running(tuned, {"telegram": again}):
        await wait_for(lambda: again.sent == ["Dạ hồ sơ đã được duyệt ạ."])


async def test_a_page_s_replies_wait_in_no_outbox(chat: Chat, stack: Stack) -> None:
    await chat.send(text="a")
    await chat.until(1)
    assert (await stack.store.queue_sizes())["outbox"] == 0


async def test_a_choice_in_words_is_a_tap_on_the_last_answer_s_button(chat: Chat, rasa: StandInRasa) -> None:
    async def offer(_request: dict[str, Any]) -> Response:
        buttons = [{"title": "A", "payload": "/greet"}, {"title": "B", "payload": "/thank"}]
        return JSONResponse({"replies": [{"text": "Ý anh/chị là …?", "buttons": buttons}]})

    rasa.behave = offer
    await chat.send(text="gì đó")
    await chat.until(1)
    await chat.send(text="số 2")
    await chat.until(2)
    rasa.behave = rasa.echo
    await chat.send(text="b")
    await chat.until(3)
    await chat.send(text="số 2")
    await chat.until(4)
    asked = [{k: v for k, v in r.items() if k in ("message", "payload")} for r in rasa.asked]
    # The last one follows an answer without buttons: there it is just words.
    assert asked == [{"message": "gì đó"}, {"payload": "/thank"}, {"payload": "/thank"}, {"message": "số 2"}]


class SlowPlatform(Platform):
    """Takes its time with every part of a reply of three; what is broken off has arrived all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.answers = asyncio.Event()

    async def deliver(self, entry: OutboxEntry, part_sent: Callable[[int], Awaitable[None]]) -> None:
        for part in range(entry.parts_sent + 1, 4):
            self.sent.append(f"{entry.message.text} {part}")
            self.begun.set()
            await self.answers.wait()
            await part_sent(part)


async def test_a_stop_waits_for_what_is_with_the_platform(tuned: Settings, rasa: StandInRasa) -> None:
    slow = SlowPlatform()
    async with running(tuned, {"telegram": slow}) as stack:
        await stack.gateway.receive(text_message("a", 1))
        await asyncio.wait_for(slow.begun.wait(), 30)
        stopping = asyncio.create_task(stack.gateway.stop())
        await asyncio.sleep(0.05)
        slow.answers.set()
        await stopping
    # The part under way and no other; the next run goes on behind it.
    assert slow.sent == ["nghe: a 1"]
    async with running(tuned, {"telegram": slow}) as stack:
        await wait_for(lambda: len(slow.sent) == 3)
        await all_sent(stack)
    assert slow.sent == ["nghe: a 1", "nghe: a 2", "nghe: a 3"]


async def test_a_full_disk_never_sends_a_reply_twice(tuned: Settings, rasa: StandInRasa) -> None:
    platform = Platform()
    async with running(tuned, {"telegram": platform}) as stack:
        writer = stack.services.database._writer
        send = platform.deliver

        async def send_then_fill_the_disk(entry: OutboxEntry, part_sent: Callable[[int], Awaitable[None]]) -> None:
            await writer.execute("PRAGMA query_only = ON")
            await send(entry, part_sent)

        platform.deliver = send_then_fill_the_disk  # type: ignore[method-assign]
        stack.gateway._delivering._senders._error_pause = 0.05
        await stack.gateway.receive(text_message("a", 1))
        await wait_for(lambda: bool(platform.sent))
        await asyncio.sleep(0.5)
        await writer.execute("PRAGMA query_only = OFF")
        platform.deliver = send  # type: ignore[method-assign]
        await stack.gateway.receive(text_message("b", 2))
        await wait_for(lambda: "nghe: b" in platform.sent)
    assert platform.sent == ["nghe: a", "nghe: b"]


async def test_a_platform_that_cannot_wait_is_always_accepted(tuned: Settings, rasa: StandInRasa) -> None:
    limited = replace(tuned, flood_burst=1, flood_limit=2, flood_pause=0.01)
    async with running(limited, {"telegram": Platform()}) as stack:
        for number in range(10):
            await stack.gateway.receive(text_message("x", number), must_accept=True)
        await wait_for(lambda: len(rasa.asked) == 10)
