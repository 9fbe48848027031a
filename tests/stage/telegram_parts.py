"""What the tests of the Telegram channel hand in and read: an inbox that records, pictures, a reply on its way."""

from __future__ import annotations

import asyncio
import io
import json
from collections import deque
from collections.abc import Callable
from typing import Any

from PIL import Image

from helpdesk.calendar import utc_now
from helpdesk.conversations.model import (
    Attachment,
    Author,
    Button,
    ChannelIdentity,
    IncomingMessage,
    Message,
    OutboxEntry,
    Receipt,
)
from helpdesk.errors import Overloaded
from tests.stage.telegram_front import message

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


def signed(secret: str = SECRET) -> dict[str, str]:
    return {"x-telegram-bot-api-secret-token": secret}


def body(number: int = 1, **update: Any) -> bytes:
    return json.dumps({"update_id": number, **(update or {"message": message("chào")})}).encode()
