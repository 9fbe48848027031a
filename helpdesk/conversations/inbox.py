"""The durable inbox: what a platform handed over, kept once, until its answer is written.

Owns the statements on `inbox`, that a repeat changes nothing, and that an answer and the end of its message are written
together. A phone number that comes with a message is sealed and goes once the message is answered. Refuses rules: who
answers, what and when is `helpdesk.conversations.conversations` and the gateway's.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from helpdesk.calendar import utc_now
from helpdesk.conversations.history import MESSAGE, History
from helpdesk.conversations.model import (
    Attachment,
    Author,
    Conversation,
    InboxEntry,
    IncomingMessage,
    Message,
    Receipt,
    Reply,
)
from helpdesk.conversations.outbox import Outbox
from helpdesk.conversations.plain_texts import TextSeal
from helpdesk.conversations.threads import CONVERSATION, Threads, conversation_of
from helpdesk.errors import SettingsError
from helpdesk.store import Database, Row

log = logging.getLogger(__name__)


class Inbox:
    """The messages of one database that came in."""

    def __init__(self, database: Database, seal: TextSeal, threads: Threads, said: History, outbox: Outbox) -> None:
        self._database = database
        self._seal = seal
        self._threads = threads
        self._said = said
        self._outbox = outbox

    async def accept(
        self, message: IncomingMessage, attachments: Sequence[Attachment] = ()
    ) -> tuple[Receipt, Conversation]:
        """Write a message to the inbox in one transaction; a repeat of its platform id changes nothing."""
        key = (message.identity.channel, message.platform_message_id)
        async with self._database.transaction(key=f"inbox:{message.identity.sender_id}") as transaction:
            seen = await transaction.fetch_one(
                "SELECT message_id FROM inbox WHERE channel = ? AND platform_message_id = ?", key
            )
            conversation = await self._threads.ensure(transaction, message.identity)
            if seen is not None:
                return Receipt(seen["message_id"], duplicate=True), conversation
            stored = await self._said.append(
                transaction,
                conversation.id,
                author=Author.CONTACT,
                kind=message.kind,
                text=message.text,
                payload=message.payload,
            )
            await transaction.execute(
                "INSERT INTO inbox (channel, platform_message_id, conversation_id, message_id, seq, sealed, "
                "received_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *key,
                    conversation.id,
                    stored.id,
                    stored.seq,
                    self._seal.seal({"phone": message.phone_number}) if message.phone_number else "",
                    stored.created_at.isoformat(),
                ),
            )
            await transaction.execute_many(
                "INSERT INTO attachments (id, conversation_id, message_id, kind, content_type, size, created_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (a.id, conversation.id, stored.id, a.kind, a.content_type, a.size, stored.created_at.isoformat())
                    for a in attachments
                ],
            )
            return Receipt(stored.id, duplicate=False), conversation

    async def is_known(self, channel: str, platform_message_id: str) -> bool:
        """Whether the inbox holds this platform message already."""
        row = await self._database.fetch_one(
            "SELECT 1 FROM inbox WHERE channel = ? AND platform_message_id = ?", (channel, platform_message_id)
        )
        return row is not None

    async def next_unhandled(self, conversation_id: str) -> InboxEntry | None:
        """The oldest message of a conversation that has no answer yet."""
        row = await self._database.fetch_one(
            f"SELECT {MESSAGE}, {CONVERSATION}, i.attempts, i.received_at, i.notified_late, "
            "i.sealed AS extras FROM inbox i JOIN messages m ON m.id = i.message_id "
            "JOIN conversations c ON c.id = i.conversation_id "
            "WHERE i.conversation_id = ? AND i.handled_at IS NULL ORDER BY i.seq LIMIT 1",
            (conversation_id,),
        )
        if row is None:
            return None
        return InboxEntry(
            conversation=conversation_of(row),
            message=self._said.message_of(row),
            attempts=row["attempts"],
            received_at=datetime.fromisoformat(row["received_at"]),
            notified_late=bool(row["notified_late"]),
            phone_number=self._open_phone(row),
        )

    async def unhandled_conversations(self) -> list[Conversation]:
        """The conversations that are owed an answer, longest waiting first."""
        rows = await self._database.fetch_all(
            f"SELECT {CONVERSATION}, MIN(i.received_at) AS oldest FROM inbox i "
            "JOIN conversations c ON c.id = i.conversation_id WHERE i.handled_at IS NULL "
            "GROUP BY c.id, c.channel, c.external_id, c.status, c.last_answer ORDER BY oldest"
        )
        return [conversation_of(row) for row in rows]

    async def backlog(self, conversation_id: str) -> int:
        """How many accepted messages of a conversation have no answer yet."""
        row = await self._database.fetch_one(
            "SELECT COUNT(*) AS n FROM inbox WHERE conversation_id = ? AND handled_at IS NULL", (conversation_id,)
        )
        assert row is not None
        return int(row["n"])

    async def count_attempt(self, message_id: str) -> int:
        """Note one more failed try to answer; how many there were."""
        async with self._database.transaction() as transaction:
            await transaction.execute("UPDATE inbox SET attempts = attempts + 1 WHERE message_id = ?", (message_id,))
            row = await transaction.fetch_one("SELECT attempts FROM inbox WHERE message_id = ?", (message_id,))
        return 0 if row is None else int(row["attempts"])

    async def finish(self, entry: InboxEntry, replies: Sequence[Reply], push: bool) -> list[Message]:
        """Write the replies and the message's end in one transaction; nothing if it has ended already."""
        async with self._database.transaction() as transaction:
            ended = await transaction.execute(
                "UPDATE inbox SET handled_at = ?, sealed = '' WHERE message_id = ? AND handled_at IS NULL",
                (utc_now().isoformat(), entry.message.id),
            )
            if not ended:
                return []
            return await self._outbox.reply(transaction, entry.conversation, replies, push, entry.message.id)

    async def notify_late(self, entry: InboxEntry, reply: Reply, push: bool) -> list[Message]:
        """Tell the citizen once that the answer is late: marks every message that waits in the conversation.

        Nothing is said once the message has its answer, or has gone.
        """
        async with self._database.transaction(key=f"late:{entry.conversation.id}") as transaction:
            waits = await transaction.fetch_one(
                "SELECT 1 FROM inbox WHERE message_id = ? AND handled_at IS NULL", (entry.message.id,)
            )
            if waits is None:
                return []
            told = await transaction.fetch_one(
                "SELECT 1 FROM inbox WHERE conversation_id = ? AND handled_at IS NULL AND notified_late = 1",
                (entry.conversation.id,),
            )
            await transaction.execute(
                "UPDATE inbox SET notified_late = 1 WHERE conversation_id = ? AND handled_at IS NULL",
                (entry.conversation.id,),
            )
            if told is not None:
                return []
            return await self._outbox.reply(transaction, entry.conversation, [reply], push, None)

    def _open_phone(self, row: Row) -> str | None:
        if not row["extras"]:
            return None
        try:
            phone_number: str | None = self._seal.open(row["extras"]).get("phone")
        except SettingsError:
            log.error("no key opens what came with message %s", row["id"])
            return None
        return phone_number
