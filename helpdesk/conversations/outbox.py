"""The durable outbox: replies are written, and those of a channel that pushes wait here until they have gone out.

Owns the statements on `outbox` and what is written together with a reply. Refuses to deliver, and to judge when a reply
is given up (`bot.gateway`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from helpdesk.calendar import utc_now
from helpdesk.conversations.history import MESSAGE, History
from helpdesk.conversations.model import (
    ChannelIdentity,
    Conversation,
    GivenUpReply,
    Message,
    MessageKind,
    OutboxEntry,
    Reply,
)
from helpdesk.conversations.offers import Offers
from helpdesk.conversations.threads import CONVERSATION, Threads
from helpdesk.store import Counter, Database, Row, Transaction, read_counters


class Outbox:
    """The replies of one database, on their way."""

    def __init__(self, database: Database, threads: Threads, said: History, offers: Offers) -> None:
        self._database = database
        self._threads = threads
        self._said = said
        self._offers = offers

    async def say(self, conversation: Conversation, reply: Reply, push: bool) -> list[Message]:
        """Write a message that answers none: a notice of the system or a word of the staff.

        NotFound when the conversation has gone.
        """
        async with self._database.transaction() as transaction:
            return await self.reply(transaction, conversation, [reply], push, None)

    async def notify_slowed(self, conversation: Conversation, reply: Reply, push: bool) -> list[Message]:
        """Like `say`, once until `clear_slowed`."""
        async with self._database.transaction() as transaction:
            newly = await self._threads.slow(transaction, conversation.id)
            return await self.reply(transaction, conversation, [reply], push, None) if newly else []

    async def reply(
        self,
        transaction: Transaction,
        conversation: Conversation,
        replies: Sequence[Reply],
        push: bool,
        in_reply_to: str | None,
    ) -> list[Message]:
        """Write replies in the given transaction: what is said, the buttons offered, and the outbox if `push`."""
        messages = []
        for reply in replies:
            message = await self._said.append(
                transaction,
                conversation.id,
                author=reply.author,
                kind=MessageKind.TEXT,
                text=reply.text,
                buttons=reply.buttons,
                pictures=reply.pictures,
                answer=reply.answer,
                in_reply_to=in_reply_to,
            )
            messages.append(message)
            await self._offers.offer(transaction, conversation.id, reply.buttons)
            if push:
                await transaction.execute(
                    "INSERT INTO outbox (message_id, channel, conversation_id, seq, created_at) VALUES (?, ?, ?, ?, ?)",
                    (
                        message.id,
                        conversation.identity.channel,
                        conversation.id,
                        message.seq,
                        message.created_at.isoformat(),
                    ),
                )
        if in_reply_to is not None:
            await self._threads.remember_answer(transaction, conversation.id, replies)
        return messages

    async def next_unsent(self, conversation_id: str) -> OutboxEntry | None:
        """The oldest reply of a conversation that has not gone out."""
        row = await self._database.fetch_one(
            f"SELECT {MESSAGE}, {CONVERSATION}, o.parts_sent, o.attempts FROM outbox o "
            "JOIN messages m ON m.id = o.message_id JOIN conversations c ON c.id = o.conversation_id "
            "WHERE o.conversation_id = ? AND o.sent_at IS NULL AND o.failed_at IS NULL ORDER BY o.seq LIMIT 1",
            (conversation_id,),
        )
        if row is None:
            return None
        return OutboxEntry(
            identity=ChannelIdentity(row["channel"], row["external_id"]),
            message=self._said.message_of(row),
            attempts=row["attempts"],
            parts_sent=row["parts_sent"],
        )

    async def unsent_conversations(self, channels: Iterable[str]) -> list[str]:
        """The conversations with a reply that has not gone out through one of these channels."""
        names = list(channels)
        if not names:
            return []
        rows = await self._database.fetch_all(
            "SELECT DISTINCT conversation_id FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL "
            f"AND channel IN ({', '.join('?' * len(names))})",
            names,
        )
        return [row["conversation_id"] for row in rows]

    async def mark_part_sent(self, message_id: str, parts_sent: int) -> None:
        """Note how much of a reply that is sent in parts has gone out, so that a retry goes on behind it."""
        async with self._database.transaction() as transaction:
            await transaction.execute("UPDATE outbox SET parts_sent = ? WHERE message_id = ?", (parts_sent, message_id))

    async def mark_sent(self, message_id: str) -> None:
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "UPDATE outbox SET sent_at = ?, last_error = NULL WHERE message_id = ?",
                (utc_now().isoformat(), message_id),
            )

    async def mark_unsent(self, message_id: str, error: str, final: bool) -> None:
        """Note a failed delivery; `final` gives it up and leaves it for the staff to see."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "UPDATE outbox SET attempts = attempts + 1, last_error = ?, failed_at = ? WHERE message_id = ?",
                (error[:500], utc_now().isoformat() if final else None, message_id),
            )

    async def queue_sizes(self) -> dict[str, int]:
        """How many messages wait for an answer, for delivery, and how many deliveries were given up."""
        counted = await read_counters(self._database)
        return {name.value: counted[name] for name in (Counter.INBOX, Counter.OUTBOX, Counter.UNDELIVERABLE)}

    # What was given up, until somebody of the staff has seen it

    async def count_given_up(self, most: int) -> int:
        """How many replies that is, counted no further than `most`."""
        row = await self._database.fetch_one(
            "SELECT COUNT(*) AS n FROM (SELECT 1 FROM outbox WHERE failed_at IS NOT NULL AND seen_at IS NULL "
            "LIMIT ?) AS r",
            (most,),
        )
        assert row is not None
        return int(row["n"])

    async def given_up(self, before: tuple[str, ...], limit: int) -> list[GivenUpReply]:
        """Newest first, those behind `before`: the moment and the id of the last one that was shown."""
        rows = await self._database.fetch_all(
            "SELECT o.message_id, o.conversation_id, o.channel, o.attempts, o.last_error, o.failed_at, m.answer "
            "FROM outbox o JOIN messages m ON m.id = o.message_id "
            "WHERE o.failed_at IS NOT NULL AND o.seen_at IS NULL AND (o.failed_at, o.message_id) < (?, ?) "
            "ORDER BY o.failed_at DESC, o.message_id DESC LIMIT ?",
            (*before, limit),
        )
        return [_given_up(row) for row in rows]

    async def put_back(self, transaction: Transaction, message_id: str) -> str | None:
        """Queue one again, what of it has gone out stays out; its conversation, None when it is not there."""
        row = await transaction.fetch_one(
            "UPDATE outbox SET failed_at = NULL, attempts = 0, last_error = NULL "
            "WHERE message_id = ? AND failed_at IS NOT NULL AND seen_at IS NULL RETURNING conversation_id",
            (message_id,),
        )
        return None if row is None else str(row["conversation_id"])

    async def see(self, transaction: Transaction, message_id: str, now: datetime) -> str | None:
        """Take one off the list; its conversation, None when it is not there."""
        row = await transaction.fetch_one(
            "UPDATE outbox SET seen_at = ? WHERE message_id = ? AND failed_at IS NOT NULL AND seen_at IS NULL "
            "RETURNING conversation_id",
            (now.isoformat(), message_id),
        )
        return None if row is None else str(row["conversation_id"])


def _given_up(row: Row) -> GivenUpReply:
    return GivenUpReply(
        message_id=row["message_id"],
        conversation_id=row["conversation_id"],
        channel=row["channel"],
        answer=row["answer"],
        tries=int(row["attempts"]),
        error=row["last_error"] or "",
        at=datetime.fromisoformat(row["failed_at"]),
    )
