"""What is kept of mails, and for how long.

Owns the age: thirty days for what was sent or given up, and for what the demo caught. What is still to be sent is never
lost, however long the mail server was away.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from helpdesk.store import PORTION, Domain, Forgotten, Transaction

# Long enough that no key comes back, short enough that whom we wrote to is not kept for ever.
_KEPT = timedelta(days=30)


class MailKeeping(Domain):
    """The mails of one database, queued and caught."""

    tables: ClassVar[tuple[str, ...]] = ("mails", "mail_subjects", "caught_mails")

    async def forget(self, transaction: Transaction, conversation_id: str) -> Forgotten:
        await self.forget_about(transaction, [conversation_id])
        return Forgotten()

    async def forget_about(self, transaction: Transaction, marks: Sequence[str]) -> None:
        """Delete the mails whose key names one of these ids, those that wait too."""
        await transaction.execute_many(
            "DELETE FROM mails WHERE id IN (SELECT mail_id FROM mail_subjects WHERE subject = ?)",
            [(mark,) for mark in marks],
        )

    async def forget_address(self, transaction: Transaction, address_index: str, address: str) -> None:
        await transaction.execute("DELETE FROM mails WHERE address_index = ?", (address_index,))
        await transaction.execute("DELETE FROM caught_mails WHERE LOWER(recipient) = ?", (address.lower(),))

    async def expire(self, transaction: Transaction, now: datetime) -> Forgotten:
        limit = (now - _KEPT).isoformat()
        ended = await transaction.execute(
            "DELETE FROM mails WHERE id IN (SELECT id FROM mails "
            "WHERE created_at < ? AND state IN ('sent', 'expired', 'failed') LIMIT ?)",
            (limit, PORTION),
        )
        caught = await transaction.execute(
            "DELETE FROM caught_mails WHERE id IN (SELECT id FROM caught_mails WHERE received_at < ? LIMIT ?)",
            (limit, PORTION),
        )
        return Forgotten({"mails": ended + caught})
