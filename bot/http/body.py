"""Reading request bodies within limits: nothing larger than allowed is ever held in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from helpdesk.errors import HelpdeskError, InvalidInput

# Room for the form's own lines and the text beside the file.
_FORM_SLACK = 256 * 1024
# Ten megabytes on a weak 3G line take about two minutes.
_SLOWEST_UPLOAD = 180.0


class BodyTooLarge(HelpdeskError):
    """Nội dung gửi lên lớn quá. Anh/chị gửi ảnh dưới 10 MB hoặc tin nhắn ngắn hơn giúp em ạ."""


class TooSlow(HelpdeskError):
    """Đường truyền chậm quá nên ảnh chưa gửi xong. Anh/chị thử lại nơi sóng mạnh hơn giúp em ạ."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart form: its text fields and its `file`, if there is one (large ones lie in a temporary file)."""

    fields: Mapping[str, str]
    file: UploadFile | None


async def read_body(request: Request, limit: int) -> bytes:
    """The body, at most `limit` bytes; BodyTooLarge beyond it, as early as it is known."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise BodyTooLarge
    except ClientDisconnect as error:
        raise InvalidInput("disconnected", "Kết nối bị ngắt giữa chừng.") from error
    return bytes(body)


@asynccontextmanager
async def read_upload(request: Request, limit: int) -> AsyncIterator[Upload]:
    """A form with at most one file of about `limit` bytes, read as it comes; its parts are gone after the block.

    Raises BodyTooLarge, TooSlow, or InvalidInput("malformed_form").
    """
    allowed = limit + _FORM_SLACK
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > allowed:
        raise BodyTooLarge

    async def receive() -> Message:
        nonlocal allowed
        message = await request.receive()
        allowed -= len(message.get("body", b""))
        if allowed < 0:
            raise BodyTooLarge
        return message

    try:
        async with asyncio.timeout(_SLOWEST_UPLOAD):
            form = await Request(request.scope, receive).form(max_files=1, max_fields=8, max_part_size=_FORM_SLACK)
    except TimeoutError as error:
        raise TooSlow from error
    except (MultiPartException, HTTPException, ClientDisconnect, UnicodeDecodeError, KeyError) as error:
        raise InvalidInput("malformed_form", "Ảnh gửi lên bị lỗi giữa chừng. Anh/chị gửi lại giúp em ạ.") from error
    try:
        file = form.get("file")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        yield Upload(fields, file if isinstance(file, UploadFile) else None)
    finally:
        await form.close()
