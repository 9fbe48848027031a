""" "Cần xem": replies and mails that never arrived, and answers that did not help, each with what can be done.

Owns the lists' pages and their forms. Refuses the words (`bot.console.attention_rows`), and to note who looked and did
what: `helpdesk.attention` does, before a question is opened and together with every deed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.console.attention_rows import AttentionRow, answer_row, mail_row, reply_row
from bot.console.door import HOME, Door
from bot.console.frame import Frame
from bot.console.ports import ConsoleParts
from helpdesk.errors import Conflict, InvalidInput, NotFound
from helpdesk.staff import Agent, AgentSession

PLACE = f"{HOME}/attention"
_PAGE = 20
_LISTS = {
    "replies": "Tin nhắn không tới người dân",
    "mails": "Thư không gửi được",
    "answers": "Câu trả lời chưa giúp được 👎",
}
# How many parts a place in a list has: a moment, and what tells two of one moment apart.
_PARTS = {"replies": 2, "mails": 2, "answers": 3}
_DONE = {
    "replies_again": "Trợ lý đang gửi lại tin này. Không tới được thì tin sẽ hiện lại ở đây.",
    "mails_again": "Thư đang được gửi lại. Không gửi được thì thư sẽ hiện lại ở đây.",
    "seen": "Đã ghi là anh/chị đã xem.",
}
_BETWEEN = "|"
_MARK = re.compile(r"[A-Za-z0-9:+._-]{1,64}")


@dataclass(frozen=True, slots=True)
class AttentionList:
    """One of the lists as it is shown; `older` leads to its next page."""

    name: str
    title: str
    rows: Sequence[AttentionRow]
    older: str

    @property
    def only_to_be_seen(self) -> list[str]:
        """The keys of the rows for which nothing else can be done."""
        return [row.key for row in self.rows if not row.can_go_again]


class AttentionPages:
    """The pages under `/console/attention`."""

    def __init__(self, parts: ConsoleParts, door: Door, frame: Frame) -> None:
        self._parts = parts
        self._door = door
        self._frame = frame

    def routes(self) -> list[BaseRoute]:
        door = self._door
        return [
            Route(PLACE, door.staff(self._show)),
            Route(f"{PLACE}/{{list}}/again", door.form(self._again), methods=["POST"]),
            Route(f"{PLACE}/{{list}}/seen", door.form(self._see), methods=["POST"]),
        ]

    async def _show(self, request: Request, session: AgentSession) -> Response:
        done = _DONE.get(request.query_params.get("done", ""))
        only = request.query_params.get("list", "")
        if not only:
            return await self._page(session, done=done)
        if only not in _LISTS:
            raise NotFound("Không có trang này.")
        return await self._page(session, only, _place(only, request.query_params.get("before", "")), done=done)

    async def _page(
        self,
        session: AgentSession,
        only: str = "",
        before: tuple[str, ...] = (),
        *,
        status: int = 200,
        done: str | None = None,
        fault: str | None = None,
    ) -> Response:
        lists = [await self._list(name, before, session) for name in ([only] if only else _LISTS)]
        context: dict[str, Any] = {"lists": lists, "only": only, "before": _BETWEEN.join(before)}
        context |= {"done": done, "fault": fault}
        return await self._frame.render("console/attention.html", session, "attention", status, **context)

    async def _list(self, name: str, before: tuple[str, ...], session: AgentSession) -> AttentionList:
        desk, titles = self._parts.attention, self._parts.titles()
        # One more than is shown tells whether there is another page.
        if name == "replies":
            replies = await desk.replies(_PAGE + 1, before)
            cases = await desk.cases_of_replies(replies)
            rows = [reply_row(reply, titles, cases.get(reply.conversation_id)) for reply in replies]
            places = [(reply.at.isoformat(), reply.message_id) for reply in replies]
            return _shown(name, rows, places)
        if name == "mails":
            mails = await desk.mails(_PAGE + 1, before)
            cases = await desk.cases_of_mails(mails)
            return _shown(
                name, [mail_row(mail, cases.get(mail.id)) for mail in mails], [(m.at.isoformat(), m.id) for m in mails]
            )
        answers = await desk.answers(_PAGE + 1, before)
        questions = await desk.questions(answers[:_PAGE], session.agent)
        rows = [answer_row(answer, asked, titles) for answer, asked in zip(answers, questions, strict=False)]
        return _shown(name, rows, [(a.at.isoformat(), a.conversation_id, a.answer) for a in answers])

    # What is done about it

    async def _again(self, request: Request, session: AgentSession, fields: Mapping[str, str]) -> Response:
        name, key = request.path_params["list"], fields.get("key", "")
        try:
            if name == "replies":
                await self._parts.attention.send_reply_again(key, session.agent)
            elif name == "mails":
                await self._parts.attention.send_mail_again(key, session.agent)
            else:
                raise NotFound("Không có trang này.")
        except Conflict as error:
            return await self._page(session, status=409, fault=str(error))
        return _back(name, f"{name}_again", fields)

    async def _see(self, request: Request, session: AgentSession, fields: Mapping[str, str]) -> Response:
        name = request.path_params["list"]
        if name not in _LISTS:
            raise NotFound("Không có trang này.")
        for key in fields.get("key", "").split()[:_PAGE]:
            await self._see_one(name, key, session.agent)
        return _back(name, "seen", fields)

    async def _see_one(self, name: str, key: str, agent: Agent) -> None:
        if name == "replies":
            await self._parts.attention.see_reply(key, agent)
        elif name == "mails":
            await self._parts.attention.see_mail(key, agent)
        else:
            conversation_id, _, answer = key.partition(".")
            await self._parts.attention.see_answer(conversation_id, answer, agent)


def _shown(name: str, rows: Sequence[AttentionRow], places: Sequence[tuple[str, ...]]) -> AttentionList:
    older = _BETWEEN.join(places[_PAGE - 1]) if len(places) > _PAGE else ""
    return AttentionList(name, _LISTS[name], rows[:_PAGE], older)


def _place(name: str, text: str) -> tuple[str, ...]:
    """Where a page of a list begins; nothing for its newest."""
    parts = tuple(text.split(_BETWEEN)) if text else ()
    if parts and (len(parts) != _PARTS[name] or not all(_MARK.fullmatch(part) for part in parts)):
        raise InvalidInput("before", "Không có trang này.")
    return parts


def _back(name: str, done: str, fields: Mapping[str, str]) -> Response:
    """To the page of the list where the deed was done."""
    query = {"done": done}
    if fields.get("list") == name:
        query |= {"list": name, "before": fields.get("before", "")}
    return RedirectResponse(f"{PLACE}?{urlencode(query)}#{name}", 303)
