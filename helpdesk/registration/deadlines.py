"""The promise of an answer within 24 hours: the office is reminded before it is broken, the citizen told when it is.

Owns when, and that each is done once for each filing, however often the clock strikes and whatever is killed between.
Refuses the chat: whoever calls tells it to those that come back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from helpdesk.calendar import utc_now
from helpdesk.errors import InvalidInput, where
from helpdesk.identity import FieldName
from helpdesk.mail import MailQueue, late_mail, office_reminder
from helpdesk.registration import states
from helpdesk.registration.model import Registration
from helpdesk.registration.store import RegistrationStore

log = logging.getLogger(__name__)

REMINDED_AFTER = timedelta(hours=20)
PROMISED_WITHIN = timedelta(hours=24)


class Deadlines:
    """The clock over the applications that wait for a decision."""

    def __init__(
        self,
        store: RegistrationStore,
        mails: MailQueue,
        office_email: str,
        page_url: str,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._mails = mails
        self._office_email = office_email
        self._page_url = page_url
        self._clock = clock

    async def run_once(self) -> list[Registration]:
        """Queue the reminders and apologies that are due; the registrations whose chat is to get the apology.

        They are marked as told already: the apology is mailed in the same transaction, and never said twice.
        """
        now = self._clock()
        for registration in await self._store.due_for_reminder(now - REMINDED_AFTER):
            await self._remind(registration, now)
        late = await self._store.due_for_apology(now - PROMISED_WITHIN)
        return [registration for registration in late if await self._apologise(registration, now)]

    async def _remind(self, registration: Registration, now: datetime) -> None:
        async with self._store.database.transaction() as transaction:
            if not await states.note_reminder(transaction, registration.id, now):
                return
            assert registration.submitted_at is not None
            hours = int((now - registration.submitted_at) / timedelta(hours=1))
            url = f"{self._page_url}/console/cases/{registration.id}"
            await self._mails.put(
                "office_reminder",
                self._office_email,
                *office_reminder(registration.case_code or "", url, hours),
                dedup_key=f"office_reminder:{_filing(registration)}",
                transaction=transaction,
            )

    async def _apologise(self, registration: Registration, now: datetime) -> bool:
        async with self._store.database.transaction() as transaction:
            if not await states.note_apology(transaction, registration.id, now):
                return False
            try:
                await self._mails.put(
                    "late",
                    registration.fields.get(FieldName.EMAIL, ""),
                    *late_mail(registration.case_code or ""),
                    dedup_key=f"late:{_filing(registration)}",
                    transaction=transaction,
                )
            except InvalidInput as error:
                log.error("case %s has no address to write to: %s", registration.id, where(error))
        return True


def _filing(registration: Registration) -> str:
    """Names one filing: what was sent back and filed again has a new promise."""
    assert registration.submitted_at is not None
    return f"{registration.id}:{registration.submitted_at.isoformat()}"
