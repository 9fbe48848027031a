"""The webhook: who may call it, what is answered, and that what was not kept is repeated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from bot.channels.telegram.channel import WEBHOOK_LIMIT, WEBHOOK_PATH, TelegramChannel
from helpdesk.conversations.model import (
    IncomingMessage,
    MessageKind,
)
from helpdesk.errors import Unavailable
from helpdesk.settings import Settings
from tests.stage.telegram_front import TelegramFront, message
from tests.stage.telegram_parts import AN, RecordingInbox, body, signed, until


async def test_telegram_itself_calls_the_webhook(
    hooked: Settings, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    channels: list[TelegramChannel] = []

    async def endpoint(request: web.Request) -> web.Response:
        return web.Response(status=await channels[0].handle_webhook(request.headers, await request.read()))

    app = web.Application()
    app.router.add_post(WEBHOOK_PATH, endpoint)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with TelegramChannel.open(replace(hooked, telegram_webhook_url=url), inbox) as channel:
            channels.append(channel)
            await telegram.write("qua webhook")
            assert (await inbox.one()).text == "qua webhook"
            assert not telegram.called("getUpdates")
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({}, body(), 403),
        (signed("wrong"), body(), 403),
        (signed("bí-mật"), body(), 403),
        (signed(), b"{not json", 400),
        (signed(), b"\xff\xfe\x00", 400),
        (signed(), b"[]", 400),
        (signed(), b'{"message": {}}', 400),
        (signed(), b'{"update_id": "1"}', 400),
        (signed(), b"[" * 100_000, 400),
        (signed(), b" " * (WEBHOOK_LIMIT + 1), 413),
        (signed(), body(message="no message"), 200),
        (signed(), body(), 200),
    ],
)
async def test_what_the_webhook_answers(
    webhook: TelegramChannel, inbox: RecordingInbox, headers: dict[str, str], content: bytes, status: int
) -> None:
    assert await webhook.handle_webhook(headers, content) == status
    assert len(inbox.kept) == (content == body() and status == 200)


async def test_polling_has_no_webhook(channel: TelegramChannel) -> None:
    assert await channel.handle_webhook(signed(""), body()) == 404


async def test_the_webhook_makes_telegram_repeat_what_was_not_kept(
    webhook: TelegramChannel, inbox: RecordingInbox
) -> None:
    inbox.failures.extend([Unavailable("store"), RuntimeError("bug")])
    statuses = [await webhook.handle_webhook(signed(), body()) for _ in range(4)]
    assert statuses == [503, 500, 200, 200]
    assert [received.text for received in inbox.kept] == ["chào"]


async def test_an_edit_is_no_new_message_and_is_answered_once(webhook: TelegramChannel, inbox: RecordingInbox) -> None:
    for number in (1, 2):
        edited = body(number, edited_message=message(f"sửa {number}", number=8, edit_date=1760000001))
        assert await webhook.handle_webhook(signed(), edited) == 200
    assert inbox.kept == [IncomingMessage(AN, "edited:5:8", MessageKind.BUTTON, payload="answer:edited")]


async def test_a_live_location_moving_is_no_edit(webhook: TelegramChannel, inbox: RecordingInbox) -> None:
    moved = message(number=8, location={"latitude": 16.0, "longitude": 108.0}, edit_date=1760000001)
    assert await webhook.handle_webhook(signed(), body(edited_message=moved)) == 200
    assert inbox.kept == []


def _membership(kind: str, old: str, new: str) -> dict[str, Any]:
    bot = {"id": 7, "is_bot": True, "first_name": "Bot"}
    chat = {"id": 5 if kind == "private" else -9, "type": kind}
    sender = {"id": 5, "is_bot": False, "first_name": "An"}
    until_date = {"until_date": 0}
    return {
        "chat": chat, "from": sender, "date": 1760000000,
        "old_chat_member": {"user": bot, "status": old, **(until_date if old == "kicked" else {})},
        "new_chat_member": {"user": bot, "status": new, **(until_date if new == "kicked" else {})},
    }  # fmt: skip


async def test_added_to_a_group_the_bot_says_one_line(
    webhook: TelegramChannel, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    for change in (_membership("group", "left", "member"), _membership("private", "member", "kicked")):
        assert await webhook.handle_webhook(signed(), body(my_chat_member=change)) == 200
    await until(lambda: telegram.texts)
    assert [fields["chat_id"] for fields in telegram.called("sendMessage")] == ["-9"]
    assert "riêng" in telegram.texts[0]
    assert inbox.kept == []
