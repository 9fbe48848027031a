"""The bot's web application: the chat page, the chat API, health and figures, and the channels' webhooks.

Owns which headers every page carries, and that no error leaves it as one (what it becomes: `bot.http.errors`). The
parts are put together in `bot.main`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.http.errors import refusal_json, refuse
from helpdesk.errors import HelpdeskError

WEB_FOLDER = Path(__file__).resolve().parent.parent / "web"
# style-src needs 'unsafe-inline' for deep-chat, which styles its parts from script; nothing else does.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
        "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]


class _Revalidated(StaticFiles):
    """Static files that a browser asks about each time, so that an update never mixes old and new modules."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


Check = Callable[[], Awaitable[bool]]
Webhook = Callable[[Mapping[str, str], bytes], Awaitable[int]]
_WEBHOOK_LIMIT = 1024 * 1024


class _SecurityHeaders:
    """Plain ASGI, so that event streams pass through unbuffered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_RAW_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class _Failures:
    """Answers what nobody expected. Stock Starlette hands it on to uvicorn, which logs its text: that may quote."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:
            response = refusal_json(error)
            if started:
                # Too late for another answer; the connection has to break, or half of one would pass for all.
                raise RuntimeError("an answer broke off") from None
            await response(scope, receive, send)


def build_app(
    api: Sequence[BaseRoute],
    checks: Mapping[str, Check],
    metrics: Callable[[], Awaitable[bytes]],
    webhooks: Mapping[str, Webhook],
    content_dir: Path,
    pages: Sequence[BaseRoute] = (),
) -> Starlette:
    """The application.

    `api` are the web chat's routes; `checks` are what readiness asks, by the name it shows; `webhooks` are by channel
    name; `pages` come from elsewhere.
    """

    async def ready(_request: Request) -> Response:
        results = await asyncio.gather(*(check() for check in checks.values()), return_exceptions=True)
        states = {name: result is True for name, result in zip(checks, results, strict=True)}
        body = {"ready": all(states.values()), "parts": {n: "ok" if up else "down" for n, up in states.items()}}
        return JSONResponse(body, status_code=200 if all(states.values()) else 503)

    async def figures(_request: Request) -> Response:
        return Response(await metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    routes: list[BaseRoute] = [
        *api,
        Route("/", _page),
        Route("/favicon.ico", _favicon),
        Route("/healthz", _alive),
        Route("/readyz", ready),
        Route("/metrics", figures),
        *pages,
        *(Route(f"/channels/{name}/webhook", _webhook(hook), methods=["POST"]) for name, hook in webhooks.items()),
        Mount("/static", _Revalidated(directory=WEB_FOLDER), name="static"),
    ]
    if (content_dir / "guide" / "pictures").is_dir():
        routes.append(Mount("/pictures", StaticFiles(directory=content_dir / "guide" / "pictures"), name="pictures"))
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(_SecurityHeaders),
            Middleware(_Failures),
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=6),
        ],
        exception_handlers={
            HelpdeskError: refuse,
            HTTPException: refuse,
        },
    )


async def _page(_request: Request) -> Response:
    return FileResponse(WEB_FOLDER / "chat" / "index.html", headers={"Cache-Control": "no-cache"})


async def _favicon(_request: Request) -> Response:
    return FileResponse(WEB_FOLDER / "icons" / "icon.svg", media_type="image/svg+xml")


async def _alive(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _webhook(hook: Webhook) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        declared = request.headers.get("content-length", "")
        if not declared.isdigit() or int(declared) > _WEBHOOK_LIMIT:
            return PlainTextResponse("", status_code=413)
        return PlainTextResponse("", status_code=await hook(request.headers, await request.body()))

    return endpoint
