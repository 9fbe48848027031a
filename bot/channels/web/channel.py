"""The web chat API (docs: the contract's interfaces) and what the chat page is made of.

Owns authentication by bearer token, the limits on what may be sent, and the shapes of the answers. Everything that
comes in is hostile; every refusal is JSON with a code and a Vietnamese sentence that says what to do.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.channels import Inbox
from bot.http import BodyTooLarge, Unauthorized, read_body, read_upload
from helpdesk.conversations import (
    ChannelIdentity,
    Conversations,
    IncomingFile,
    IncomingMessage,
    Message,
    MessageKind,
    Receipt,
)
from helpdesk.errors import InvalidInput, NotFound
from helpdesk.photos import sniff_photo

LONGEST_WAIT = 25.0
# Room for the hundred thousand characters that somebody pastes, each as a \\u escape.
_JSON_LIMIT = 640 * 1024
_HEARTBEAT_SECONDS = 15.0
_CLIENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_PAYLOAD_LIMIT = 256


class Updates(Protocol):
    """What the gateway tells about a conversation as it goes on; `closed` when the bot is stopping."""

    @property
    def closed(self) -> bool: ...

    def subscribe(self, conversation_id: str) -> asyncio.Future[None]: ...


class WebChannel:
    """The routes under `/api`; `is_answering` feeds the typing indicator."""

    def __init__(
        self,
        conversations: Conversations,
        inbox: Inbox,
        updates: Updates,
        is_answering: Callable[[str], bool],
        upload_limit: int,
    ) -> None:
        self._conversations = conversations
        self._inbox = inbox
        self._updates = updates
        self._is_answering = is_answering
        self._upload_limit = upload_limit
        # Each upload is held in memory once; a few at a time keep the process small.
        self._uploads = asyncio.Semaphore(4)

    def routes(self) -> list[Route]:
        conversation = "/api/conversations/{conversation_id}"
        return [
            Route("/api/conversations", self.create, methods=["POST"]),
            Route(f"{conversation}/messages", self.post, methods=["POST"]),
            Route(f"{conversation}/messages", self.poll, methods=["GET"]),
            Route(f"{conversation}/events", self.events, methods=["GET"]),
            Route(f"{conversation}/attachments/{{attachment_id}}", self.attachment, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        body = await read_body(request, _JSON_LIMIT)
        if body.strip():
            _json_object(body)
        identifier, token = await self._conversations.start_web()
        return JSONResponse({"id": identifier, "token": token}, status_code=201)

    async def _authorize(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized
        owned = await self._conversations.of_token(token.strip())
        if owned is None:
            raise Unauthorized
        if owned != request.path_params["conversation_id"]:
            raise NotFound("Không tìm thấy cuộc trò chuyện này.")
        return owned

    async def post(self, request: Request) -> Response:
        conversation_id = await self._authorize(request)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type == "multipart/form-data":
            receipt, message = await self._receive_photo(conversation_id, request)
        else:
            message = _json_message(conversation_id, await read_body(request, _JSON_LIMIT))
            receipt = await self._inbox.receive(message)
        client_id = message.platform_message_id.removeprefix(f"{conversation_id}:")
        return JSONResponse({"id": client_id, "duplicate": receipt.duplicate}, status_code=202)

    async def _receive_photo(self, conversation_id: str, request: Request) -> tuple[Receipt, IncomingMessage]:
        async with read_upload(request, self._upload_limit) as upload:
            identifier = _client_id(upload.fields.get("id"))
            if upload.file is None:
                raise InvalidInput("file_missing", "Chưa thấy ảnh kèm theo. Anh/chị chọn ảnh rồi gửi lại giúp em ạ.")
            # Only now is the photo held in memory, and only for as long as it takes to keep it.
            async with self._uploads:
                content = await upload.file.read()
                if len(content) > self._upload_limit:
                    raise BodyTooLarge
                message = IncomingMessage(
                    identity=ChannelIdentity("web", conversation_id),
                    platform_message_id=f"{conversation_id}:{identifier}",
                    kind=MessageKind.PHOTO,
                    text=upload.fields.get("text", ""),
                    file=IncomingFile(content, await sniff_photo(content)),
                )
                return await self._inbox.receive(message), message

    async def poll(self, request: Request) -> Response:
        conversation_id = await self._authorize(request)
        after = _number(request, "after", 0)
        deadline = asyncio.get_running_loop().time() + min(_number(request, "wait", 0), LONGEST_WAIT)
        while True:
            update = self._updates.subscribe(conversation_id)
            messages = await self._conversations.history(conversation_id, int(after))
            remaining = deadline - asyncio.get_running_loop().time()
            if messages or remaining <= 0 or self._updates.closed or await request.is_disconnected():
                update.cancel()
                return JSONResponse(
                    {
                        "messages": [message_json(message) for message in messages],
                        "typing": self._is_answering(conversation_id),
                    },
                    headers={"Cache-Control": "no-store"},
                )
            await asyncio.wait({update}, timeout=remaining)
            if not update.done():
                update.cancel()

    async def events(self, request: Request) -> Response:
        conversation_id = await self._authorize(request)
        after = _number(request, "after", 0, header="last-event-id")
        return StreamingResponse(
            self._stream(conversation_id, int(after)),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _stream(self, conversation_id: str, after: int) -> AsyncIterator[str]:
        typing = False
        yield ": xin chào\n\n"
        while not self._updates.closed:
            update = self._updates.subscribe(conversation_id)
            page = await self._conversations.history(conversation_id, after)
            for message in page:
                after = message.seq
                data = json.dumps(message_json(message), ensure_ascii=False)
                yield f"id: {after}\nevent: message\ndata: {data}\n\n"
            if typing != self._is_answering(conversation_id):
                typing = self._is_answering(conversation_id)
                yield f"event: typing\ndata: {json.dumps({'typing': typing})}\n\n"
            if page:
                # There may be more behind a full page, and more has often come while this one went out.
                update.cancel()
                continue
            await asyncio.wait({update}, timeout=_HEARTBEAT_SECONDS)
            if not update.done():
                update.cancel()
                yield ": còn đây\n\n"

    async def attachment(self, request: Request) -> Response:
        conversation_id = await self._authorize(request)
        attachment, content = await self._conversations.read_attachment(
            conversation_id, request.path_params["attachment_id"]
        )
        return Response(content, media_type=attachment.content_type, headers={"Cache-Control": "private, max-age=3600"})


def message_json(message: Message) -> dict[str, Any]:
    """A message in the shape of the contract; the citizen's own keep the id that their page gave them."""
    own_id = (message.platform_message_id or "").removeprefix(f"{message.conversation_id}:")
    return {
        "seq": message.seq,
        "id": own_id or message.id,
        "author": message.author.value,
        "text": message.text,
        "buttons": [
            {"title": button.title, "payload": button.payload}
            if button.url is None
            else {"title": button.title, "payload": button.payload, "url": button.url}
            for button in message.buttons
        ],
        "attachments": [{"kind": a.kind, "url": a.url} for a in message.attachments],
        "created_at": message.created_at.isoformat(),
    }


def _json_message(conversation_id: str, body: bytes) -> IncomingMessage:
    data = _json_object(body)
    identity = ChannelIdentity("web", conversation_id)
    platform_message_id = f"{conversation_id}:{_client_id(data.get('id'))}"
    if data.get("payload") is not None:
        payload = data["payload"]
        if not isinstance(payload, str) or not 0 < len(payload) <= _PAYLOAD_LIMIT or not payload.isprintable():
            raise InvalidInput("bad_payload", "Nút bấm này không hợp lệ. Anh/chị chọn lại giúp em ạ.")
        return IncomingMessage(identity, platform_message_id, MessageKind.BUTTON, payload=payload)
    if data.get("location") is not None:
        _check_location(data["location"])
        return IncomingMessage(identity, platform_message_id, MessageKind.LOCATION)
    text = data.get("text", "")
    if not isinstance(text, str):
        raise InvalidInput("bad_text", "Nội dung tin nhắn phải là chữ.")
    return IncomingMessage(identity, platform_message_id, MessageKind.TEXT, text=text)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InvalidInput("malformed_json", "Nội dung gửi lên không phải JSON UTF-8 hợp lệ.") from error
    if not isinstance(data, dict):
        raise InvalidInput("malformed_json", "Nội dung gửi lên phải là một đối tượng JSON.")
    return data


def _client_id(value: object) -> str:
    if not isinstance(value, str) or not _CLIENT_ID.fullmatch(value):
        raise InvalidInput("bad_id", "Tin nhắn thiếu mã riêng (id) hợp lệ: 1-64 chữ, số, dấu . _ : hoặc -.")
    return value


def _check_location(value: object) -> None:
    if not (
        isinstance(value, Mapping)
        and _is_degrees(value.get("latitude"), 90)
        and _is_degrees(value.get("longitude"), 180)
    ):
        raise InvalidInput("bad_location", "Vị trí gửi lên chưa đúng. Anh/chị bấm gửi vị trí lại giúp em ạ.")


def _is_degrees(value: object, limit: float) -> bool:
    # bool is an int in Python, but no coordinate.
    return isinstance(value, int | float) and not isinstance(value, bool) and -limit <= value <= limit


def _number(request: Request, name: str, default: float, header: str | None = None) -> float:
    # A browser that reconnects an event stream sends the header along with the address it began with.
    text = (request.headers.get(header) if header else None) or request.query_params.get(name)
    if text is None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < 2**53:
        raise InvalidInput(f"bad_{name}", f"Tham số {name} phải là số không âm.")
    return number
