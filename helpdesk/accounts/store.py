"""Accounts and the one-time links to the password page: the statements.

Owns what is written together. Refuses rules: who gets a link, and what a password must be, is
`helpdesk.accounts.accounts`'s.
"""

from __future__ import annotations

from datetime import datetime

from helpdesk.store import Database, Row, Transaction


class AccountStore:
    """Reads and writes of accounts and links in one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    # Accounts

    async def put(
        self,
        transaction: Transaction,
        *,
        identifier: str,
        bhxh_index: str,
        email_index: str,
        sealed: str,
        password_hash: str,
        registration_id: str,
        conversation_id: str | None,
        now: datetime,
    ) -> str:
        """Make the account, or make it anew where this number has one; its id. Its links end."""
        await transaction.execute(
            "INSERT INTO accounts (id, bhxh_index, email_index, sealed, password_hash, first_password, "
            "registration_id, conversation_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?) "
            "ON CONFLICT (bhxh_index) DO UPDATE SET email_index = excluded.email_index, sealed = excluded.sealed, "
            "password_hash = excluded.password_hash, first_password = 1, registration_id = excluded.registration_id, "
            "conversation_id = excluded.conversation_id, updated_at = excluded.updated_at",
            (
                *(identifier, bhxh_index, email_index, sealed, password_hash),
                *(registration_id, conversation_id, now.isoformat(), now.isoformat()),
            ),
        )
        row = await transaction.fetch_one("SELECT id FROM accounts WHERE bhxh_index = ?", (bhxh_index,))
        assert row is not None
        await self.end_links(transaction, row["id"], now)
        return str(row["id"])

    async def of_number(self, bhxh_index: str) -> Row | None:
        return await self.database.fetch_one("SELECT * FROM accounts WHERE bhxh_index = ?", (bhxh_index,))

    async def of_conversation(self, conversation_id: str) -> Row | None:
        """The conversation's newest account."""
        return await self.database.fetch_one(
            "SELECT * FROM accounts WHERE conversation_id = ? ORDER BY updated_at DESC, id LIMIT 1", (conversation_id,)
        )

    async def set_password(self, transaction: Transaction, account_id: str, password_hash: str, now: datetime) -> None:
        await transaction.execute(
            "UPDATE accounts SET password_hash = ?, first_password = 0, updated_at = ? WHERE id = ?",
            (password_hash, now.isoformat(), account_id),
        )

    # Links

    async def add_link(
        self,
        transaction: Transaction,
        *,
        token_hash: str,
        account_id: str,
        conversation_id: str,
        purpose: str,
        now: datetime,
        expires_at: datetime,
    ) -> None:
        """A new link; the account's older ones end."""
        await self.end_links(transaction, account_id, now)
        await transaction.execute(
            "INSERT INTO password_links (token_hash, account_id, conversation_id, purpose, created_at, expires_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (token_hash, account_id, conversation_id, purpose, now.isoformat(), expires_at.isoformat()),
        )

    async def end_links(self, transaction: Transaction, account_id: str, now: datetime) -> None:
        await transaction.execute(
            "UPDATE password_links SET expires_at = ? WHERE account_id = ? AND used_at IS NULL AND expires_at > ?",
            (now.isoformat(), account_id, now.isoformat()),
        )

    async def count_links(
        self, transaction: Transaction, account_id: str, conversation_id: str, since: datetime
    ) -> int:
        """The links made since then, for this account or in this conversation, whichever are more."""
        row = await transaction.fetch_one(
            "SELECT (SELECT COUNT(*) FROM password_links WHERE account_id = ? AND created_at > ?) AS account, "
            "(SELECT COUNT(*) FROM password_links WHERE conversation_id = ? AND created_at > ?) AS conversation",
            (account_id, since.isoformat(), conversation_id, since.isoformat()),
        )
        assert row is not None
        return int(max(row["account"], row["conversation"]))

    async def link(self, token_hash: str) -> Row | None:
        """A link with its account's columns."""
        return await self.database.fetch_one(
            "SELECT l.*, a.sealed, a.password_hash, a.first_password, a.conversation_id AS account_conversation_id "
            "FROM password_links l JOIN accounts a ON a.id = l.account_id WHERE l.token_hash = ?",
            (token_hash,),
        )

    async def take_try(self, token_hash: str, most: int, now: datetime) -> int:
        """Count a try before it is judged, so that a hundred at once share the same five; how many are counted now.

        0 when the link has none left or has ended.
        """
        async with self.database.transaction() as transaction:
            changed = await transaction.execute(
                "UPDATE password_links SET tries = tries + 1 "
                "WHERE token_hash = ? AND tries < ? AND used_at IS NULL AND expires_at > ?",
                (token_hash, most, now.isoformat()),
            )
            if not changed:
                return 0
            row = await transaction.fetch_one("SELECT tries FROM password_links WHERE token_hash = ?", (token_hash,))
            assert row is not None
            return int(row["tries"])

    async def give_try_back(self, token_hash: str) -> None:
        async with self.database.transaction() as transaction:
            await transaction.execute(
                "UPDATE password_links SET tries = tries - 1 WHERE token_hash = ? AND tries > 0", (token_hash,)
            )

    async def propose(self, token_hash: str, password_hash: str, now: datetime) -> bool:
        """Keep the new password's hash with the link until its code comes; False when the link has ended."""
        async with self.database.transaction() as transaction:
            changed = await transaction.execute(
                "UPDATE password_links SET new_password_hash = ? "
                "WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?",
                (password_hash, token_hash, now.isoformat()),
            )
            return bool(changed)

    async def use(self, transaction: Transaction, token_hash: str, password_hash: str, now: datetime) -> bool:
        """Use the link up; False when it has ended, or holds another proposal."""
        changed = await transaction.execute(
            "UPDATE password_links SET used_at = ? "
            "WHERE token_hash = ? AND new_password_hash = ? AND used_at IS NULL AND expires_at > ?",
            (now.isoformat(), token_hash, password_hash, now.isoformat()),
        )
        return bool(changed)
