"""Lists: what waits for a decision, what was decided, and who did what.

Owns the order in which cases are offered and who is shown to be at which. Looking at a list is no look at a case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.console.attention_rows import MAILS
from bot.console.clock import Wait, moment, wait_of
from bot.console.door import HOME, Door
from bot.console.frame import Frame
from bot.console.ports import ConsoleParts
from bot.console.words import DEEDS, SIDES
from helpdesk.errors import HelpdeskError, InvalidInput
from helpdesk.photos import Side
from helpdesk.registration import CaseSummary, Registration, Status
from helpdesk.staff import AgentSession, AuditEntry, Deed

# So long after a colleague opened a case it is left to him.
_AT_IT = timedelta(minutes=10)
_PAGE = 100
_ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the queue."""

    case: CaseSummary
    wait: Wait
    at_it: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the queue; `total` cases wait in all."""

    rows: Sequence[Row]
    total: int
    number: int
    last: int


def outcome(registration: Registration) -> str:
    """What became of a case, in one sentence."""
    done = {Status.APPROVED: "duyệt", Status.REJECTED: "trả lại để sửa"}.get(registration.status)
    if done is None:
        return "Người dân đang sửa lại hồ sơ này." if registration.status is Status.DRAFT else ""
    return f"{registration.decided_by} đã {done} hồ sơ này lúc {moment(registration.decided_at)}."


class Queue:
    """The pages with lists."""

    def __init__(self, parts: ConsoleParts, door: Door, frame: Frame) -> None:
        self._parts = parts
        self._door = door
        self._frame = frame

    def routes(self) -> list[BaseRoute]:
        door = self._door
        return [
            Route(HOME, door.staff(self._show)),
            Route(f"{HOME}/queue", door.staff(self._rows_only, whole_page=False)),
            Route(f"{HOME}/next", door.staff(self._next)),
            Route(f"{HOME}/decided", door.staff(self._decided)),
            Route(f"{HOME}/audit", door.staff(self._audit)),
        ]

    async def _show(self, request: Request, session: AgentSession) -> Response:
        page = await self._page(request, session)
        done = await self._done(request)
        return await self._frame.render("console/queue.html", session, "queue", page=page, done=done)

    async def _rows_only(self, request: Request, session: AgentSession) -> Response:
        """The list again, for a page that asks every few seconds; nothing is opened while nothing has changed."""
        tag = await self._tag()
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        response = self._parts.pages.render("console/_rows.html", page=await self._page(request, session))
        response.headers["ETag"] = tag
        return response

    async def _tag(self) -> str:
        """Changes with the list, with who is at which case, and with each minute, which the waits are told in."""
        version = (await self._parts.cases.queue()).version
        minute = int(self._parts.clock().timestamp() // 60)
        return f'"{version}-{await self._parts.audit.newest()}-{minute}"'

    async def _page(self, request: Request, session: AgentSession) -> Page:
        viewers = await self._parts.audit.viewers(self._parts.clock() - _AT_IT)
        total = (await self._parts.cases.queue()).waiting
        last = max(1, -(-total // _ROWS))
        number = min(_number_of(request.query_params.get("page")), last)
        rows = [
            Row(case, wait_of(case.hours), at_it(viewers.get(case.id, ()), session))
            for case in await self._parts.cases.waiting(_ROWS, (number - 1) * _ROWS)
        ]
        return Page(rows, total, number, last)

    async def _next(self, request: Request, session: AgentSession) -> Response:
        """To the oldest case that nobody else is at."""
        viewers = await self._parts.audit.viewers(self._parts.clock() - _AT_IT)
        taken = {case for case, views in viewers.items() if at_it(views, session) is not None}
        free = await self._parts.cases.next_free(taken)
        done = request.query_params.get("done", "")
        target = HOME if free is None else f"{HOME}/cases/{free}"
        return RedirectResponse(f"{target}?done={done}" if done.isalnum() and done.isascii() else target, 303)

    async def _done(self, request: Request) -> str | None:
        return await done_before(self._parts, request)

    async def _decided(self, _request: Request, session: AgentSession) -> Response:
        cases = await self._parts.cases.decided(_PAGE)
        return await self._frame.render("console/decided.html", session, "decided", cases=cases, moment=moment)

    async def _audit(self, request: Request, session: AgentSession) -> Response:
        before = _moment_of(request.query_params.get("before"))
        subject = request.query_params.get("case") or None
        entries = await self._parts.audit.read(_PAGE + 1, before, subject)
        older = entries[_PAGE - 1].at.isoformat() if len(entries) > _PAGE else None
        codes = await self._parts.cases.codes({entry.subject for entry in entries if entry.subject})
        lines = [line(entry, codes.get(entry.subject or "")) for entry in entries[:_PAGE]]
        return await self._frame.render(
            "console/audit.html", session, "audit", entries=lines, older=older, subject=subject
        )


def at_it(views: list[AuditEntry] | tuple[()], session: AgentSession) -> str | None:
    """Which colleague opened the case last."""
    other = next((view for view in views if view.agent_id != session.agent.id), None)
    return None if other is None else f"{other.agent_name} đã mở lúc {moment(other.at).partition(' ')[0]}"


def line(entry: AuditEntry, case_code: str | None) -> Mapping[str, str | None]:
    """A line of the log in words; `case_code` is that of the case it is about, as long as the case is there."""
    detail = entry.detail or ""
    if entry.deed == Deed.PHOTO_VIEWED and detail in list(Side):
        detail = SIDES[Side(detail)]
    elif entry.deed in (Deed.MAIL_RESENT, Deed.MAIL_SEEN):
        detail = MAILS.get(detail, detail)
    return {
        "at": moment(entry.at),
        "who": entry.agent_name or "hệ thống",
        "did": DEEDS.get(entry.deed, entry.deed),
        "detail": detail,
        "subject": entry.subject,
        "case_code": case_code,
    }


async def done_before(parts: ConsoleParts, request: Request) -> str | None:
    """What this officer decided on the page before, in a sentence."""
    done = request.query_params.get("done", "")
    if not done:
        return None
    try:
        registration = await parts.cases.case(done)
    except HelpdeskError:
        return None
    words = {Status.APPROVED: "Đã duyệt", Status.REJECTED: "Đã trả lại"}.get(registration.status)
    return f"{words} hồ sơ {registration.case_code}." if words else None


def _moment_of(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("before", "Không có trang này.") from error
    return at if at.tzinfo else None


def _number_of(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and int(text[:9]) > 0 else 1
