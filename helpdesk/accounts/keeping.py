"""What is kept of codes, accounts and their links, and for how long.

Owns the ages: a code as long as it counts for a limit, a link a day longer than it is good for; an account until its
citizen wants it gone. Owns what of the codes outlives an erasing, and why.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from helpdesk.calendar import utc_now
from helpdesk.mail import MailKeeping
from helpdesk.store import PORTION, Domain, Forgotten, Row, Sealer, Transaction

# The limits on new codes look back one hour. Hashes so young stay until they are past their time: erasing again and
# again must not be a way to send one address code after code.
_CODES_COUNT = timedelta(hours=1)
# An older code counts for nothing.
_CODE_KEPT = timedelta(hours=2)
# A day in which the page can still say that a link is used up or too old.
_LINK_KEPT = timedelta(days=1)
# The code under which data is being deleted: the turn may have to be repeated after a kill.
_THIS_ERRAND = "delete"
_COLUMNS = "id, email_index, sealed"


class CodeKeeping(Domain):
    """The one-time codes of one database."""

    tables: ClassVar[tuple[str, ...]] = ("otp_challenges",)

    def __init__(self, mails: MailKeeping, clock: Callable[[], datetime] = utc_now) -> None:
        self._mails = mails
        self._clock = clock

    async def forget(self, transaction: Transaction, conversation_id: str) -> Forgotten:
        await self.forget_subject(transaction, conversation_id)
        return Forgotten()

    async def forget_subject(self, transaction: Transaction, subject: str) -> None:
        """End the codes that are for this conversation or link, and their mails."""
        now = self._clock()
        rows = await transaction.fetch_all("SELECT id FROM otp_challenges WHERE subject = ?", (subject,))
        await transaction.execute(
            "UPDATE otp_challenges SET superseded_at = ? "
            "WHERE subject = ? AND superseded_at IS NULL AND used_at IS NULL",
            (now.isoformat(), subject),
        )
        await transaction.execute(
            "DELETE FROM otp_challenges WHERE subject = ? AND purpose <> ? AND created_at < ?",
            (subject, _THIS_ERRAND, (now - _CODES_COUNT).isoformat()),
        )
        await self._mails.forget_about(transaction, [subject, *(row["id"] for row in rows)])

    async def expire(self, transaction: Transaction, now: datetime) -> Forgotten:
        codes = await transaction.execute(
            "DELETE FROM otp_challenges WHERE id IN "
            "(SELECT id FROM otp_challenges WHERE created_at < ? AND expires_at < ? LIMIT ?)",
            ((now - _CODE_KEPT).isoformat(), now.isoformat(), PORTION),
        )
        return Forgotten({"codes": codes})


class AccountKeeping(Domain):
    """The accounts of one database and the links to their passwords."""

    tables: ClassVar[tuple[str, ...]] = ("accounts", "password_links")

    def __init__(self, sealer: Sealer, codes: CodeKeeping, mails: MailKeeping) -> None:
        self._sealer = sealer
        self._codes = codes
        self._mails = mails

    async def forget(self, transaction: Transaction, conversation_id: str) -> Forgotten:
        rows = await transaction.fetch_all(
            f"SELECT {_COLUMNS} FROM accounts WHERE conversation_id = ?",  # noqa: S608 - the names above
            (conversation_id,),
        )
        return await self._forget(transaction, rows)

    async def forget_applicant(
        self, transaction: Transaction, registration_id: str, bhxh_index: str | None, email_index: str | None
    ) -> Forgotten:
        """Delete the account that came of an application, or bears both of its indexes."""
        rows = await transaction.fetch_all(
            f"SELECT {_COLUMNS} FROM accounts "  # noqa: S608 - the names above
            "WHERE registration_id = ? OR (bhxh_index = ? AND email_index = ?)",
            (registration_id, bhxh_index, email_index),
        )
        return await self._forget(transaction, rows)

    async def _forget(self, transaction: Transaction, rows: list[Row]) -> Forgotten:
        gone = Forgotten({"accounts": len(rows)})
        for row in rows:
            links = await transaction.fetch_all(
                "SELECT token_hash FROM password_links WHERE account_id = ?", (row["id"],)
            )
            # Its links go with it.
            await transaction.execute("DELETE FROM accounts WHERE id = ?", (row["id"],))
            for link in links:
                await self._codes.forget_subject(transaction, link["token_hash"])
            await self._mails.forget_about(transaction, [row["id"]])
            address = str(self._sealer.open_or_nothing(row["sealed"]).get("email") or "")
            gone += Forgotten(addresses={row["email_index"]: address})
        return gone

    async def writes_to(self, transaction: Transaction, address_index: str) -> bool:
        row = await transaction.fetch_one("SELECT 1 FROM accounts WHERE email_index = ? LIMIT 1", (address_index,))
        return row is not None

    async def expire(self, transaction: Transaction, now: datetime) -> Forgotten:
        links = await transaction.execute(
            "DELETE FROM password_links WHERE token_hash IN "
            "(SELECT token_hash FROM password_links WHERE expires_at < ? LIMIT ?)",
            ((now - _LINK_KEPT).isoformat(), PORTION),
        )
        return Forgotten({"links": links})
