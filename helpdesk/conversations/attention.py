"""Replies that never arrived and answers that did not help, until somebody of the staff has seen them.

Owns their lists, newest first and by index: nothing here reads a whole table. Refuses who may look
(`helpdesk.attention`) and when a reply is given up (the gateway).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from helpdesk.conversations.model import GivenUpReply, UnhelpfulAnswer
from helpdesk.conversations.plain_texts import TextSeal
from helpdesk.errors import SettingsError
from helpdesk.store import Database, Row, Transaction

_UNREADABLE = "(Tin nhắn này không còn đọc được.)"


class UnseenStore:
    """Reads and writes of what was not seen yet; whoever changes something brings the transaction."""

    def __init__(self, database: Database, seal: TextSeal) -> None:
        self._database = database
        self._seal = seal

    async def count(self, most: int) -> tuple[int, int]:
        """How many replies and how many answers there are, each counted no further than `most`."""
        row = await self._database.fetch_one(
            "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE failed_at IS NOT NULL AND seen_at IS NULL "
            "LIMIT ?) AS r) AS replies, (SELECT COUNT(*) FROM (SELECT 1 FROM feedback WHERE helped = 0 "
            "AND seen_at IS NULL LIMIT ?) AS f) AS answers",
            (most, most),
        )
        assert row is not None
        return int(row["replies"]), int(row["answers"])

    # Replies

    async def replies(self, before: tuple[str, ...], limit: int) -> list[GivenUpReply]:
        """Those behind `before`: the moment and the id of the last one that was shown."""
        rows = await self._database.fetch_all(
            "SELECT o.message_id, o.conversation_id, o.channel, o.attempts, o.last_error, o.failed_at, m.answer "
            "FROM outbox o JOIN messages m ON m.id = o.message_id "
            "WHERE o.failed_at IS NOT NULL AND o.seen_at IS NULL AND (o.failed_at, o.message_id) < (?, ?) "
            "ORDER BY o.failed_at DESC, o.message_id DESC LIMIT ?",
            (*before, limit),
        )
        return [_reply(row) for row in rows]

    async def put_back(self, transaction: Transaction, message_id: str) -> str | None:
        """Queue a reply again, what of it has gone out stays out; its conversation, None when it is not there."""
        row = await transaction.fetch_one(
            "UPDATE outbox SET failed_at = NULL, attempts = 0, last_error = NULL "
            "WHERE message_id = ? AND failed_at IS NOT NULL AND seen_at IS NULL RETURNING conversation_id",
            (message_id,),
        )
        return None if row is None else str(row["conversation_id"])

    async def see_reply(self, transaction: Transaction, message_id: str, now: datetime) -> str | None:
        """Take a reply off the list; its conversation, None when it is not there."""
        row = await transaction.fetch_one(
            "UPDATE outbox SET seen_at = ? WHERE message_id = ? AND failed_at IS NOT NULL AND seen_at IS NULL "
            "RETURNING conversation_id",
            (now.isoformat(), message_id),
        )
        return None if row is None else str(row["conversation_id"])

    # Answers

    async def answers(self, before: tuple[str, ...], limit: int) -> list[UnhelpfulAnswer]:
        """Those behind `before`: moment, conversation and answer of the last one that was shown; no questions yet."""
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

    async def questions(self, answers: Sequence[UnhelpfulAnswer]) -> list[str | None]:
        """What was asked before each of them, opened; None where nothing of it is kept any more."""
        return [await self._question(answer) for answer in answers]

    async def _question(self, answer: UnhelpfulAnswer) -> str | None:
        # Found by the button that was tapped: of an answer in several parts only the first is named in its row.
        button = f'"helped:{answer.answer}:no"'.replace("_", r"\_")
        row = await self._database.fetch_one(
            "SELECT q.text, q.sealed FROM messages m JOIN messages q ON q.id = m.in_reply_to "
            "WHERE m.conversation_id = ? AND m.buttons LIKE ? ESCAPE '\\' AND m.created_at <= ? "
            "ORDER BY m.seq DESC LIMIT 1",
            (answer.conversation_id, f"%{button}%", answer.at.isoformat()),
        )
        if row is None:
            return None
        try:
            return self._seal.open_text(row["sealed"]) if row["sealed"] else str(row["text"])
        except SettingsError:
            return _UNREADABLE

    async def see_answer(self, transaction: Transaction, conversation_id: str, answer: str, now: datetime) -> bool:
        """Take an answer off the list; False when it is not there. Who finds it unhelpful again puts it back."""
        changed = await transaction.execute(
            "UPDATE feedback SET seen_at = ? WHERE conversation_id = ? AND answer = ? AND helped = 0 "
            "AND seen_at IS NULL",
            (now.isoformat(), conversation_id, answer),
        )
        return bool(changed)


def _reply(row: Row) -> GivenUpReply:
    return GivenUpReply(
        message_id=row["message_id"],
        conversation_id=row["conversation_id"],
        channel=row["channel"],
        answer=row["answer"],
        tries=int(row["attempts"]),
        error=row["last_error"] or "",
        at=datetime.fromisoformat(row["failed_at"]),
    )
