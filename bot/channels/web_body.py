"""Reading request bodies within limits: nothing larger than allowed is ever held in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from helpdesk.errors import HelpdeskError, InvalidInput

# Room for the form's own lines and the text beside the file.
_FORM_SLACK = 256 * 1024


class BodyTooLarge(HelpdeskError):
    """Nội dung gửi lên lớn quá. Anh/chị gửi ảnh dưới 10 MB hoặc tin nhắn ngắn hơn giúp em ạ."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart form: its text fields and the bytes of its `file`, if there is one."""

    fields: Mapping[str, str]
    content: bytes | None


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


async def read_upload(request: Request, limit: int) -> Upload:
    """A form with at most one file of about `limit` bytes; InvalidInput("malformed_form") when it is none."""
    body = await read_body(request, limit + _FORM_SLACK)
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        form = await Request(request.scope, receive).form(max_files=1, max_fields=8, max_part_size=_FORM_SLACK)
    except (MultiPartException, HTTPException, UnicodeDecodeError, KeyError) as error:
        raise InvalidInput("malformed_form", "Ảnh gửi lên bị lỗi giữa chừng. Anh/chị gửi lại giúp em ạ.") from error
    try:
        file = form.get("file")
        content = await file.read() if isinstance(file, UploadFile) else None
        return Upload({name: value for name, value in form.items() if isinstance(value, str)}, content)
    finally:
        await form.close()
