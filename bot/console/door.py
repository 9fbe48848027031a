"""Who comes in: cookies, log-in, log-out, and the secret that every form carries.

Owns that no page, photo or decision is reached without a living session, that no other site can send our forms, and how
errors look to the staff. Refuses to know what the pages show.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.console.ports import ConsoleParts
from bot.http import Forbidden, is_own_page, read_form, refusal
from helpdesk.errors import InvalidInput, NotFound, Overloaded, Unavailable, where
from helpdesk.staff import AgentSession, Deed, same_secret

log = logging.getLogger(__name__)

HOME = "/console"
_LOGIN = f"{HOME}/login"
_SESSION_COOKIE = "vssid_console"
_LOGIN_COOKIE = "vssid_console_login"
_DEVICE_COOKIE = "vssid_console_device"
_DEVICE_KEPT = 180 * 24 * 3600
_OWN_PATH = re.compile(rf"{HOME}(?:/[A-Za-z0-9_-]+)*")
# The staff are the hotline: nobody is told to call it.
_OWN_WORDS = {
    500: "Hệ thống gặp lỗi. Anh/chị thử lại sau ít phút.",
    503: "Hệ thống đang bận. Anh/chị thử lại sau ít phút.",
}


class StalePage(Forbidden):
    """Trang này đã cũ. Anh/chị tải lại trang rồi làm lại giúp em."""


Handler = Callable[[Request], Awaitable[Response]]
StaffHandler = Callable[[Request, AgentSession], Awaitable[Response]]
FormHandler = Callable[[Request, AgentSession, Mapping[str, str]], Awaitable[Response]]


class Door:
    """Wraps the pages' handlers."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._secure = parts.page_url.startswith("https://")

    def routes(self) -> list[BaseRoute]:
        return [
            Route(_LOGIN, self._guarded(self._login_page), methods=["GET"]),
            Route(_LOGIN, self._guarded(self._log_in), methods=["POST"]),
            Route(f"{HOME}/logout", self.form(self._log_out), methods=["POST"]),
            # Last of the console's routes: an address that doesn't exist gets a page, too.
            Route(f"{HOME}/{{rest:path}}", self.staff(self._nothing_here)),
        ]

    def staff(self, handler: StaffHandler, *, whole_page: bool = True) -> Handler:
        """For whoever is logged in. Not a `whole_page`: a 401 in place of the log-in page, and no sign of life."""

        async def endpoint(request: Request) -> Response:
            session = await self._session(request, renew=whole_page)
            if session is None:
                return self._outside(request) if whole_page else _plain(401)
            return await handler(request, session)

        return self._guarded(endpoint)

    def form(self, handler: FormHandler) -> Handler:
        """For a form of ours, sent by whoever is logged in."""

        async def endpoint(request: Request) -> Response:
            session = await self._session(request, renew=True)
            if session is None:
                return self._outside(request)
            fields = await read_form(request)
            self._check_own(request, fields, session.csrf)
            return await handler(request, session, fields)

        return self._guarded(endpoint)

    def _guarded(self, handler: Handler) -> Handler:
        async def endpoint(request: Request) -> Response:
            try:
                response = await handler(request)
            except Exception as error:
                response = self._refusal(error)
            response.headers["Cache-Control"] = "no-store"
            return response

        return endpoint

    def _refusal(self, error: Exception) -> Response:
        found = refusal(error)
        message = _OWN_WORDS.get(found.status, found.message)
        return self._parts.pages.render("console/refusal.html", found.status, found.headers, message=message)

    # Sessions

    async def _session(self, request: Request, *, renew: bool) -> AgentSession | None:
        token = request.cookies.get(_SESSION_COOKIE)
        return await self._parts.agents.session(token, renew) if token else None

    def _check_own(self, request: Request, fields: Mapping[str, str], secret: str) -> None:
        given = fields.get("csrf", "")
        if not secret or not same_secret(given, secret) or not is_own_page(request, self._parts.page_url):
            raise StalePage

    def _outside(self, request: Request) -> Response:
        if request.headers.get("sec-fetch-site") == "cross-site" and request.method == "GET":
            # A strict cookie doesn't come along with a link from a webmail; it does when our own page leads on.
            return self._parts.pages.render("console/doorstep.html", path=_own_path(request.url.path))
        path = _own_path(request.url.path)
        back = "" if path == HOME or request.method != "GET" else f"?next={quote(path, safe='/')}"
        return RedirectResponse(f"{_LOGIN}{back}", 303)

    def _set_cookie(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path=HOME, httponly=True, samesite="strict", secure=self._secure
        )

    def _drop_cookie(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path=HOME, httponly=True, samesite="strict", secure=self._secure)

    # Log in, log out

    async def _login_page(self, request: Request) -> Response:
        if await self._session(request, renew=False) is not None:
            return RedirectResponse(_own_path(request.query_params.get("next", "")), 303)
        return self._show_login(request, request.query_params.get("next", ""))

    def _show_login(self, request: Request, back: str, status: int = 200, **more: str) -> Response:
        # Forms in two tabs have the same secret: either can be sent.
        secret = request.cookies.get(_LOGIN_COOKIE, "")
        if len(secret) != 43:
            secret = secrets.token_urlsafe(32)
        context: dict[str, Any] = {"csrf": secret, "back": _own_path(back), "typed": "", "fault": ""} | more
        response = self._parts.pages.render("console/login.html", status, **context)
        self._set_cookie(response, _LOGIN_COOKIE, secret)
        return response

    async def _log_in(self, request: Request) -> Response:
        fields = await read_form(request)
        back, name = fields.get("next", ""), fields.get("name", "")
        try:
            self._check_own(request, fields, request.cookies.get(_LOGIN_COOKIE, ""))
        except StalePage:
            return self._show_login(request, back, 403, typed=name, fault="Trang đã cũ. Anh/chị đăng nhập lại giúp em.")
        try:
            device = request.cookies.get(_DEVICE_COOKIE, "")
            token, agent = await self._parts.agents.log_in(name, fields.get("password", ""), device)
        except (InvalidInput, Overloaded) as error:
            status = 429 if isinstance(error, Overloaded) else 400
            response = self._show_login(request, back, status, typed=name, fault=str(error))
            # Afterwards, so that the time of the answer doesn't tell whether the name is known.
            if isinstance(error, InvalidInput):
                response.background = BackgroundTask(self._note_failure, name)
            return response
        old = request.cookies.get(_SESSION_COOKIE)
        if old:
            await self._parts.agents.log_out(old)
        await self._parts.audit.record(Deed.LOGGED_IN, agent.id, agent.name)
        response = RedirectResponse(_own_path(back), 303)
        self._set_cookie(response, _SESSION_COOKIE, token)
        self._set_cookie(response, _DEVICE_COOKIE, self._parts.agents.device_of(agent), _DEVICE_KEPT)
        self._drop_cookie(response, _LOGIN_COOKIE)
        return response

    async def _note_failure(self, name: str) -> None:
        try:
            # Names that nobody has are not noted: what was typed there may be a password, and there is no end of them.
            agent = await self._parts.agents.find(name)
            if agent is not None:
                await self._parts.audit.record(Deed.LOGIN_FAILED, agent.id, agent.name)
        except Unavailable as error:
            log.error("a failed log-in could not be noted: %s", where(error))

    async def _log_out(self, request: Request, session: AgentSession, _fields: Mapping[str, str]) -> Response:
        await self._parts.agents.log_out(request.cookies[_SESSION_COOKIE])
        await self._parts.audit.record(Deed.LOGGED_OUT, session.agent.id, session.agent.name)
        response = RedirectResponse(_LOGIN, 303)
        self._drop_cookie(response, _SESSION_COOKIE)
        return response

    async def _nothing_here(self, request: Request, _session: AgentSession) -> Response:
        if not request.path_params["rest"].strip("/"):
            return RedirectResponse(HOME, 303)
        raise NotFound("Không có trang này.")


def _own_path(path: str) -> str:
    """`path` if it is a page of the console, else the queue: nobody is led elsewhere after a log-in."""
    return path if _OWN_PATH.fullmatch(path) and path not in (_LOGIN, f"{HOME}/logout") else HOME


def _plain(status: int) -> Response:
    return Response(status_code=status)
