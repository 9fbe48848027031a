"""Demo mode: the mails that the local SMTP catcher caught. Refuses repeats, and keeping more than the newest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.store import Database

_KEPT = 1000


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One mail as one recipient got it; `id` is the same for a mail that comes again."""

    id: str
    to: str
    subject: str
    text: str
    received_at: datetime


class CaughtMails:
    """The demo's mailboxes, in one table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, mail: CaughtMail) -> None:
        """Keep a mail; one with a known id changes nothing. The oldest beyond a thousand go."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "INSERT INTO caught_mails (id, recipient, subject, body, received_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO NOTHING",
                (mail.id, mail.to, mail.subject, mail.text, mail.received_at.isoformat()),
            )
            await transaction.execute(
                "DELETE FROM caught_mails WHERE id IN "
                "(SELECT id FROM caught_mails ORDER BY received_at DESC, id LIMIT 1000000 OFFSET ?)",
                (_KEPT,),
            )

    async def newest(self, to: str = "", limit: int = _KEPT) -> list[CaughtMail]:
        """Newest first, of one address (its case doesn't matter) or of all."""
        rows = await self._database.fetch_all(
            "SELECT id, recipient, subject, body, received_at FROM caught_mails "
            "WHERE ? = '' OR lower(recipient) = lower(?) ORDER BY received_at DESC, id LIMIT ?",
            (to, to, limit),
        )
        return [
            CaughtMail(r["id"], r["recipient"], r["subject"], r["body"], datetime.fromisoformat(r["received_at"]))
            for r in rows
        ]
