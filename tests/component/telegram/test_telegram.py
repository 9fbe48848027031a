"""The Telegram channel against `lo-bot-api-emulator` at the socket, with an inbox that records."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from PIL import Image
from starlette.responses import Response

from actions.registration.questions import FIXABLE
from actions.said.said import payload
from bot.channels.base import Undeliverable
from bot.channels.telegram.channel import WEBHOOK_LIMIT, WEBHOOK_PATH, TelegramChannel
from helpdesk.calendar import utc_now
from helpdesk.conversations.model import (
    Attachment,
    Author,
    Button,
    ChannelIdentity,
    IncomingMessage,
    Message,
    MessageKind,
    OutboxEntry,
    Receipt,
)
from helpdesk.conversations.offers import offer_key
from helpdesk.errors import InvalidInput, Overloaded, SettingsError, Unavailable
from helpdesk.settings import Settings
from tests.stage.stack import StandInRasa, running
from tests.stage.telegram_front import TOKEN, Refusal, TelegramFront, emulator, front, keyboard, message

SECRET = "a-secret-of-the-tests-0123"
AN = ChannelIdentity("telegram", "5")


class RecordingInbox:
    """Keeps what it is given, drops repeats, fails first as it was told, and finds whom it may turn away overloaded."""

    def __init__(self) -> None:
        self.kept: list[IncomingMessage] = []
        self.offered = 0
        self.failures: deque[Exception] = deque()
        self.always: Exception | None = None
        self.before: Callable[[IncomingMessage], Any] = lambda message: None

    async def receive(self, message: IncomingMessage, *, must_accept: bool = False) -> Receipt:
        self.offered += 1
        if not must_accept:
            raise Overloaded(60)
        self.before(message)
        await asyncio.sleep(0)
        if self.always:
            raise self.always
        if self.failures:
            raise self.failures.popleft()
        key = message.platform_message_id
        duplicate = any(kept.platform_message_id == key for kept in self.kept)
        if not duplicate:
            self.kept.append(message)
        return Receipt(key, duplicate)

    async def until(self, count: int) -> list[IncomingMessage]:
        await until(lambda: len(self.kept) >= count)
        return self.kept

    async def one(self) -> IncomingMessage:
        return (await self.until(1))[0]


async def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it didn't happen"
        await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
def emulator_url() -> Iterator[str]:
    with emulator() as url:
        yield url


@pytest.fixture(autouse=True)
def direct_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def timedeltas_from_ptb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it every RetryAfter warns, inside PTB, and warnings are errors here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def telegram(emulator_url: str) -> AsyncIterator[TelegramFront]:
    async with front(emulator_url) as opened:
        yield opened


@pytest.fixture
def inbox() -> RecordingInbox:
    return RecordingInbox()


@pytest.fixture
def polling(settings: Settings, telegram: TelegramFront) -> Settings:
    return replace(settings, telegram_token=TOKEN, telegram_api_url=telegram.url)


@pytest.fixture
async def channel(polling: Settings, inbox: RecordingInbox) -> AsyncIterator[TelegramChannel]:
    async with TelegramChannel.open(polling, inbox) as opened:
        yield opened


def picture(size: tuple[int, int] = (64, 48), file_format: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(size, 60).save(buffer, file_format)
    return buffer.getvalue()


def sizes(*file_ids: str, **more: Any) -> list[dict[str, Any]]:
    return [
        {"file_id": file_id, "file_unique_id": file_id[:8], "width": 90 * n, "height": 60 * n, **more}
        for n, file_id in enumerate(file_ids, 1)
    ]


def document(file_id: str, **more: Any) -> dict[str, Any]:
    return {"file_id": file_id, "file_unique_id": "u", **more}


def reply(text: str = "Dạ", *buttons: Button, parts_sent: int = 0, pictures: tuple[str, ...] = ()) -> OutboxEntry:
    attachments = tuple(Attachment(name, "picture", "image/png", 0) for name in pictures)
    said = Message("m1", "c1", 2, Author.ASSISTANT, text, utc_now(), buttons=buttons, attachments=attachments)
    return OutboxEntry(AN, said, attempts=0, parts_sent=parts_sent)


class Parts(list[int]):
    async def sent(self, count: int) -> None:
        self.append(count)


# Inbound


async def test_a_text_arrives_as_it_was_typed(channel: Any, telegram: TelegramFront, inbox: RecordingInbox) -> None:
    await telegram.write("<b>quên</b> *mật khẩu* 😀\nlàm sao?", number=12)
    assert await inbox.one() == IncomingMessage(
        AN, "5:12", MessageKind.TEXT, text="<b>quên</b> *mật khẩu* 😀\nlàm sao?"
    )


@pytest.mark.parametrize(
    ("typed", "payload"),
    [
        ("/start", "answer:welcome"),
        ("/start tu-trang-web_1", "answer:welcome"),
        ("/Start@TroLyBot", "answer:welcome"),
        ("/help", "/help"),
        ("/huy@TroLyBot", "/cancel"),
        ("/nhanvien ", "/talk_to_human"),
    ],
)
async def test_the_documented_commands_are_taps(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox, typed: str, payload: str
) -> None:
    await telegram.write(typed)
    received = await inbox.one()
    assert (received.kind, received.payload) == (MessageKind.BUTTON, payload)


@pytest.mark.parametrize(
    "typed", ["/restart", '/inform{"otp":"1"}', "/approve", "/startx", "/huy dang ky", "//help", "/"]
)
async def test_any_other_slash_is_plain_text(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox, typed: str
) -> None:
    await telegram.write(typed)
    received = await inbox.one()
    assert (received.kind, received.text, received.payload) == (MessageKind.TEXT, typed, None)


async def test_a_tap_brings_its_payload_and_title_and_is_confirmed(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    markup = {"inline_keyboard": [[{"text": "Quên mật khẩu", "callback_data": "/forgot_password"}]]}
    shown = message("Anh/chị cần gì ạ?", number=3, reply_markup=markup)
    shown["from"] = {"id": 7, "is_bot": True, "first_name": "Bot"}
    sender = {"id": 5, "is_bot": False, "first_name": "An"}
    query = {"id": "77", "from": sender, "chat_instance": "1", "data": "/forgot_password", "message": shown}
    await telegram.update({"callback_query": query})
    assert await inbox.one() == IncomingMessage(
        AN, "callback:77", MessageKind.BUTTON, text="Quên mật khẩu", payload="/forgot_password"
    )
    await until(lambda: telegram.called("answerCallbackQuery"))
    assert telegram.called("answerCallbackQuery")[0]["callback_query_id"] == "77"


async def test_the_largest_size_of_a_photo_is_downloaded(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    small, large = picture((32, 24)), picture((640, 480))
    photo = sizes(await telegram.upload(small), await telegram.upload(large))
    await telegram.write(photo=photo, caption="thẻ của tôi")
    received = await inbox.one()
    assert (received.kind, received.text) == (MessageKind.PHOTO, "thẻ của tôi")
    assert received.file is not None
    assert received.file.content == large
    assert received.file.content_type == "image/jpeg"


async def test_an_image_sent_as_a_file_is_a_photo_by_what_it_is(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    content = picture(file_format="PNG")
    document = {"file_id": await telegram.upload(content, "document"), "file_unique_id": "u", "mime_type": "image/jpeg"}
    await telegram.write(document=document)
    received = await inbox.one()
    assert received.kind is MessageKind.PHOTO
    assert received.file is not None
    assert (received.file.content, received.file.content_type) == (content, "image/png")


@pytest.mark.parametrize(
    "claimed",
    [{"mime_type": "application/octet-stream", "file_name": "IMG_2041.JPG"}, {"file_name": "cccd.jpeg"}, {}],
)
async def test_a_picture_without_a_type_is_known_by_its_bytes(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox, claimed: dict[str, str]
) -> None:
    content = picture()
    await telegram.write(document=document(await telegram.upload(content, "document"), **claimed))
    received = await inbox.one()
    assert received.kind is MessageKind.PHOTO
    assert received.file is not None and received.file.content == content


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64


@pytest.mark.parametrize(
    ("content", "claimed", "why"),
    [
        (b"MZ not an image", {"mime_type": "image/png"}, "not_an_image"),
        (HEIC, {"mime_type": "image/heic", "file_name": "IMG_0001.HEIC"}, "heic"),
        (HEIC, {"mime_type": "image/jpeg", "file_name": "IMG_0001.jpg"}, "heic"),
        (b"%PDF-1.7 scan", {"mime_type": "image/jpeg", "file_name": "cccd.jpg"}, "pdf"),
        (b"%PDF-1.7 scan", {"file_name": "can cuoc"}, "pdf"),
    ],
)
async def test_what_only_claims_to_be_an_image_is_a_file_with_the_reason(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox, content: bytes, claimed: dict[str, str], why: str
) -> None:
    file_id = await telegram.upload(content, "document")
    await telegram.write(document=document(file_id, **claimed), caption="đây ạ")
    received = await inbox.one()
    assert (received.kind, received.file, received.text) == (MessageKind.FILE, None, "đây ạ")
    assert received.payload == f"photo:{why}"


@pytest.mark.parametrize(
    ("claimed", "payload"),
    [
        ({"mime_type": "application/pdf", "file_name": "cccd.pdf"}, "photo:pdf"),
        ({"mime_type": "application/octet-stream", "file_name": "CCCD.PDF"}, "photo:pdf"),
        ({"mime_type": "image/jpeg", "file_size": 30_000_000}, "photo:too_large"),
        ({"mime_type": "application/zip", "file_name": "anh.zip"}, None),
        ({"mime_type": "application/octet-stream", "file_name": "don.docx"}, None),
        ({"file_size": 30_000_000}, None),
    ],
)
async def test_a_document_that_cannot_be_a_photo_is_not_fetched(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox, claimed: dict[str, Any], payload: str | None
) -> None:
    await telegram.write(document=document("d", **claimed))
    received = await inbox.one()
    assert (received.kind, received.payload) == (MessageKind.FILE, payload)
    assert not telegram.called("getFile")


async def test_an_album_is_its_photos_one_by_one_in_order(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    """The first one comes late, and what is typed behind the album stays behind it."""
    contents = [picture(size) for size in ((640, 480), (320, 240), (64, 48))]
    telegram.refuse("download", Refusal(502, "Bad Gateway", times=2))
    for number, content in enumerate(contents, 1):
        caption: dict[str, Any] = {"caption": "mặt trước, mặt sau, chân dung"} if number == 1 else {}
        await telegram.write(number=number, media_group_id="99", photo=sizes(await telegram.upload(content)), **caption)
    await telegram.write("xong rồi ạ", number=4)
    kept = await inbox.until(4)
    assert [received.platform_message_id for received in kept] == ["5:1", "5:2", "5:3", "5:4"]
    assert [received.file.content for received in kept if received.file] == contents
    assert [received.text for received in kept] == ["mặt trước, mặt sau, chân dung", "", "", "xong rồi ạ"]


async def test_an_album_of_files_keeps_the_good_ones(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    good = picture((640, 480))
    for number, content in enumerate((good, HEIC, good), 1):
        file_id = await telegram.upload(content, "document")
        await telegram.write(number=number, media_group_id="7", document=document(file_id, mime_type="image/jpeg"))
    kept = await inbox.until(3)
    assert [received.payload for received in kept] == [None, "photo:heic", None]
    assert [received.file is not None for received in kept] == [True, False, True]


async def test_a_photo_over_the_limit_is_not_downloaded(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    await telegram.write(photo=sizes("too-large", file_size=30_000_000), caption="thẻ")
    received = await inbox.one()
    assert (received.kind, received.text, received.file) == (MessageKind.FILE, "thẻ", None)
    assert received.payload == "photo:too_large"
    assert not telegram.called("getFile")


async def test_the_largest_size_within_the_limit_is_taken(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    fits = await telegram.upload(picture())
    photo = sizes("small", fits, "huge")
    photo[2]["file_size"] = 30_000_000
    await telegram.write(photo=photo)
    assert (await inbox.one()).kind is MessageKind.PHOTO
    assert [fields["file_id"] for fields in telegram.called("getFile")] == [fits]


async def test_a_download_that_fails_is_tried_again(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    content = picture()
    telegram.refuse("download", Refusal(502, "Bad Gateway", times=2))
    await telegram.write(photo=sizes(await telegram.upload(content)))
    received = await inbox.one()
    assert received.file is not None and received.file.content == content
    assert len(telegram.called("download")) == 3


async def test_a_photo_that_is_gone_is_still_a_message(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    await telegram.write(photo=sizes("no-such-file"))
    received = await inbox.one()
    assert (received.kind, received.payload) == (MessageKind.FILE, "photo:gone")


async def test_a_slow_photo_holds_up_its_own_chat_only(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    telegram.refuse("download", Refusal(502, "Bad Gateway", times=2))
    await telegram.write(number=1, photo=sizes(await telegram.upload(picture())))
    await telegram.write("sau ảnh", number=2)
    await telegram.write("người khác", sender=6, number=1)
    kept = await inbox.until(3)
    assert [kept_message.platform_message_id for kept_message in kept] == ["6:1", "5:1", "5:2"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"sticker": {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1,
                      "is_animated": False, "is_video": False}}, MessageKind.STICKER),
        ({"animation": {"file_id": "g", "file_unique_id": "g", "width": 1, "height": 1, "duration": 1},
          "document": {"file_id": "g", "file_unique_id": "g"}}, MessageKind.STICKER),
        ({"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}}, MessageKind.VOICE),
        ({"audio": {"file_id": "a", "file_unique_id": "a", "duration": 3}}, MessageKind.VOICE),
        ({"video_note": {"file_id": "n", "file_unique_id": "n", "length": 1, "duration": 3}}, MessageKind.VOICE),
        ({"video": {"file_id": "m", "file_unique_id": "m", "width": 1, "height": 1, "duration": 3}}, MessageKind.FILE),
        ({"document": {"file_id": "d", "file_unique_id": "d", "mime_type": "application/pdf"}}, MessageKind.FILE),
    ],
)  # fmt: skip
async def test_other_kinds_are_told_apart(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox, content: dict[str, Any], kind: MessageKind
) -> None:
    await telegram.write(**content)
    received = await inbox.one()
    assert (received.kind, received.file) == (kind, None)


async def test_a_location_and_a_venue(channel: Any, telegram: TelegramFront, inbox: RecordingInbox) -> None:
    point = {"latitude": 16.0678, "longitude": 108.1911}
    await telegram.write(number=1, location=point)
    await telegram.write(number=2, venue={"location": point, "title": "BHXH", "address": "Đà Nẵng"})
    for received in await inbox.until(2):
        assert (received.kind, received.text) == (MessageKind.LOCATION, "")


@pytest.mark.parametrize(("owner", "number"), [(5, "+84901234567"), (6, None), (None, None)])
async def test_only_the_own_phone_number_is_believed(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox, owner: int | None, number: str | None
) -> None:
    card: dict[str, Any] = {"phone_number": "+84901234567", "first_name": "An"}
    await telegram.write(contact=card if owner is None else card | {"user_id": owner})
    received = await inbox.one()
    assert (received.kind, received.phone_number) == (MessageKind.CONTACT, number)


async def test_groups_bots_and_service_messages_are_passed_over(
    channel: Any, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    group: dict[str, Any] = {"chat": {"id": -9, "type": "group", "title": "N"}}
    machine: dict[str, Any] = {"from": {"id": 5, "is_bot": True, "first_name": "Máy"}}
    await telegram.write("trong nhóm", number=1, **group)
    await telegram.write("máy", number=2, **machine)
    await telegram.write(number=3, group_chat_created=True)
    await telegram.write("người", number=4)
    assert [received.text for received in await inbox.until(1)] == ["người"]


async def test_an_update_that_cannot_be_read_does_not_block(
    polling: Settings, telegram: TelegramFront, inbox: RecordingInbox
) -> None:
    telegram.garbled_polls = 1
    await telegram.write("hỏng", number=1)
    await telegram.write("lành", number=2)
    async with TelegramChannel.open(polling, inbox):
        assert [received.text for received in await inbox.until(1)] == ["lành"]


# Nothing is lost


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


# Webhook


@pytest.fixture
def hooked(polling: Settings) -> Settings:
    return replace(
        polling,
        telegram_mode="webhook",
        telegram_webhook_url="http://127.0.0.1:1",
        telegram_webhook_secret=SECRET,
    )


@pytest.fixture
async def webhook(hooked: Settings, inbox: RecordingInbox) -> AsyncIterator[TelegramChannel]:
    async with TelegramChannel.open(hooked, inbox) as opened:
        yield opened


def signed(secret: str = SECRET) -> dict[str, str]:
    return {"x-telegram-bot-api-secret-token": secret}


def body(number: int = 1, **update: Any) -> bytes:
    return json.dumps({"update_id": number, **(update or {"message": message("chào")})}).encode()


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


# Outbound


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
