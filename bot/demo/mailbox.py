"""The demo's mailbox: a page for people and a list for programs (the contract's interfaces).

Owns their shapes. They exist in the demo only: with a real mail server nothing is routed here.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.http import Pages
from helpdesk.calendar import VIETNAM
from helpdesk.mail import CaughtMails

_ON_THE_PAGE = 50


def routes(mails: CaughtMails, pages: Pages) -> list[BaseRoute]:
    """`GET /demo/mailbox` and `GET /demo/mailbox.json`, both with an optional `to`."""

    async def page(request: Request) -> Response:
        to = _address(request)
        found = await mails.newest(to, _ON_THE_PAGE)
        shown = [
            {
                "to": mail.to,
                "subject": mail.subject,
                "text": mail.text,
                "at": mail.received_at.astimezone(VIETNAM).strftime("%H:%M:%S ngày %d/%m/%Y"),
                "iso": mail.received_at.isoformat(),
            }
            for mail in found
        ]
        return pages.render("mailbox.html", to=to, mails=shown, newest=found[0].id if found else "")

    async def listing(request: Request) -> Response:
        body = [
            {"to": mail.to, "subject": mail.subject, "text": mail.text, "received_at": mail.received_at.isoformat()}
            for mail in await mails.newest(_address(request))
        ]
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    return [Route("/demo/mailbox", page), Route("/demo/mailbox.json", listing)]


def _address(request: Request) -> str:
    return request.query_params.get("to", "").strip()
