"""The contract's web chat API in memory, with the chat page's files: what the page is developed and tested against.

Owns scripted answers, switches for every refusal that the page must cope with, and a real server on a free port that
can be stopped and started again on the same port. Refuses to be like the gateway in anything that the page can't see.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import socket
import threading
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WEB = Path(__file__).resolve().parents[2] / "bot" / "web"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
REGISTER_STEPS = (
    "Dạ, đăng ký VssID gồm 4 bước ạ:\n1. Mở ứng dụng, bấm “Đăng ký tài khoản”.\n2. Nhập mã số BHXH, số CCCD.\n"
    "3. Chụp ảnh chân dung và hai mặt CCCD.\n4. Chọn cơ quan BHXH quận Thanh Khê (04802), nhập email.\n"
    "Chi tiết: https://vssid.gov.vn hoặc gọi 1900 9068."
)
ANSWERS: dict[str, tuple[str, list[dict[str, str]]]] = {
    "/register_account": (
        REGISTER_STEPS,
        [
            {"title": "Đăng ký ngay", "payload": "/start_registration"},
            {"title": "Xem chi tiết", "payload": "/show_detail"},
            {"title": "Trang VssID", "url": "https://vssid.gov.vn/"},
        ],
    ),
    "/start_registration": ("Dạ, em bắt đầu đăng ký cho anh/chị ạ.", []),
    "/ask_install_app": ("Dạ:\n" + "một dòng nữa\n" * 20, [{"title": "Xem chi tiết", "payload": "/show_detail"}]),
    "/lookup_agency": ("Dạ, BHXH quận Thanh Khê ở 574A Trần Cao Vân ạ.", []),
}


@dataclass
class Talk:
    """One conversation."""

    token: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    typing: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """Wake every long poll."""
        self.changed.set()
        self.changed = asyncio.Event()

    def add(self, author: str, text: str, **more: Any) -> dict[str, Any]:
        message = {
            "seq": len(self.messages) + 1,
            "id": uuid.uuid4().hex,
            "author": author,
            "text": text,
            "buttons": more.get("buttons", []),
            "attachments": more.get("attachments", []),
            "created_at": datetime.now(UTC).isoformat(),
        }
        self.messages.append(message)
        self.tell()
        return message


class FakeApi:
    """The application and what a test may look at or switch."""

    def __init__(self) -> None:
        self.talks: dict[str, Talk] = {}
        self.posts: list[dict[str, Any]] = []
        self.refusals: deque[tuple[int, str, dict[str, str]]] = deque()
        self.answer_delay = 0.0
        self.swallow_answers = 0
        # Whether a 202 names the client's id (as the gateway does) or the stored message's.
        self.echoes_client_ids = True
        self.closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.app = Starlette(
            routes=[
                Route("/", self._index),
                Route("/api/conversations", self._create, methods=["POST"]),
                Route("/api/conversations/{id}/messages", self._post, methods=["POST"]),
                Route("/api/conversations/{id}/messages", self._get, methods=["GET"]),
                Route("/api/conversations/{id}/files/{name}", self._file),
                Mount("/static", StaticFiles(directory=WEB)),
            ],
            middleware=[Middleware(_Headers), Middleware(GZipMiddleware)],
        )

    @property
    def talk(self) -> Talk:
        """The newest conversation."""
        return list(self.talks.values())[-1]

    def refuse_next(self, status: int, message: str, **headers: str) -> None:
        """The next message that is posted gets this answer instead."""
        self.refusals.append((status, message, {k.replace("_", "-"): v for k, v in headers.items()}))

    def close(self) -> None:
        """End every long poll; safe from another thread."""
        self.closing = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(lambda: [talk.tell() for talk in self.talks.values()])
            self._loop = None

    async def _index(self, _request: Request) -> Response:
        return FileResponse(WEB / "chat" / "index.html")

    async def _create(self, _request: Request) -> Response:
        key = uuid.uuid4().hex
        self.talks[key] = Talk(secrets.token_urlsafe(24))
        return JSONResponse({"id": key, "token": self.talks[key].token}, 201)

    def _find(self, request: Request) -> Talk | Response:
        talk = self.talks.get(request.path_params["id"])
        if talk is None:
            return _error(404, "Không thấy cuộc trò chuyện.")
        if request.headers.get("authorization") != f"Bearer {talk.token}":
            return _error(401, "Sai mã.")
        return talk

    async def _post(self, request: Request) -> Response:
        talk = self._find(request)
        if isinstance(talk, Response):
            return talk
        content_type = request.headers.get("content-type", "")
        if content_type.startswith("multipart/form-data"):
            async with request.form() as form:
                upload = form["file"]
                assert not isinstance(upload, str)
                body: dict[str, Any] = {"id": form["id"], "text": form.get("text", "")}
                body["file"] = (await upload.read(), upload.content_type or "")
        else:
            body = json.loads(await request.body())
        self.posts.append(body)
        if self.refusals:
            status, text, headers = self.refusals.popleft()
            return _error(status, text, headers)
        client_id = body["id"]
        duplicate = client_id in talk.seen
        if not duplicate:
            talk.seen[client_id] = self._accept(talk, request.path_params["id"], body)["id"]
        if self.swallow_answers:
            self.swallow_answers -= 1
            return _error(502, "")
        return JSONResponse({"id": self._named(talk, client_id), "duplicate": duplicate}, 202)

    def _named(self, talk: Talk, client_id: str) -> str:
        return client_id if self.echoes_client_ids else talk.seen[client_id]

    def _accept(self, talk: Talk, key: str, body: dict[str, Any]) -> dict[str, Any]:
        attachments = []
        if "file" in body:
            name = uuid.uuid4().hex
            talk.files[name] = body["file"]
            attachments = [{"kind": "photo", "url": f"/api/conversations/{key}/files/{name}"}]
        text = body.get("text", "")
        if "payload" in body:
            text = _title_of(talk, body["payload"])
        message = talk.add("contact", text, attachments=attachments)
        talk.typing = True
        task = asyncio.create_task(self._answer(talk, body, text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return message

    async def _answer(self, talk: Talk, body: dict[str, Any], text: str) -> None:
        await asyncio.sleep(self.answer_delay)
        if "location" in body:
            talk.add("assistant", f"Dạ, em nhận được vị trí {body['location']['latitude']} ạ.")
        elif "file" in body:
            talk.add("assistant", "Dạ, em nhận được ảnh ạ.")
        elif text == "nhân viên":
            talk.add("system", "Nhân viên đã vào cuộc trò chuyện.")
            talk.add("agent", "Chào anh/chị, em là Lan ạ.")
        else:
            reply, buttons = ANSWERS.get(body.get("payload", ""), (f"Dạ, em nghe: {text}", []))
            talk.add("assistant", reply, buttons=buttons)
        talk.typing = False
        talk.tell()

    async def _get(self, request: Request) -> Response:
        talk = self._find(request)
        if isinstance(talk, Response):
            return talk
        after = int(request.query_params.get("after", 0))
        wait = min(25.0, float(request.query_params.get("wait", 0)))
        loop = self._loop = asyncio.get_running_loop()
        end = loop.time() + wait
        typing = talk.typing
        while not (found := talk.messages[after:]) and typing == talk.typing and loop.time() < end:
            if self.closing:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(talk.changed.wait(), end - loop.time())
        return JSONResponse({"messages": found, "typing": talk.typing})

    async def _file(self, request: Request) -> Response:
        talk = self._find(request)
        if isinstance(talk, Response):
            return talk
        content, content_type = talk.files[request.path_params["name"]]
        return Response(content, media_type=content_type)


class _Headers:
    """The headers that the real app sends with the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [
                    (b"content-security-policy", POLICY.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"same-origin"),
                    (b"permissions-policy", b"geolocation=(self), camera=(self), microphone=()"),
                ]
            await send(message)

        await self._app(scope, receive, with_headers)


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"code": f"e{status}", "message": message}}, status, headers=headers)


def _title_of(talk: Talk, payload: str) -> str:
    starters = {"/register_account": "Đăng ký tài khoản VssID", "/lookup_agency": "Địa chỉ cơ quan BHXH"}
    sent = {b["payload"]: b["title"] for m in talk.messages for b in m["buttons"] if "payload" in b}
    return sent.get(payload) or starters.get(payload, payload)


class FakeServer:
    """A FakeApi behind a real socket; `stop` and `start` keep the port and the conversations."""

    def __init__(self) -> None:
        self.api = FakeApi()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.api.closing = False
        config = uvicorn.Config(self.api.app, port=self.port, log_level="error", ws="none", lifespan="off")
        config.timeout_graceful_shutdown = 1
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the fake API did not start")
            self._thread.join(0.01)

    def stop(self) -> None:
        assert self._server is not None and self._thread is not None
        self._server.should_exit = True
        self.api.close()
        self._thread.join(10)
        if self._thread.is_alive():
            raise RuntimeError("the fake API did not stop")


if __name__ == "__main__":
    server = FakeServer()
    server.start()
    print(server.url)
    threading.Event().wait()
