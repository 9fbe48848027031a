"""What the office decides reaches the citizen in the chat where he wrote, and what is due happens by itself.

Owns the notices (approved, sent back, late, password changed) and the clock: reminders each minute, forgetting what is
past its time each hour. Refuses deciding (`helpdesk.registration.drafts`, `bot.console`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.answering import Answering
from bot.gateway import Gateway
from helpdesk.calendar import utc_now
from helpdesk.conversations import Button
from helpdesk.errors import HelpdeskError, where
from helpdesk.privacy import Retention
from helpdesk.registration import Deadlines, Registration, Status
from helpdesk.services import Services

log = logging.getLogger(__name__)

_EACH_MINUTE = 60.0
_EACH_HOUR = 3600.0
_REPAIR = Button("Sửa hồ sơ", '/inform{"choice":"repair"}')
_AGAIN = Button("Đăng ký lại", '/inform{"choice":"register_other"}')


class Office:
    """Tells citizens what became of their applications; made by `open_office`."""

    def __init__(self, services: Services, gateway: Gateway, answering: Answering) -> None:
        settings = services.settings
        self._gateway = gateway
        self._answering = answering
        self._guide = services.guide
        self._deadlines = Deadlines(
            services.registration_store, services.mails, settings.office_email, settings.page_url
        )
        self._retention = Retention(services.database, services.photos, settings.draft_days, settings.photo_days)

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
            reply = await self._answering.about(answer, registration, *buttons)
            await self._gateway.tell(registration.conversation_id, reply)

    async def watch_deadlines(self) -> None:
        """Each minute: remind the office, apologise to citizens."""
        while True:
            try:
                for registration in await self._deadlines.run_once():
                    await self._apologise(registration)
            except Exception as error:  # whatever broke, the clock must not stop for good
                log.error("the deadlines have to wait: %s", where(error))
            await asyncio.sleep(_EACH_MINUTE)

    async def _apologise(self, registration: Registration) -> None:
        try:
            await self._tell(registration, "reg_late_notice")
        except HelpdeskError as error:
            # The apology was mailed as well; the next in line gets theirs all the same.
            log.warning("an apology was not said in the chat: %s", where(error))

    async def forget_what_is_past(self) -> None:
        """Each hour: erase drafts, photos, codes and mails that are past their time."""
        while True:
            try:
                expired = await self._retention.expire(utc_now())
                if expired:
                    log.info("forgotten: %s", expired)
            except Exception as error:  # whatever broke, what is past its time goes an hour later
                log.error("forgetting has to wait: %s", where(error))
            await asyncio.sleep(_EACH_HOUR)


@asynccontextmanager
async def open_office(services: Services, gateway: Gateway, answering: Answering) -> AsyncIterator[Office]:
    """The office with its clock running."""
    office = Office(services, gateway, answering)
    chores = [asyncio.create_task(office.watch_deadlines()), asyncio.create_task(office.forget_what_is_past())]
    try:
        yield office
    finally:
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
