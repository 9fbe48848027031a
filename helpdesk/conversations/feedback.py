"""Feedback: whether an answer of the guide helped. Owns the statements on `feedback`; refuses to judge it."""

from __future__ import annotations

from helpdesk.calendar import utc_now
from helpdesk.store import Database


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
                "DO UPDATE SET helped = excluded.helped, created_at = excluded.created_at",
                (conversation_id, answer, int(helped), utc_now().isoformat()),
            )

    async def feedback_counts(self) -> dict[str, tuple[int, int]]:
        """Per answer: how often it helped, how often not."""
        rows = await self._database.fetch_all(
            "SELECT answer, SUM(helped) AS yes, COUNT(*) AS total FROM feedback GROUP BY answer ORDER BY answer"
        )
        return {row["answer"]: (int(row["yes"]), int(row["total"]) - int(row["yes"])) for row in rows}
