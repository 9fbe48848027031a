"""Mails on their way out: the statements. Refuses rules: what an end means is `helpdesk.mail.queue`'s."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from helpdesk.store import Database, Row, Transaction

# An id of digits only is rare, and long.
_SHORTEST_NUMBER = 16


class MailStore:
    """Reads and writes of the table `mails`; a claim is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def add(
        self,
        transaction: Transaction,
        *,
        identifier: str,
        kind: str,
        dedup_key: str,
        address_index: str,
        sealed: str,
        now: datetime,
        expires_at: datetime | None,
        about: Collection[str] = (),
    ) -> None:
        """Queue a mail; nothing changes when the key is known."""
        added = await transaction.execute(
            "INSERT INTO mails (id, kind, dedup_key, address_index, sealed, state, next_try_at, expires_at, "
            "created_at) VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, ?) ON CONFLICT (dedup_key) DO NOTHING",
            (
                identifier,
                kind,
                dedup_key,
                address_index,
                sealed,
                now.isoformat(),
                expires_at.isoformat() if expires_at else None,
                now.isoformat(),
            ),
        )
        if added:
            await transaction.execute_many(
                "INSERT INTO mail_subjects (subject, mail_id) VALUES (?, ?)",
                [(subject, identifier) for subject in {*_subjects(dedup_key), *about}],
            )

    async def remove(self, transaction: Transaction, kind: str, subject: str) -> None:
        await transaction.execute(
            "DELETE FROM mails WHERE id IN (SELECT mail_id FROM mail_subjects WHERE subject = ?) AND kind = ?",
            (subject, kind),
        )

    async def take_up(self, now: datetime) -> int:
        """Queue again what a killed run was sending; how many."""
        async with self.database.transaction() as transaction:
            return await transaction.execute(
                "UPDATE mails SET state = 'queued', next_try_at = ? WHERE state = 'sending'", (now.isoformat(),)
            )

    async def claim(self, now: datetime, limit: int) -> list[Row]:
        """Mark as being sent what is due; what must arrive in time goes first."""
        query = (
            "SELECT id, kind, sealed, attempts, created_at FROM mails WHERE state = 'queued' AND next_try_at <= ? "
            "AND (expires_at IS NULL OR expires_at > ?) "
            "ORDER BY CASE WHEN expires_at IS NULL THEN 1 ELSE 0 END, next_try_at LIMIT ?"
        )
        parameters = (now.isoformat(), now.isoformat(), limit)
        # Looked at outside of a transaction first: mostly there is nothing, and a write would be a disk flush.
        if not await self.database.fetch_all(query, parameters):
            return []
        async with self.database.transaction(key="mails") as transaction:
            rows = await transaction.fetch_all(query, parameters)
            await transaction.execute_many(
                "UPDATE mails SET state = 'sending', attempts = attempts + 1 WHERE id = ?", [(r["id"],) for r in rows]
            )
            return rows

    async def overdue(self, now: datetime, given_up_since: datetime) -> list[Row]:
        """The waiting mails that are past their own time, or, having none, were queued before `given_up_since`."""
        return await self.database.fetch_all(
            "SELECT id, kind, expires_at FROM mails WHERE state = 'queued' "
            "AND (expires_at <= ? OR (expires_at IS NULL AND created_at <= ?))",
            (now.isoformat(), given_up_since.isoformat()),
        )

    async def put_off(self, identifier: str, error: str, until: datetime) -> None:
        async with self.database.transaction() as transaction:
            await transaction.execute(
                "UPDATE mails SET state = 'queued', last_error = ?, next_try_at = ? WHERE id = ? AND state = 'sending'",
                (error, until.isoformat(), identifier),
            )

    async def mark_sent(self, identifier: str, now: datetime) -> None:
        """Gone: nothing of its text is kept."""
        async with self.database.transaction() as transaction:
            await transaction.execute(
                "UPDATE mails SET state = 'sent', sealed = '', last_error = NULL, sent_at = ? "
                "WHERE id = ? AND state IN ('queued', 'sending')",
                (now.isoformat(), identifier),
            )

    async def of_key(self, dedup_key: str) -> Row | None:
        return await self.database.fetch_one(
            "SELECT kind, state, last_error FROM mails WHERE dedup_key = ?", (dedup_key,)
        )

    async def count(self, state: str) -> dict[str, int]:
        """How many mails of each kind are in a state."""
        rows = await self.database.fetch_all(
            "SELECT kind, COUNT(*) AS mails FROM mails WHERE state = ? GROUP BY kind", (state,)
        )
        return {row["kind"]: row["mails"] for row in rows}

    # What never went, until somebody of the staff has seen it

    async def sealed(self, identifier: str) -> Row | None:
        return await self.database.fetch_one("SELECT sealed, expires_at FROM mails WHERE id = ?", (identifier,))

    async def give_up(self, identifier: str, state: str, now: datetime, error: str, kept: str) -> None:
        """Expired or failed; `kept` is what stays of the sealed text."""
        async with self.database.transaction() as transaction:
            await transaction.execute(
                "UPDATE mails SET state = ?, sealed = ?, last_error = ?, failed_at = ?, seen_at = NULL "
                "WHERE id = ? AND state IN ('queued', 'sending')",
                (state, kept, error, now.isoformat(), identifier),
            )

    async def unseen(self, before: tuple[str, ...], limit: int) -> list[Row]:
        """Newest first, those behind `before`: the moment and the id of the last one that was shown."""
        return await self.database.fetch_all(
            "SELECT id, kind, dedup_key, sealed, last_error, failed_at FROM mails "
            "WHERE failed_at IS NOT NULL AND seen_at IS NULL AND (failed_at, id) < (?, ?) "
            "ORDER BY failed_at DESC, id DESC LIMIT ?",
            (*before, limit),
        )

    async def count_unseen(self, most: int) -> int:
        """How many there are, counted no further than `most`."""
        row = await self.database.fetch_one(
            "SELECT COUNT(*) AS mails FROM (SELECT 1 FROM mails WHERE failed_at IS NOT NULL AND seen_at IS NULL "
            "LIMIT ?) AS m",
            (most,),
        )
        assert row is not None
        return int(row["mails"])

    async def unseen_one(self, transaction: Transaction, identifier: str) -> Row | None:
        return await transaction.fetch_one(
            "SELECT id, kind, dedup_key, sealed, last_error, failed_at FROM mails "
            "WHERE id = ? AND failed_at IS NOT NULL AND seen_at IS NULL",
            (identifier,),
        )

    async def put_back(self, transaction: Transaction, identifier: str, now: datetime) -> None:
        """Queue it again; its three days begin anew."""
        await transaction.execute(
            "UPDATE mails SET state = 'queued', attempts = 0, last_error = NULL, failed_at = NULL, created_at = ?, "
            "next_try_at = ? WHERE id = ?",
            (now.isoformat(), now.isoformat(), identifier),
        )

    async def see(self, transaction: Transaction, identifier: str, now: datetime) -> None:
        """Take it off the list; nothing of its text is kept."""
        await transaction.execute(
            "UPDATE mails SET seen_at = ?, sealed = '' WHERE id = ?", (now.isoformat(), identifier)
        )


def _subjects(dedup_key: str) -> set[str]:
    """The ids that a key names behind its kind; a moment's parts have other signs, or are a few digits."""
    parts = dedup_key.split(":")[1:]
    return {part for part in parts if part.isalnum() and not (part.isdigit() and len(part) < _SHORTEST_NUMBER)}
