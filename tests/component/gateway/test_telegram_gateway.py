"""Telegram and the gateway together, as a registration needs them: photos, contacts, choices, notices across a kill."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from starlette.responses import JSONResponse, Response

from actions.registration.questions import FIXABLE
from actions.said.said import payload
from bot import main
from bot.channels.telegram.channel import TelegramChannel
from helpdesk.conversations.model import Button, ChannelIdentity, Reply
from helpdesk.conversations.offers import offer_key
from helpdesk.services import open_services
from helpdesk.settings import Settings
from tests.stage.stack import Stack, StandInRasa, running
from tests.stage.telegram_front import TOKEN, Refusal, TelegramFront, emulator, front, keyboard, message

AN = ChannelIdentity("telegram", "5")


@pytest.fixture(scope="module")
def emulator_url() -> Iterator[str]:
    with emulator() as url:
        yield url


@pytest.fixture(autouse=True)
def alone_with_the_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    # Without it every RetryAfter warns, inside PTB, and warnings are errors here.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def telegram(emulator_url: str) -> AsyncIterator[TelegramFront]:
    async with front(emulator_url) as opened:
        yield opened


@pytest.fixture
def connected(tuned: Settings, telegram: TelegramFront) -> Settings:
    return replace(tuned, telegram_token=TOKEN, telegram_api_url=telegram.url, late_notice_after=60.0)


@asynccontextmanager
async def bot(settings: Settings) -> AsyncIterator[Stack]:
    """The bot on Telegram, as `bot.main` puts it together."""
    async with running(settings) as stack, TelegramChannel.open(settings, stack.gateway) as channel:
        await stack.gateway.start({channel.name: channel})
        yield stack


async def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it didn't happen"
        await asyncio.sleep(0.02)


def picture(width: int) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((width, 48), 60).save(buffer, "JPEG")
    return buffer.getvalue()


async def photo(telegram: TelegramFront, content: bytes) -> list[dict[str, Any]]:
    return [{"file_id": await telegram.upload(content), "file_unique_id": "u", "width": 64, "height": 48}]


async def test_each_photo_of_an_album_is_a_turn_with_its_own_photo(
    connected: Settings, telegram: TelegramFront, rasa: StandInRasa
) -> None:
    async def uneven(request: dict[str, Any]) -> Response:
        # The first is the slowest to look at: the answers must come in order all the same.
        await asyncio.sleep(0.3 if len(rasa.asked) == 1 else 0)
        return JSONResponse({"replies": [{"text": f"ảnh {len(rasa.asked)}"}]})

    rasa.behave = uneven
    contents = [picture(width) for width in (640, 320, 64)]
    async with bot(connected) as stack:
        for number, content in enumerate(contents, 1):
            await telegram.write(number=number, media_group_id="9", photo=await photo(telegram, content))
        await until(lambda: len(telegram.texts) == 3)
        conversation = (await stack.store.open_conversation(AN)).id
        seen = [asked["metadata"]["photo"] for asked in rasa.asked]
        kept = [(await stack.services.conversations.read_attachment(conversation, one))[1] for one in seen]
    assert telegram.texts == ["ảnh 1", "ảnh 2", "ảnh 3"]
    assert kept == contents
    assert [asked["payload"] for asked in rasa.asked] == ["/send_photo"] * 3


async def test_a_caption_goes_to_rasa_with_its_photo(
    connected: Settings, telegram: TelegramFront, rasa: StandInRasa
) -> None:
    async with bot(connected):
        await telegram.write(caption="số đt 0905123456", photo=await photo(telegram, picture(64)))
        await until(lambda: rasa.asked)
    assert rasa.asked[0]["message"] == "số đt 0905123456"
    assert rasa.asked[0]["metadata"]["photo"]


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        ({"mime_type": "application/pdf"}, "reg_photo_pdf"),
        ({"mime_type": "image/heic"}, "reg_photo_heic"),
        ({"mime_type": "image/jpeg", "file_size": 30_000_000}, "reg_photo_too_large"),
        ({"mime_type": "application/zip", "file_name": "a.zip"}, "file"),
    ],
)
async def test_a_file_is_told_what_is_wrong_with_it(
    connected: Settings, telegram: TelegramFront, rasa: StandInRasa, document: dict[str, Any], answer: str
) -> None:
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64
    sent = {"file_id": await telegram.upload(heic, "document"), "file_unique_id": "u", **document}
    async with bot(connected) as stack:
        await telegram.write(document=sent, caption="căn cước của tôi")
        await until(lambda: telegram.texts)
        assert telegram.texts == [stack.services.guide.render(answer).text]
    assert rasa.asked == []


async def test_a_password_below_a_file_is_hidden_and_warned_of(
    connected: Settings, telegram: TelegramFront, rasa: StandInRasa
) -> None:
    sent = {"file_id": "d", "file_unique_id": "u", "mime_type": "application/zip", "file_name": "a.zip"}
    async with bot(connected) as stack:
        await telegram.write(document=sent, caption="mật khẩu VssID của tôi là Hoasen@1952")
        await until(lambda: telegram.texts)
        conversation = (await stack.store.open_conversation(AN)).id
        history = await stack.services.conversations.history(conversation, 0)
        assert telegram.texts[0].startswith(stack.services.guide.render("secret_password").text)
    assert "Hoasen@1952" not in history[0].text and "•" in history[0].text


@pytest.mark.parametrize(("owner", "metadata"), [(5, {"phone": "+84905123456"}), (6, {}), (None, {})])
async def test_only_a_vouched_phone_number_reaches_the_form(
    connected: Settings, telegram: TelegramFront, rasa: StandInRasa, owner: int | None, metadata: dict[str, str]
) -> None:
    card: dict[str, Any] = {"phone_number": "+84905123456", "first_name": "An"}
    async with bot(connected):
        await telegram.write(contact=card if owner is None else card | {"user_id": owner})
        await until(lambda: rasa.asked)
    assert (rasa.asked[0]["payload"], rasa.asked[0].get("metadata") or {}) == ("/share_contact", metadata)


@pytest.mark.parametrize(
    ("typed", "choice"),
    [("1", "fix_full_name"), ("số 2", "fix_birth_date"), ("mục số 7 nha em", "fix_email"), ("8", "fix_photos"),
     ("số chín ạ", "fix_agency"), ("địa chỉ", "fix_address")],
)  # fmt: skip
async def test_a_typed_number_is_the_tap_it_stands_for(
    connected: Settings, telegram: TelegramFront, rasa: StandInRasa, typed: str, choice: str
) -> None:
    buttons = [{"title": title, "payload": payload(one)} for title, one in FIXABLE]

    async def nine(_request: dict[str, Any]) -> Response:
        return JSONResponse({"replies": [{"text": "Dạ sửa mục nào ạ?", "buttons": buttons}]})

    rasa.behave = nine
    async with bot(connected):
        await telegram.write("sửa", number=1)
        await until(lambda: telegram.texts)
        assert len(keyboard(telegram.called("sendMessage")[0])) == 5
        await telegram.write(typed, number=2)
        await until(lambda: len(rasa.asked) == 2)
    assert rasa.asked[1]["payload"] == payload(choice)


def tap(data: str, number: str = "77") -> dict[str, Any]:
    shown = message("Dạ", number=3)
    shown["from"] = {"id": 7, "is_bot": True, "first_name": "Bot"}
    sender = {"id": 5, "is_bot": False, "first_name": "An"}
    return {"callback_query": {"id": number, "from": sender, "chat_instance": "1", "data": data, "message": shown}}


async def test_a_payload_too_long_for_telegram_comes_back_whole(
    connected: Settings, telegram: TelegramFront, rasa: StandInRasa
) -> None:
    """Telegram counts 64 bytes, and a Vietnamese letter is up to three."""
    long = payload("xác nhận địa chỉ thường trú mới của người được đăng ký giúp")
    assert len(long) <= 80 < len(long.encode())

    async def offer(_request: dict[str, Any]) -> Response:
        return JSONResponse({"replies": [{"text": "Dạ chọn ạ", "buttons": [{"title": "Đúng rồi", "payload": long}]}]})

    rasa.behave = offer
    async with bot(connected) as stack:
        await telegram.write("đổi địa chỉ", number=1)
        await until(lambda: telegram.delivered)
        ((button,),) = keyboard(telegram.delivered[0])
        assert button["text"] == "Đúng rồi" and len(button["callback_data"].encode()) <= 64
        await telegram.update(tap(button["callback_data"]))
        await until(lambda: len(rasa.asked) == 2)
        conversation = (await stack.store.open_conversation(AN)).id
        said = (await stack.services.conversations.history(conversation, 2))[0]
        assert (said.text, said.payload) == ("Đúng rồi", long)
        # The key of something that nobody offered opens nothing.
        await telegram.update(tap(offer_key("/approve"), "78"))
        await until(lambda: stack.services.guide.render("stale_button").text in telegram.texts)
    assert rasa.asked[1]["payload"] == long and len(rasa.asked) == 2


async def test_a_reply_whose_buttons_are_refused_goes_without_them(
    connected: Settings, telegram: TelegramFront, rasa: StandInRasa
) -> None:
    telegram.refuse("sendMessage", Refusal(400, "Bad Request: BUTTON_URL_INVALID"))
    async with bot(connected) as stack:
        conversation = (await stack.store.open_conversation(AN)).id
        await stack.gateway.tell(conversation, Reply("Dạ xem ở đây ạ.", buttons=(Button("Mở", url="tel:1900"),)))
        await until(lambda: telegram.delivered)
        assert await stack.services.attention.replies(9) == []
    assert [(sent["text"], "reply_markup" in sent) for sent in telegram.delivered] == [("Dạ xem ở đây ạ.", False)]


async def test_a_tap_that_was_never_offered_reaches_nobody(
    connected: Settings, telegram: TelegramFront, rasa: StandInRasa
) -> None:
    """What a button carries can be made up by whoever writes a client of their own."""
    async with bot(connected) as stack:
        await telegram.update(tap(payload("submit")))
        await until(lambda: telegram.texts)
        assert telegram.texts == [stack.services.guide.render("stale_button").text]
    assert rasa.asked == []


async def test_an_answer_of_the_office_waits_for_telegram_and_outlives_the_bot(
    connected: Settings, telegram: TelegramFront, rasa: StandInRasa
) -> None:
    """The citizen is away, Telegram refuses, the bot ends: the notice comes once, with its button."""
    repair = Button("Sửa hồ sơ", payload("repair"))
    async with bot(connected) as stack:
        await telegram.write("đăng ký", number=1)
        await until(lambda: telegram.texts)
        conversation = (await stack.store.open_conversation(AN)).id
        telegram.refuse("sendMessage", Refusal(502, "Bad Gateway", times=1_000_000))
        notice = "Dạ hồ sơ cần bổ sung ạ."
        await stack.gateway.tell(conversation, Reply(text=notice, buttons=(repair,)))
        await until(lambda: len(telegram.called("sendMessage")) >= 2)
    telegram.refusals.clear()
    before = len(telegram.calls)
    async with bot(connected) as stack:
        await until(lambda: any(name == "sendMessage" for name, _ in telegram.calls[before:]))
        async with asyncio.timeout(10):
            while await stack.store.unsent_conversations(["telegram"]):
                await asyncio.sleep(0.02)
    (sent,) = (fields for name, fields in telegram.calls[before:] if name == "sendMessage")
    assert (sent["chat_id"], sent["text"]) == ("5", notice)
    assert keyboard(sent) == [[{"text": repair.title, "callback_data": repair.payload}]]


async def test_a_stop_in_the_middle_of_sending_sends_nothing_twice(
    connected: Settings, telegram: TelegramFront, rasa: StandInRasa
) -> None:
    answers = telegram.held["sendMessage"] = asyncio.Event()
    async with AsyncExitStack() as parts:
        services = await parts.enter_async_context(open_services(connected))
        await main._assemble(parts, services)
        await telegram.write("quên mật khẩu")
        await until(lambda: telegram.texts)
        asyncio.get_running_loop().call_later(0.2, answers.set)
    async with bot(connected) as stack, asyncio.timeout(30):
        while await stack.store.unsent_conversations(["telegram"]):
            await asyncio.sleep(0.02)
    assert telegram.texts == ["nghe: quên mật khẩu"]
