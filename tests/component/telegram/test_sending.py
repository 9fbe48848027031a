"""What goes out: parts, buttons, pictures, limits, and errors that tell whether trying again helps."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from actions.registration.questions import FIXABLE
from actions.said.said import payload
from bot.channels.base import Undeliverable
from bot.channels.telegram.channel import TelegramChannel
from helpdesk.conversations.model import (
    Button,
    ChannelIdentity,
)
from helpdesk.conversations.offers import offer_key
from helpdesk.errors import Unavailable
from helpdesk.settings import Settings
from tests.stage.telegram_front import Refusal, TelegramFront, keyboard
from tests.stage.telegram_parts import AN, Parts, RecordingInbox, picture, reply


async def test_a_reply_is_plain_text_with_its_buttons_below(channel: TelegramChannel, telegram: TelegramFront) -> None:
    buttons = [
        Button("Quên mật khẩu", "/forgot_password"),
        Button("Gặp nhân viên", "/talk_to_human"),
        Button("Tra cứu mã số BHXH của anh/chị", "/lookup_bhxh_code"),
        Button("Trang chủ", url="https://baohiemxahoi.gov.vn/"),
    ]
    parts = Parts()
    await channel.deliver(reply("<b>Chào</b> *anh/chị* https://vssid.vn", *buttons), parts.sent)
    sent = telegram.called("sendMessage")[0]
    assert sent["text"] == "<b>Chào</b> *anh/chị* https://vssid.vn"
    assert "parse_mode" not in sent and "link_preview_options" not in sent
    assert keyboard(sent) == [
        [{"text": "Quên mật khẩu", "callback_data": "/forgot_password"},
         {"text": "Gặp nhân viên", "callback_data": "/talk_to_human"}],
        [{"text": "Tra cứu mã số BHXH của anh/chị", "callback_data": "/lookup_bhxh_code"}],
        [{"text": "Trang chủ", "url": "https://baohiemxahoi.gov.vn/"}],
    ]  # fmt: skip
    assert parts == [1]


async def test_nine_choices_fit_on_a_narrow_phone(channel: TelegramChannel, telegram: TelegramFront) -> None:
    buttons = [Button(title, payload(choice)) for title, choice in FIXABLE]
    assert len(buttons) == 9
    await channel.deliver(reply("Dạ anh/chị muốn sửa mục nào ạ?", *buttons), Parts().sent)
    rows = keyboard(telegram.called("sendMessage")[0])
    assert [[button["text"] for button in row] for row in rows] == [
        ["Họ tên", "Ngày sinh"],
        ["Mã số BHXH", "Số CCCD/CMND"],
        ["Số điện thoại", "Địa chỉ"],
        ["Email", "Ảnh"],
        ["Cơ quan tiếp nhận"],
    ]
    assert [button["callback_data"] for row in rows for button in row] == [button.payload for button in buttons]


async def test_a_long_reply_goes_in_parts_and_goes_on_where_it_stopped(
    channel: TelegramChannel, telegram: TelegramFront
) -> None:
    entry = reply("\n".join(f"Câu số {n}. " + "chữ " * 200 for n in range(12)), Button("Xong", "/affirm"))
    parts = Parts()
    await channel.deliver(entry, parts.sent)
    assert parts == list(range(1, len(telegram.texts) + 1)) and len(parts) >= 3
    assert ["reply_markup" in fields for fields in telegram.called("sendMessage")] == [
        *[False] * (len(parts) - 1),
        True,
    ]
    whole = telegram.texts.copy()
    telegram.calls.clear()
    later = Parts()
    await channel.deliver(replace(entry, parts_sent=2), later.sent)
    assert telegram.texts == whole[2:]
    assert later == parts[2:]


async def test_a_picture_comes_before_the_text_and_a_missing_one_is_left_out(
    polling: Settings, telegram: TelegramFront, inbox: RecordingInbox, tmp_path: Any
) -> None:
    pictures = tmp_path / "guide" / "pictures"
    pictures.mkdir(parents=True)
    (pictures / "step1.png").write_bytes(picture(file_format="PNG"))
    (pictures.parent / "secret.png").write_bytes(picture(file_format="PNG"))
    async with TelegramChannel.open(replace(polling, content_dir=tmp_path), inbox) as channel:
        parts = Parts()
        await channel.deliver(reply("Bước 1", pictures=("step1.png", "gone.png", "../secret.png")), parts.sent)
    assert [name for name, _ in telegram.calls if name.startswith("send")] == ["sendPhoto", "sendMessage"]
    assert parts == [1, 2, 3, 4]


@pytest.mark.parametrize("timedelta", ["true", "false"])
@pytest.mark.filterwarnings("ignore:.*PTB_TIMEDELTA")
async def test_telegrams_request_to_wait_is_passed_on(
    channel: TelegramChannel, telegram: TelegramFront, monkeypatch: pytest.MonkeyPatch, timedelta: str
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", timedelta)
    telegram.refuse("sendMessage", Refusal(429, "Too Many Requests: retry after 3", {"retry_after": 3}))
    parts = Parts()
    with pytest.raises(Unavailable) as caught:
        await channel.deliver(reply(), parts.sent)
    assert (caught.value.service, caught.value.retry_after, parts) == ("telegram", 3.0, [])
    await channel.deliver(reply(), parts.sent)
    assert parts == [1]


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (Refusal(403, "Forbidden: bot was blocked by the user"), Undeliverable),
        (Refusal(400, "Bad Request: chat not found"), Undeliverable),
        (Refusal(502, "Bad Gateway"), Unavailable),
        (Refusal(500, "Internal Server Error"), Unavailable),
        (Refusal(401, "Unauthorized"), Unavailable),
    ],
)
async def test_errors_say_whether_trying_again_helps(
    channel: TelegramChannel, telegram: TelegramFront, refusal: Refusal, error: type[Exception]
) -> None:
    telegram.refuse("sendMessage", refusal)
    parts = Parts()
    with pytest.raises(error):
        await channel.deliver(reply(), parts.sent)
    assert parts == []


async def test_a_payload_of_a_byte_too_many_goes_as_its_key(channel: TelegramChannel, telegram: TelegramFront) -> None:
    longest, longer = "/" + "x" * 63, "/" + "x" * 64
    await channel.deliver(reply("chọn", Button("Vừa", longest), Button("Dài", longer)), Parts().sent)
    ((fits, key),) = keyboard(telegram.called("sendMessage")[0])
    assert (fits["callback_data"], key["callback_data"]) == (longest, offer_key(longer))


async def test_a_chat_gets_three_at_once_then_one_a_second(channel: TelegramChannel, telegram: TelegramFront) -> None:
    loop = asyncio.get_running_loop()
    start, moments = loop.time(), []
    for _ in range(4):
        await channel.deliver(reply(), Parts().sent)
        moments.append(loop.time() - start)
    assert moments[2] < 0.9 <= moments[3] < 3
    before = loop.time()
    await channel.deliver(replace(reply(), identity=ChannelIdentity("telegram", "6")), Parts().sent)
    assert loop.time() - before < 0.9


async def test_typing_is_shown_once_in_a_while_and_never_raises(
    channel: TelegramChannel, telegram: TelegramFront
) -> None:
    for _ in range(3):
        await channel.show_typing(AN)
    assert [fields["action"] for fields in telegram.called("sendChatAction")] == ["typing"]
    telegram.refuse("sendChatAction", Refusal(403, "Forbidden: bot was blocked by the user"))
    await channel.show_typing(ChannelIdentity("telegram", "6"))
    await channel.show_typing(ChannelIdentity("telegram", "not a number"))
    assert len(telegram.called("sendChatAction")) == 2
