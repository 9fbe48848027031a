"""Real parts at their smallest: a SQLite file, the gateway, the web application, and a Rasa that speaks HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.answering.rasa import RasaClient
from bot.answering.triage import Triage
from bot.channels.base import PushChannel
from bot.channels.web.channel import WebChannel
from bot.chores import Chore, doing
from bot.gateway.gateway import Gateway, open_gateway
from bot.http.app import build_app
from bot.metrics import Metrics
from helpdesk.services import Services, open_services
from helpdesk.settings import Settings


@asynccontextmanager
async def serving(app: Starlette, port: int = 0) -> AsyncIterator[int]:
    """The application on a real socket; yields its port."""
    config = uvicorn.Config(app, port=port, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server._serve())
    try:
        while not server.started:
            if task.done():
                await task
            await asyncio.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


class StandInRasa:
    """Rasa's gateway channel as far as HTTP goes: remembers what it was asked, answers as told."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.behave: Callable[[dict[str, Any]], Awaitable[Response]] = self.echo

    async def echo(self, request: dict[str, Any]) -> Response:
        said = request.get("message") or request.get("payload")
        return JSONResponse({"replies": [{"text": f"nghe: {said}"}]})

    def app(self) -> Starlette:
        async def webhook(request: Request) -> Response:
            body = await request.json()
            self.asked.append(body)
            return await self.behave(body)

        async def status(_request: Request) -> Response:
            return JSONResponse({"model_file": "m.tar.gz"})

        return Starlette(
            routes=[Route("/webhooks/gateway/webhook", webhook, methods=["POST"]), Route("/status", status)]
        )


@dataclass
class Stack:
    """The bot without its process: what the tests reach into."""

    services: Services
    gateway: Gateway
    web: Starlette

    @property
    def store(self) -> Any:
        return self.services.conversations.store


@asynccontextmanager
async def running(settings: Settings, channels: dict[str, PushChannel] | None = None) -> AsyncIterator[Stack]:
    """Open everything on `settings`, as `bot.main` does."""
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(settings))
        http = await stack.enter_async_context(httpx.AsyncClient())
        metrics = Metrics()
        rasa = RasaClient(http, settings.rasa_url, settings.rasa_timeout)
        triage = Triage(services.guide, services.conversations, rasa, services.registrations)
        gateway = await stack.enter_async_context(open_gateway(settings, services.conversations, triage, metrics))
        await gateway.start(channels or {})
        await stack.enter_async_context(doing([Chore("the sweep", 5.0, gateway.sweep)]))
        web = WebChannel(services.conversations, gateway, gateway.wakeups, gateway.is_answering, settings.upload_limit)

        async def store_ready() -> bool:
            await services.database.check_writable()
            return True

        app = build_app(
            web.routes(),
            {"rasa": rasa.is_ready, "store": store_ready},
            lambda: metrics.render(services.conversations.store),
            {},
            settings.content_dir,
        )
        yield Stack(services, gateway, app)


@dataclass
class Chat:
    """A citizen at the web page's API."""

    http: httpx.AsyncClient
    id: str
    token: str
    _count: int = 0

    @classmethod
    async def open(cls, http: httpx.AsyncClient) -> Chat:
        created = await http.post("/api/conversations", json={})
        assert created.status_code == 201
        return cls(http, **created.json())

    @property
    def url(self) -> str:
        return f"/api/conversations/{self.id}/messages"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def send(self, **message: Any) -> httpx.Response:
        self._count += 1
        return await self.http.post(self.url, json={"id": f"m{self._count}"} | message, headers=self.headers)

    async def history(self, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        answer = await self.http.get(self.url, params={"after": after, "wait": wait}, headers=self.headers)
        assert answer.status_code == 200
        return answer.json()["messages"]

    async def until(self, count: int, author: str = "assistant", seconds: float = 30) -> list[dict[str, Any]]:
        """The messages by `author` once there are `count` of them."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            found = [message for message in await self.history() if message["author"] == author]
            if len(found) >= count:
                return found
            assert asyncio.get_running_loop().time() < deadline, f"only {len(found)} of {count} came"
            await asyncio.sleep(0.02)
