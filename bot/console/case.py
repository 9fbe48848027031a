"""One application: everything the citizen gave, its photos, and the decision.

Owns that every look at a case or a photo is noted before it is granted, that a decision is confirmed and fits what the
officer saw, and that of two officers the second learns who was first. Refuses the rules of a decision
(`helpdesk.registration.drafts`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.console.case_view import CaseView
from bot.console.clock import moment, wait_of
from bot.console.door import HOME, Door
from bot.console.frame import Frame
from bot.console.ports import ConsoleParts
from bot.console.queue import at_it, done_before, line, outcome
from bot.console.sending_back import LONGEST_NOTE, NOTHING, SendingBack
from bot.console.words import GENERAL_REASONS, REASONS
from helpdesk.errors import Conflict, InvalidInput, NotFound, where
from helpdesk.photos import Side
from helpdesk.registration import Registration, Status
from helpdesk.staff import AgentSession, Deed

log = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_HISTORY = 30


class CasePages:
    """The pages of one case."""

    def __init__(self, parts: ConsoleParts, door: Door, frame: Frame) -> None:
        self._parts = parts
        self._door = door
        self._frame = frame

    def routes(self) -> list[BaseRoute]:
        door, case = self._door, f"{HOME}/cases/{{case_id}}"
        return [
            Route(case, door.staff(self._show)),
            Route(f"{case}/state", door.staff(self._state, whole_page=False)),
            Route(f"{case}/photos/{{side}}", door.staff(self._photo, whole_page=False)),
            Route(f"{case}/approve", door.form(self._approve), methods=["POST"]),
            Route(f"{case}/reject", door.form(self._reject), methods=["POST"]),
        ]

    async def _case(self, request: Request) -> Registration:
        case_id = request.path_params["case_id"]
        if not _ID.fullmatch(case_id):
            raise NotFound("Không có hồ sơ này.")
        registration = await self._parts.cases.case(case_id)
        if registration.status not in (Status.SUBMITTED, Status.APPROVED, Status.REJECTED):
            raise NotFound(outcome(registration) or "Không có hồ sơ này.")
        return registration

    async def _show(self, request: Request, session: AgentSession) -> Response:
        done = await done_before(self._parts, request)
        return await self._page(await self._case(request), session, done=done)

    async def _page(
        self,
        registration: Registration,
        session: AgentSession,
        *,
        status: int = 200,
        done: str | None = None,
        fault: str | None = None,
        sending_back: SendingBack = NOTHING,
    ) -> Response:
        await self._parts.audit.record(Deed.CASE_VIEWED, session.agent.id, session.agent.name, registration.id)
        entries = await self._parts.audit.read(_HISTORY, subject=registration.id)
        history = [line(entry, registration.case_code) for entry in entries]
        context: dict[str, Any] = {"case": CaseView(registration), "history": history, "done": done, "fault": fault}
        context |= {"chosen": sending_back, "longest_note": LONGEST_NOTE, "moment": moment}
        context |= {"reasons": REASONS, "general_reasons": GENERAL_REASONS}
        context |= await self._notice(registration, session)
        return await self._frame.render("console/case.html", session, "case", status, **context)

    async def _notice(self, registration: Registration, session: AgentSession) -> dict[str, Any]:
        """What may change while the page is looked at."""
        views = await self._parts.audit.read(_HISTORY, subject=registration.id)
        recent = [view for view in views if view.deed == Deed.CASE_VIEWED]
        submitted = registration.submitted_at or registration.created_at
        return {
            "wait": wait_of((self._parts.clock() - submitted).total_seconds() / 3600),
            "outcome": outcome(registration),
            "at_it": at_it(recent, session),
            "others": (await self._parts.cases.queue()).waiting - (registration.status is Status.SUBMITTED),
        }

    async def _state(self, request: Request, session: AgentSession) -> Response:
        notice = await self._notice(await self._case(request), session)
        return self._parts.pages.render("console/_notice.html", **notice)

    async def _photo(self, request: Request, session: AgentSession) -> Response:
        registration = await self._case(request)
        side = request.path_params["side"]
        if side not in list(Side):
            raise NotFound("Không có ảnh này.")
        await self._parts.audit.record(
            Deed.PHOTO_VIEWED, session.agent.id, session.agent.name, registration.id, detail=side
        )
        content = await self._parts.cases.photo(registration.id, Side(side))
        return Response(content, media_type="image/jpeg", headers={"Content-Disposition": "inline"})

    # Decisions

    async def _approve(self, request: Request, session: AgentSession, fields: Mapping[str, str]) -> Response:
        registration = await self._case(request)
        try:
            _check_seen(registration, fields)
            if fields.get("step") == "edit":
                return RedirectResponse(f"{HOME}/cases/{registration.id}", 303)
            if fields.get("step") != "send":
                return await self._confirm(registration, session, "console/approve.html")
            agent = session.agent
            decided = await self._parts.cases.approve(registration.id, agent.id, agent.name)
        except Conflict as error:
            return await self._too_late(request, session, error)
        return await self._decided(decided)

    async def _reject(self, request: Request, session: AgentSession, fields: Mapping[str, str]) -> Response:
        registration = await self._case(request)
        sending_back = SendingBack.of_form(fields)
        try:
            _check_seen(registration, fields)
            if fields.get("step") == "edit":
                return await self._page(registration, session, sending_back=sending_back)
            try:
                reason = sending_back.reason()
            except InvalidInput as error:
                return await self._page(registration, session, status=400, fault=str(error), sending_back=sending_back)
            if fields.get("step") != "send":
                kept = sending_back.fields()
                names = [REASONS[part][0] for part in sending_back.repair]
                return await self._confirm(
                    registration, session, "console/reject.html", reason=reason, kept=kept, names=names
                )
            agent = session.agent
            decided = await self._parts.cases.reject(registration.id, agent.id, agent.name, reason, sending_back.repair)
        except Conflict as error:
            return await self._too_late(request, session, error)
        return await self._decided(decided)

    async def _confirm(self, registration: Registration, session: AgentSession, page: str, **more: Any) -> Response:
        return await self._frame.render(page, session, "case", case=CaseView(registration), **more)

    async def _decided(self, registration: Registration) -> Response:
        try:
            await self._parts.notify(registration)
        except Exception as error:
            # The decision stands, and the mail is on its way: the chat is the lesser of the two.
            log.error("the chat of case %s was not told: %s", registration.id, where(error))
        return RedirectResponse(f"{HOME}/next?done={registration.id}", 303)

    async def _too_late(self, request: Request, session: AgentSession, error: Conflict) -> Response:
        registration = await self._case(request)
        await self._parts.audit.record(Deed.DECISION_REFUSED, session.agent.id, session.agent.name, registration.id)
        fault = f"Quyết định của anh/chị chưa được ghi. {outcome(registration) or error}"
        return await self._page(registration, session, status=409, fault=fault)


def _check_seen(registration: Registration, fields: Mapping[str, str]) -> None:
    """Conflict unless the officer saw what he decides on: it may have been sent back and repaired meanwhile."""
    if registration.status is not Status.SUBMITTED:
        raise Conflict
    if fields.get("seen") != CaseView(registration).seen:
        raise Conflict("Người dân vừa sửa và gửi lại hồ sơ này. Anh/chị xem lại rồi quyết định giúp em.")
