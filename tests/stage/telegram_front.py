"""Telegram at the socket: `lo-bot-api-emulator` as a process of its own, and a front before it.

The front records what the bot sends (the emulator keeps no texts) and refuses on demand as Telegram does; everything
else it passes on as it is.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import ClientSession, web

TOKEN = "123456:SYNTHETIC-token_of-the-tests"


@contextmanager
def emulator() -> Iterator[str]:
    """The emulator's address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = "from lo_bot_api_emulator import main; main()"
    options = ["--port", str(port), "--enable-control", "--allow-insecure-loopback-webhooks"]
    process = subprocess.Popen([sys.executable, "-c", command, *options], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert process.poll() is None, "the emulator ended"
            assert time.monotonic() < deadline, "the emulator doesn't listen"
            time.sleep(0.05)


@dataclass
class Refusal:
    """Telegram's answer instead of the emulator's: given `times` times to one method."""

    status: int
    description: str
    parameters: dict[str, Any] = field(default_factory=dict)
    times: int = 1

    def response(self) -> web.Response:
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return web.json_response(body, status=self.status)


class TelegramFront:
    """What a test holds: the bot's view at `url`, the citizens' at the methods."""

    def __init__(self, emulator_url: str, http: ClientSession) -> None:
        self._emulator = emulator_url
        self._http = http
        self.url = ""
        self.calls: list[tuple[str, dict[str, str]]] = []
        # The messages that were taken, not those that were refused.
        self.delivered: list[dict[str, str]] = []
        self.refusals: dict[str, Refusal] = {}
        self.garbled_polls = 0
        # Telegram takes its time with these methods, until their event is set.
        self.held: dict[str, asyncio.Event] = {}

    def called(self, method: str) -> list[dict[str, str]]:
        return [fields for name, fields in self.calls if name == method]

    @property
    def texts(self) -> list[str]:
        return [fields["text"] for fields in self.called("sendMessage")]

    def refuse(self, method: str, refusal: Refusal) -> None:
        self.refusals[method] = refusal

    async def update(self, update: dict[str, Any]) -> int:
        """An update comes in; returns its number."""
        async with self._http.post(
            f"{self._emulator}/__fixture/updates", json={"token": TOKEN, "update": update}
        ) as answer:
            body = await answer.json()
            assert answer.status == 200, body
            return body["result"]["update_id"]

    async def write(self, text: str | None = None, *, sender: int = 5, number: int = 1, **content: Any) -> int:
        return await self.update({"message": message(text, sender=sender, number=number, **content)})

    async def upload(self, content: bytes, kind: str = "photo") -> str:
        """Put a file on the server as a citizen would; returns its file_id."""
        fields = {"chat_id": "5", kind: BytesIO(content)}
        async with self._http.post(f"{self._emulator}/bot{TOKEN}/send{kind.capitalize()}", data=fields) as answer:
            result = (await answer.json())["result"][kind]
        return (result[-1] if kind == "photo" else result)["file_id"]

    async def reset(self) -> None:
        """No webhook and nothing pending from an earlier test."""
        url = f"{self._emulator}/bot{TOKEN}/deleteWebhook"
        async with self._http.post(url, json={"drop_pending_updates": True}) as answer:
            assert answer.status == 200

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.*}", self._file)
        return app

    async def _call(self, request: web.Request) -> web.Response:
        method, raw = request.match_info["method"], await request.read()
        if request.match_info["token"] != TOKEN:
            return Refusal(401, "Unauthorized").response()
        fields: dict[str, str] = {}
        if request.content_type == "application/x-www-form-urlencoded":
            fields = dict(parse_qsl(raw.decode(), keep_blank_values=True))
        self.calls.append((method, dict(fields)))
        if method in self.held:
            await self.held[method].wait()
        refusal = self.refusals.get(method)
        if refusal is not None and refusal.times > 0:
            refusal.times -= 1
            return refusal.response()
        headers = {"Content-Type": request.headers["Content-Type"]} if raw else {}
        async with self._http.post(f"{self._emulator}{request.path}", data=raw, headers=headers) as answer:
            body = await answer.json()
            if method == "sendMessage" and answer.status == 200:
                self.delivered.append(dict(fields))
            if method == "getUpdates":
                body["result"] = [_as_edit(update) for update in body.get("result") or []]
            if method == "getUpdates" and self.garbled_polls and body.get("result"):
                self.garbled_polls -= 1
                body["result"][0]["message"]["chat"] = "not a chat"
            return web.json_response(body, status=answer.status)

    async def _file(self, request: web.Request) -> web.Response:
        self.calls.append(("download", {"path": request.match_info["path"]}))
        refusal = self.refusals.get("download")
        if refusal is not None and refusal.times > 0:
            refusal.times -= 1
            return refusal.response()
        async with self._http.get(f"{self._emulator}{request.path}") as answer:
            return web.Response(body=await answer.read(), status=answer.status)


def message(text: str | None = None, *, sender: int = 5, number: int = 1, **content: Any) -> dict[str, Any]:
    """A citizen's message as Telegram describes it."""
    return {
        "message_id": number,
        "date": 1760000000,
        "chat": {"id": sender, "type": "private", "first_name": "An"},
        "from": {"id": sender, "is_bot": False, "first_name": "An"},
        **({} if text is None else {"text": text}),
        **content,
    }


def _as_edit(update: dict[str, Any]) -> dict[str, Any]:
    """The emulator takes no edited messages: what says that it is one becomes one on its way."""
    if "edit_date" not in update.get("message", {}):
        return update
    return {("edited_message" if key == "message" else key): value for key, value in update.items()}


def keyboard(fields: dict[str, str]) -> list[list[dict[str, str]]]:
    """The rows of buttons that went out with a sendMessage."""
    return json.loads(fields["reply_markup"])["inline_keyboard"]


@asynccontextmanager
async def front(emulator_url: str) -> AsyncIterator[TelegramFront]:
    async with ClientSession() as http:
        telegram = TelegramFront(emulator_url, http)
        await telegram.reset()
        # A poll that the bot drops must be dropped at the emulator, too, or the next one meets a conflict.
        runner = web.AppRunner(telegram.app(), handler_cancellation=True, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        telegram.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield telegram
        finally:
            await runner.cleanup()
