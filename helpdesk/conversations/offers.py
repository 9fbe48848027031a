"""Offers: the buttons that a conversation has been shown, the only ones that it may send back.

Owns the statements on `offered_payloads`, and the key that stands for a payload where a platform's buttons hold little.
Refuses what a payload means (`bot.answering`).
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence

from helpdesk.conversations.model import Button, ChannelIdentity
from helpdesk.store import Database, Transaction

_KEY = re.compile(r"~[A-Za-z0-9_-]{22}")


def offer_key(payload: str) -> str:
    """23 characters that stand for a payload; `Offers.offered_payload` finds it again."""
    digest = hashlib.sha256(payload.encode()).digest()[:16]
    return f"~{urlsafe_b64encode(digest).decode().rstrip('=')}"


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

    async def offered_payload(self, identity: ChannelIdentity, tapped: str) -> str:
        """The payload that a tap stands for: itself, or what was offered to this citizen under that key."""
        if not _KEY.fullmatch(tapped):
            return tapped
        rows = await self._database.fetch_all(
            "SELECT o.payload FROM offered_payloads o JOIN conversations c ON c.id = o.conversation_id "
            "WHERE c.channel = ? AND c.external_id = ?",
            (identity.channel, identity.external_id),
        )
        return next((row["payload"] for row in rows if offer_key(row["payload"]) == tapped), tapped)

    async def offered_title(self, identity: ChannelIdentity, payload: str) -> str | None:
        """What stood on the button that carried the payload, if this citizen has been shown one."""
        row = await self._database.fetch_one(
            "SELECT o.title FROM offered_payloads o JOIN conversations c ON c.id = o.conversation_id "
            "WHERE c.channel = ? AND c.external_id = ? AND o.payload = ?",
            (identity.channel, identity.external_id, payload),
        )
        return None if row is None else row["title"]
