"""Threads: which conversation is whose, and what stands beside its messages.

Owns the statements on `conversations`. Refuses what was said (`helpdesk.conversations.history`).
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from helpdesk.calendar import utc_now
from helpdesk.conversations.model import ChannelIdentity, Conversation, ConversationStatus, Reply
from helpdesk.store import Database, Row, Transaction

# What `conversation_of` reads, of a table that is called `c`.
CONVERSATION = "c.id AS conversation_id, c.channel, c.external_id, c.status, c.last_answer"


class Threads:
    """The conversations of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_conversation(self, identity: ChannelIdentity, token_hash: str | None = None) -> Conversation:
        """The conversation of this identity, made if it is new."""
        async with self._database.transaction() as transaction:
            return await self.ensure(transaction, identity, token_hash)

    async def ensure(
        self, transaction: Transaction, identity: ChannelIdentity, token_hash: str | None = None
    ) -> Conversation:
        """Like `open_conversation`, in the given transaction."""
        now = utc_now().isoformat()
        identifier = identity.external_id if identity.channel == "web" else uuid4().hex
        await transaction.execute(
            "INSERT INTO conversations (id, channel, external_id, token_hash, created_at, updated_at) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (channel, external_id) DO NOTHING",
            (identifier, identity.channel, identity.external_id, token_hash, now, now),
        )
        row = await transaction.fetch_one(
            f"SELECT {CONVERSATION} FROM conversations c WHERE channel = ? AND external_id = ?",
            (identity.channel, identity.external_id),
        )
        assert row is not None
        return conversation_of(row)

    async def conversation(self, conversation_id: str) -> Conversation | None:
        row = await self._database.fetch_one(
            f"SELECT {CONVERSATION} FROM conversations c WHERE c.id = ?",
            (conversation_id,),
        )
        return None if row is None else conversation_of(row)

    async def conversation_id_of(self, identity: ChannelIdentity) -> str | None:
        """The id of this identity's conversation; None when there is none yet."""
        row = await self._database.fetch_one(
            "SELECT id FROM conversations WHERE channel = ? AND external_id = ?",
            (identity.channel, identity.external_id),
        )
        return None if row is None else row["id"]

    async def conversation_of_token(self, token_hash: str) -> str | None:
        """The id of the conversation that a bearer token opens, by the token's hash."""
        row = await self._database.fetch_one("SELECT id FROM conversations WHERE token_hash = ?", (token_hash,))
        return None if row is None else row["id"]

    async def slow(self, transaction: Transaction, conversation_id: str) -> bool:
        """Note that the conversation is slowed down; False when it was already."""
        changed = await transaction.execute(
            "UPDATE conversations SET slowed = 1 WHERE id = ? AND slowed = 0", (conversation_id,)
        )
        return changed > 0

    async def clear_slowed(self, conversation_id: str) -> None:
        async with self._database.transaction() as transaction:
            await transaction.execute("UPDATE conversations SET slowed = 0 WHERE id = ?", (conversation_id,))

    async def remember_answer(self, transaction: Transaction, conversation_id: str, replies: Sequence[Reply]) -> None:
        """Keep which answer of the guide was given last: given again it is led in as a repeat."""
        answer = next((reply.answer for reply in replies if reply.answer), None)
        await transaction.execute("UPDATE conversations SET last_answer = ? WHERE id = ?", (answer, conversation_id))


def conversation_of(row: Row) -> Conversation:
    """What a row with the columns of `CONVERSATION` holds."""
    return Conversation(
        id=row["conversation_id"],
        identity=ChannelIdentity(row["channel"], row["external_id"]),
        status=ConversationStatus(row["status"]),
        last_answer=row["last_answer"],
    )
