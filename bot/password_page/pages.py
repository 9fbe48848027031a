"""The password page: where a one-time link leads. Old, new and repeated password, then the code from the mailbox.

Owns the steps and their addresses. Looking at a page changes nothing (mail scanners open links before people do), every
page can be loaded again, and no password is ever written back into one. Refuses the rules
(`helpdesk.accounts.accounts`).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.http import Forbidden, Pages, is_own_page, read_form, refusal
from bot.password_page.words import RULES, STRENGTHS, Fault, fault_of, too_soon
from helpdesk.accounts import COMMON, Accounts, Link
from helpdesk.errors import Conflict, HelpdeskError, InvalidInput, NotFound, Overloaded, where
from helpdesk.mail import masked

log = logging.getLogger(__name__)

Changed = Callable[[str], Awaitable[None]]
_RESEND_AFTER = 60
_NO_STORE = {"Cache-Control": "no-store"}
# What the page says for a status; for all others that it is a matter of waiting.
_STOPPED = {400: "foreign", 403: "foreign", 404: "gone", 409: "overtaken"}


class PasswordPages:
    """The pages under /password; `changed` is called with the conversation that the changed account belongs to."""

    def __init__(self, accounts: Accounts, pages: Pages, page_url: str, changed: Changed) -> None:
        self._accounts = accounts
        self._pages = pages
        self._page_url = page_url
        self._changed = changed

    def routes(self) -> list[BaseRoute]:
        page = "/password/{token}"
        return [
            Route(page, self._guarded(self._show), methods=["GET"]),
            Route(page, self._guarded(self._propose), methods=["POST"]),
            Route(f"{page}/code", self._guarded(self._show_code), methods=["GET"]),
            Route(f"{page}/code", self._guarded(self._confirm), methods=["POST"]),
            Route(f"{page}/done", self._guarded(self._show_done), methods=["GET"]),
        ]

    def _guarded(
        self, answer: Callable[[Request, str], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Whatever goes wrong is told on a page, in words that say what to do."""

        async def endpoint(request: Request) -> Response:
            try:
                if request.method == "POST" and not is_own_page(request, self._page_url):
                    raise Forbidden
                return await answer(request, request.path_params["token"])
            except HelpdeskError as error:
                found = refusal(error)
                return self._stopped(_STOPPED.get(found.status, "busy"), found.status, found.headers)

        return endpoint

    def _stopped(self, reason: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
        return self._pages.render("password_stopped.html", status, headers, reason=reason)

    # The passwords

    async def _show(self, _request: Request, token: str) -> Response:
        return self._form(await self._accounts.open_link(token))

    def _form(self, link: Link, fault: Fault | None = None, status: int = 200) -> Response:
        return self._pages.render(
            "password.html",
            status,
            purpose=link.purpose,
            fault=fault,
            rules=RULES,
            strengths=list(STRENGTHS.values()),
            common=" ".join(sorted(COMMON)),
            first_password=link.account.first_password,
            email=masked(link.account.email),
        )

    async def _propose(self, request: Request, token: str) -> Response:
        link = await self._accounts.open_link(token)
        form = await read_form(request)
        old, new, repeat = (form.get(name, "") for name in ("old", "new", "repeat"))
        try:
            proposed = await self._accounts.propose(token, old, new, repeat)
        except InvalidInput as error:
            if getattr(error, "tries_left", None) == 0:
                return self._stopped("tries", 403)
            return self._form(link, fault_of(error), 422)
        except Overloaded as error:
            return self._form(link, too_soon(error.retry_after), 429)
        return _see(token, "code", p=proposed.proposal or "", wait=str(_RESEND_AFTER))

    # The code

    async def _show_code(self, request: Request, token: str) -> Response:
        proposal = request.query_params.get("p", "")
        if await self._accounts.is_done(token, proposal):
            return _see(token, "done", p=proposal)
        link = await self._proposed(token, proposal)
        fault = Fault("", _MAIL_FAILED) if await self._accounts.code_failed(link) else None
        fresh = request.query_params.get("wait") == str(_RESEND_AFTER)
        return self._code_form(link, fault, wait=_RESEND_AFTER if fresh else 0)

    async def _proposed(self, token: str, proposal: str) -> Link:
        link = await self._accounts.open_link(token)
        if link.proposal is None or link.proposal != proposal:
            raise Conflict
        return link

    def _code_form(self, link: Link, fault: Fault | None, status: int = 200, wait: float = 0) -> Response:
        return self._pages.render(
            "password_code.html",
            status,
            fault=fault,
            proposal=link.proposal,
            email=masked(link.account.email),
            wait=round(wait),
        )

    async def _confirm(self, request: Request, token: str) -> Response:
        form = await read_form(request)
        proposal = form.get("p", "")
        # The second of two taps, or a page that was sent again.
        if await self._accounts.is_done(token, proposal):
            return _see(token, "done", p=proposal)
        link = await self._proposed(token, proposal)
        try:
            if form.get("step") == "resend":
                await self._accounts.send_code(link)
                return _see(token, "code", p=proposal, wait=str(_RESEND_AFTER))
            account = await self._accounts.confirm(token, proposal, form.get("code", ""))
        except InvalidInput as error:
            return self._code_form(link, fault_of(error), 422)
        except Overloaded as error:
            return self._code_form(link, too_soon(error.retry_after), 429, wait=error.retry_after)
        if account.conversation_id is not None:
            await self._tell(account.conversation_id)
        return _see(token, "done", p=proposal)

    async def _tell(self, conversation_id: str) -> None:
        try:
            await self._changed(conversation_id)
        except HelpdeskError as error:
            # The password is changed and a mail says so: the chat's word is a courtesy.
            log.warning("the conversation was not told of its new password: %s", where(error))

    async def _show_done(self, request: Request, token: str) -> Response:
        if not await self._accounts.is_done(token, request.query_params.get("p", "")):
            raise NotFound
        return self._pages.render("password_done.html")


_MAIL_FAILED = (
    "Thư có mã chưa gửi tới được hộp thư của anh/chị. Anh/chị bấm “Gửi lại mã”, hoặc gọi 1900 9068 để được giúp ạ."
)


def _see(token: str, step: str, **query: str) -> Response:
    return RedirectResponse(f"/password/{token}/{step}?{urlencode(query)}", 303, _NO_STORE)


def routes(accounts: Accounts, pages: Pages, page_url: str, changed: Changed) -> list[BaseRoute]:
    """The routes to mount."""
    return PasswordPages(accounts, pages, page_url, changed).routes()
