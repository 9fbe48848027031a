"""The bot's web application: the chat page, the chat API, health and figures, and the channels' webhooks.

Owns how errors become HTTP answers and which headers every page carries. The parts are put together in `bot.main`.
"""

from __future__ import annotations

import asyncio
import logging
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

from bot.http.body import BodyTooLarge, TooSlow, Unauthorized
from helpdesk.errors import Conflict, HelpdeskError, InvalidInput, NotFound, Overloaded, Unavailable, where

log = logging.getLogger(__name__)

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
            response = _fail(error)
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
            HelpdeskError: _refuse,
            Unauthorized: _refuse,
            HTTPException: _refuse_http,
        },
    )


async def _page(_request: Request) -> Response:
    return FileResponse(WEB_FOLDER / "index.html", headers={"Cache-Control": "no-cache"})


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


def error_json(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error in the contract's shape."""
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status, headers=headers)


async def _refuse(_request: Request, error: Exception) -> Response:
    match error:
        case Unauthorized():
            return error_json(401, "unauthorized", Unauthorized.__doc__ or "", {"WWW-Authenticate": "Bearer"})
        case TooSlow():
            return error_json(408, "too_slow", str(error))
        case BodyTooLarge():
            return error_json(413, "too_large", str(error))
        case InvalidInput(code="not_an_image" | "animated" as code):
            return error_json(415, code, str(error))
        case InvalidInput(code="too_many_pixels" as code):
            return error_json(413, code, str(error))
        case InvalidInput(code=code):
            return error_json(400, code, str(error))
        case NotFound():
            return error_json(404, "not_found", str(error))
        case Conflict():
            return error_json(409, "conflict", str(error))
        case Overloaded(retry_after=seconds):
            return error_json(429, "too_many_messages", str(error), {"Retry-After": str(round(seconds))})
        case Unavailable(service=service):
            log.error("%s unavailable: %s", service, error)
            message = "Hệ thống tạm thời chưa nhận được tin. Anh/chị thử lại sau ít phút hoặc gọi 1900 9068 giúp em ạ."
            return error_json(503, "unavailable", message, {"Retry-After": "5"})
    return _fail(error)


async def _refuse_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {
        404: ("not_found", "Không tìm thấy địa chỉ này."),
        405: ("method_not_allowed", "Cách gọi này không được hỗ trợ."),
    }
    code, message = codes.get(error.status_code, ("bad_request", "Yêu cầu chưa đúng."))
    return error_json(error.status_code, code, message, error.headers)


def _fail(error: Exception) -> Response:
    log.error("a request failed: %s", where(error))
    return error_json(500, "internal", "Hệ thống gặp lỗi. Anh/chị thử lại hoặc gọi 1900 9068 giúp em ạ.")
