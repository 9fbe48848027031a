"""Feedback: whether an answer of the guide helped. Owns the statements on `feedback`; refuses to judge it."""

from __future__ import annotations

from datetime import datetime

from helpdesk.calendar import utc_now
from helpdesk.conversations.model import UnhelpfulAnswer
from helpdesk.store import Database, Transaction


class Feedback:
    """What citizens thought of the answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record_feedback(self, conversation_id: str, answer: str, helped: bool) -> None:
        """Keep whether an answer of the guide helped; the last word of a conversation on an answer counts."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "INSERT INTO feedback (conversation_id, answer, helped, created_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (conversation_id, answer) "
                "DO UPDATE SET helped = excluded.helped, created_at = excluded.created_at, seen_at = NULL",
                (conversation_id, answer, int(helped), utc_now().isoformat()),
            )

    # What did not help, until somebody of the staff has seen it

    async def count_unhelpful(self, most: int) -> int:
        """How many answers that is, counted no further than `most`."""
        row = await self._database.fetch_one(
            "SELECT COUNT(*) AS n FROM (SELECT 1 FROM feedback WHERE helped = 0 AND seen_at IS NULL LIMIT ?) AS f",
            (most,),
        )
        assert row is not None
        return int(row["n"])

    async def unhelpful(self, before: tuple[str, ...], limit: int) -> list[UnhelpfulAnswer]:
        """Newest first, those behind `before`: moment, conversation and answer of the last one that was shown."""
        rows = await self._database.fetch_all(
            "SELECT f.conversation_id, f.answer, f.created_at, c.channel FROM feedback f "
            "JOIN conversations c ON c.id = f.conversation_id WHERE f.helped = 0 AND f.seen_at IS NULL "
            "AND (f.created_at, f.conversation_id, f.answer) < (?, ?, ?) "
            "ORDER BY f.created_at DESC, f.conversation_id DESC, f.answer DESC LIMIT ?",
            (*before, limit),
        )
        return [
            UnhelpfulAnswer(
                row["conversation_id"], row["channel"], row["answer"], datetime.fromisoformat(row["created_at"])
            )
            for row in rows
        ]

    async def see(self, transaction: Transaction, conversation_id: str, answer: str, now: datetime) -> bool:
        """Take one off the list; False when it is not there. Who finds it unhelpful again puts it back."""
        changed = await transaction.execute(
            "UPDATE feedback SET seen_at = ? WHERE conversation_id = ? AND answer = ? AND helped = 0 "
            "AND seen_at IS NULL",
            (now.isoformat(), conversation_id, answer),
        )
        return bool(changed)
