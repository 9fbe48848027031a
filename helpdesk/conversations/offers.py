"""Offers: the buttons that a conversation has been shown, the only ones that it may send back.

Owns the statements on `offered_payloads`. Refuses what a payload means (`bot.answering`).
"""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.conversations.model import Button, ChannelIdentity
from helpdesk.store import Database, Transaction


class Offers:
    """The offers of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def offer(self, transaction: Transaction, conversation_id: str, buttons: Sequence[Button]) -> None:
        """Remember what the buttons of a reply may send back."""
        offered = [(conversation_id, button.payload, button.title) for button in buttons if button.payload]
        if offered:
            await transaction.execute_many(
                "INSERT INTO offered_payloads (conversation_id, payload, title) VALUES (?, ?, ?) "
                "ON CONFLICT (conversation_id, payload) DO UPDATE SET title = excluded.title",
                offered,
            )

    async def was_offered(self, conversation_id: str, payload: str) -> bool:
        """Whether a button of this conversation has carried the payload."""
        row = await self._database.fetch_one(
            "SELECT 1 FROM offered_payloads WHERE conversation_id = ? AND payload = ?", (conversation_id, payload)
        )
        return row is not None

    async def offered_title(self, identity: ChannelIdentity, payload: str) -> str | None:
        """What stood on the button that carried the payload, if this citizen has been shown one."""
        row = await self._database.fetch_one(
            "SELECT o.title FROM offered_payloads o JOIN conversations c ON c.id = o.conversation_id "
            "WHERE c.channel = ? AND c.external_id = ? AND o.payload = ?",
            (identity.channel, identity.external_id, payload),
        )
        return None if row is None else row["title"]
