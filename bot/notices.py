"""Notices: what the office decides reaches the citizen in the chat where he wrote.

Owns which answer of the guide tells it (approved, sent back, late, password changed) and its tap. Refuses deciding
(`helpdesk.registration.desk`, `bot.console`) and the time (`bot.chores`).
"""

from __future__ import annotations

import logging

from bot.answering import Rendering
from bot.gateway import Gateway
from helpdesk.conversations import Button
from helpdesk.errors import HelpdeskError, where
from helpdesk.guide import Guide
from helpdesk.registration import Registration, Status

log = logging.getLogger(__name__)

_REPAIR = Button("Sửa hồ sơ", '/inform{"choice":"repair"}')
_AGAIN = Button("Đăng ký lại", '/inform{"choice":"register_other"}')


class Notices:
    """Tells citizens what became of their applications."""

    def __init__(self, guide: Guide, gateway: Gateway, rendering: Rendering) -> None:
        self._guide = guide
        self._gateway = gateway
        self._rendering = rendering

    async def decided(self, registration: Registration) -> None:
        """Tell the citizen what was decided, with a tap to repair what was sent back."""
        if registration.status is Status.APPROVED:
            await self._tell(registration, "reg_approved_notice")
        elif registration.status is Status.REJECTED and registration.repair:
            await self._tell(registration, "reg_rejected_notice", _REPAIR)
        elif registration.status is Status.REJECTED:
            await self._tell(registration, "reg_rejected_whole_notice", _AGAIN)

    async def password_changed(self, conversation_id: str) -> None:
        """Tell the conversation of an account that its password was changed."""
        await self._gateway.tell(conversation_id, self._guide.render("reg_password_changed_notice"))

    async def _tell(self, registration: Registration, answer: str, *buttons: Button) -> None:
        if registration.conversation_id is not None:
            reply = self._rendering.about(answer, registration, *buttons)
            await self._gateway.tell(registration.conversation_id, reply)

    async def apologise(self, registration: Registration) -> None:
        """Tell the citizen that the decision is late."""
        try:
            await self._tell(registration, "reg_late_notice")
        except HelpdeskError as error:
            # The apology was mailed as well; the next in line gets theirs all the same.
            log.warning("an apology was not said in the chat: %s", where(error))
