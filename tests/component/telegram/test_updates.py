"""What comes in: texts, taps, photos, files, albums, places, and what is passed over."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram.channel import TelegramChannel
from helpdesk.conversations.model import (
    IncomingMessage,
    MessageKind,
)
from helpdesk.settings import Settings
from tests.stage.telegram_front import Refusal, TelegramFront, message
from tests.stage.telegram_parts import AN, RecordingInbox, document, picture, sizes, until


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
