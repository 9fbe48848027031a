"""Polling: nothing is lost, whatever fails; and how the channel starts."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from starlette.responses import Response

from bot.channels.telegram.channel import TelegramChannel
from helpdesk.conversations.model import (
    IncomingMessage,
)
from helpdesk.errors import InvalidInput, SettingsError, Unavailable
from helpdesk.settings import Settings
from tests.stage.stack import StandInRasa, running
from tests.stage.telegram_front import TOKEN, Refusal, TelegramFront, message
from tests.stage.telegram_parts import SECRET, Parts, RecordingInbox, body, reply, signed, until


async def test_what_came_before_the_start_is_received_in_order(
    polling: Settings, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    for number in range(1, 21):
        await telegram.write(f"tin {number}", sender=5 + number % 2, number=number)
    async with TelegramChannel.open(polling, inbox):
        await inbox.until(20)
    for chat in ("5", "6"):
        numbers = [int(m.text.split()[1]) for m in inbox.kept if m.identity.external_id == chat]
        assert numbers == sorted(numbers) and len(numbers) == 10


async def test_an_update_is_acknowledged_only_once_it_is_stored(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    inbox.always = Unavailable("store")
    number = await telegram.write("đừng mất")
    await until(lambda: inbox.offered >= 2)
    await until(lambda: len(telegram.called("getUpdates")) >= 3)
    assert all(int(poll.get("offset", 0)) <= number for poll in telegram.called("getUpdates"))
    inbox.always = None
    assert (await inbox.one()).text == "đừng mất"
    await until(lambda: int(telegram.called("getUpdates")[-1].get("offset", 0)) == number + 1)
    assert len(inbox.kept) == 1


async def test_a_stop_before_the_store_has_it_loses_nothing(
    polling: Settings, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    inbox.always = Unavailable("store")
    async with TelegramChannel.open(polling, inbox):
        await telegram.write("một", number=1)
        await telegram.write("hai", number=2)
        await until(lambda: inbox.offered >= 1)
    second = RecordingInbox()
    async with TelegramChannel.open(polling, second):
        assert [received.text for received in await second.until(2)] == ["một", "hai"]


async def test_a_store_that_comes_back_gets_the_messages_in_order(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    inbox.failures.extend([Unavailable("store", retry_after=0.2), Unavailable("store", retry_after=0.2)])
    for number in (1, 2, 3):
        await telegram.write(f"tin {number}", number=number)
    assert [received.text for received in await inbox.until(3)] == ["tin 1", "tin 2", "tin 3"]
    assert telegram.texts == []


async def test_a_refused_message_is_explained(channel: Any, telegram: TelegramFront, inbox: RecordingInbox) -> None:
    inbox.failures.append(InvalidInput("empty", "Tin nhắn đang trống ạ."))
    await telegram.write("\u200b", number=1)
    await telegram.write("tiếp", number=2)
    assert (await inbox.one()).text == "tiếp"
    await until(lambda: telegram.texts)
    assert telegram.texts == ["Tin nhắn đang trống ạ."]


async def test_a_bug_in_the_inbox_neither_stops_the_others_nor_stays_silent(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(received: IncomingMessage) -> None:
        if received.text == "bí mật":
            raise KeyError(received.text)

    inbox.before = stumble
    await telegram.write("bí mật", number=1)
    await telegram.write("sau", number=2)
    await telegram.write("khác", sender=6, number=1)
    kept = await inbox.until(1)
    assert kept[0].text == "khác"
    await until(lambda: len(inbox.kept) == 2, seconds=20)
    await until(lambda: any("chưa nhận được" in text for text in telegram.texts))
    assert "KeyError" in caplog.text and "bí mật" not in caplog.text


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(429, "Too Many Requests: retry after 1", {"retry_after": 1}),
        Refusal(409, "Conflict: terminated by other getUpdates request"),
        Refusal(502, "Bad Gateway"),
    ],
)
async def test_polling_goes_on_after_a_refusal(
    polling: Settings, telegram: TelegramFront, inbox: RecordingInbox, refusal: Refusal
) -> None:
    telegram.refuse("getUpdates", refusal)
    await telegram.write("vẫn tới")
    async with TelegramChannel.open(polling, inbox):
        assert (await inbox.one()).text == "vẫn tới"


# Starting


async def test_a_refused_token_stops_the_start_and_stays_secret(
    polling: Settings, inbox: RecordingInbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = replace(polling, telegram_token="999:wrong-token-value")
    with pytest.raises(SettingsError, match="VSSID_TELEGRAM_TOKEN") as caught:
        async with TelegramChannel.open(wrong, inbox):
            pass
    assert "wrong-token-value" not in caplog.text + str(caught.value)
    assert caught.value.__suppress_context__


async def test_telegram_out_of_reach_is_waited_for(
    polling: Settings, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    telegram.refuse("getMe", Refusal(502, "Bad Gateway", times=2))
    await telegram.write("chờ mãi")
    async with TelegramChannel.open(polling, inbox):
        assert (await inbox.one()).text == "chờ mãi"
    assert [c["command"] for c in json.loads(telegram.called("setMyCommands")[0]["commands"])] == [
        "start", "help", "huy", "nhanvien",
    ]  # fmt: skip
    assert all("drop_pending_updates" not in fields for _, fields in telegram.calls)


async def test_neither_texts_nor_the_token_are_logged(
    polling: Settings, telegram: TelegramFront, inbox: RecordingInbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with TelegramChannel.open(polling, inbox) as channel:
        await telegram.write("số thẻ GD4790000000001")
        await inbox.one()
        await channel.deliver(reply("câu trả lời riêng tư"), Parts().sent)
    assert telegram.texts == ["câu trả lời riêng tư"]
    for secret in ("GD4790000000001", "riêng tư", TOKEN):
        assert secret not in caplog.text


async def test_a_question_is_answered_through_the_whole_gateway(
    tuned: Settings, polling: Settings, telegram: TelegramFront
) -> None:
    connected = replace(tuned, telegram_token=polling.telegram_token, telegram_api_url=polling.telegram_api_url)
    async with (
        running(connected) as stack,
        TelegramChannel.open(connected, stack.gateway) as channel,
    ):
        await stack.gateway.start({channel.name: channel})
        await telegram.write("quên mật khẩu", number=1)
        await until(lambda: telegram.texts)
    assert telegram.texts == ["nghe: quên mật khẩu"]


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_flood_of_one_holds_up_nobody_else(
    tuned: Settings, hooked: Settings, rasa: StandInRasa, telegram: TelegramFront, mode: str
) -> None:
    async def slow_for_the_flood(request: dict[str, Any]) -> Response:
        if request["message"].startswith("dồn"):
            await asyncio.sleep(0.5)
        return await rasa.echo(request)

    rasa.behave = slow_for_the_flood
    # More than Telegram hands out ahead of what is acknowledged, and at a pace that would take minutes to answer.
    flood = 150
    connected = replace(
        tuned,
        telegram_token=hooked.telegram_token,
        telegram_api_url=hooked.telegram_api_url,
        telegram_mode=mode,
        telegram_webhook_url=hooked.telegram_webhook_url,
        telegram_webhook_secret=SECRET,
        flood_burst=2,
        flood_limit=5,
        flood_pause=2.0,
    )
    written = [message(f"dồn {number}", sender=6, number=number) for number in range(1, flood + 1)]
    written.append(message("quên mật khẩu", number=1))
    async with (
        running(connected) as stack,
        TelegramChannel.open(connected, stack.gateway) as channel,
    ):
        await stack.gateway.start({channel.name: channel})
        for number, sent in enumerate(written, 1):
            if mode == "polling":
                await telegram.update({"message": sent})
            else:
                assert await channel.handle_webhook(signed(), body(number, message=sent)) == 200
        await until(lambda: "nghe: quên mật khẩu" in telegram.texts)
        (flooding,) = await stack.store.unhandled_conversations()
        assert flooding.identity.external_id == "6"
        # Nothing of the flood is turned away, and nearly all of it still waits for its answer.
        async with asyncio.timeout(30):
            while await stack.store.backlog(flooding.id) <= flood - 20:
                await asyncio.sleep(0.1)
