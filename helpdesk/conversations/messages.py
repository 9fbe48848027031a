"""Messages: conversations, the durable inbox and outbox, buttons that were offered, feedback.

Owns the statements and what is written together. What is said is sealed before it is written; so is the place or phone
number that comes with a message, and that goes once the message is answered. Refuses rules: who answers, what and when
is `helpdesk.conversations.conversations` and the gateway's.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from helpdesk.calendar import utc_now
from helpdesk.conversations.model import (
    Attachment,
    Author,
    Button,
    ChannelIdentity,
    Conversation,
    ConversationStatus,
    InboxEntry,
    IncomingMessage,
    Location,
    Message,
    MessageKind,
    OutboxEntry,
    Receipt,
    Reply,
)
from helpdesk.conversations.plain_texts import TextSeal
from helpdesk.errors import SettingsError
from helpdesk.store import Counter, Database, Row, Transaction, read_counters

log = logging.getLogger(__name__)

_CONVERSATION = "c.id AS conversation_id, c.channel, c.external_id, c.status, c.last_answer, c.last_answer_repeats"
_MESSAGE = (
    "m.id, m.conversation_id, m.seq, m.author, m.kind, m.text, m.sealed, m.payload, m.buttons, m.pictures, m.created_at"
)
# Shown in the place of a message whose key is lost: one such row must hold up neither its history nor its answer.
UNREADABLE = "(Tin nhắn này không còn đọc được.)"


class MessageStore:
    """Reads and writes of one database; every method is one transaction."""

    def __init__(self, database: Database, seal: TextSeal) -> None:
        self._database = database
        self._seal = seal

    # Conversations

    async def open_conversation(self, identity: ChannelIdentity, token_hash: str | None = None) -> Conversation:
        """The conversation of this identity, made if it is new."""
        async with self._database.transaction() as transaction:
            return await self._ensure_conversation(transaction, identity, token_hash)

    async def _ensure_conversation(
        self, transaction: Transaction, identity: ChannelIdentity, token_hash: str | None = None
    ) -> Conversation:
        now = utc_now().isoformat()
        identifier = identity.external_id if identity.channel == "web" else uuid4().hex
        await transaction.execute(
            "INSERT INTO conversations (id, channel, external_id, token_hash, created_at, updated_at) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (channel, external_id) DO NOTHING",
            (identifier, identity.channel, identity.external_id, token_hash, now, now),
        )
        row = await transaction.fetch_one(
            f"SELECT {_CONVERSATION} FROM conversations c WHERE channel = ? AND external_id = ?",
            (identity.channel, identity.external_id),
        )
        assert row is not None
        return _conversation(row)

    async def conversation(self, conversation_id: str) -> Conversation | None:
        row = await self._database.fetch_one(
            f"SELECT {_CONVERSATION} FROM conversations c WHERE c.id = ?",
            (conversation_id,),
        )
        return None if row is None else _conversation(row)

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

    # Inbox

    async def accept(
        self, message: IncomingMessage, attachments: Sequence[Attachment] = ()
    ) -> tuple[Receipt, Conversation]:
        """Write a message to the inbox in one transaction; a repeat of its platform id changes nothing."""
        async with self._database.transaction() as transaction:
            key = (message.identity.channel, message.platform_message_id)
            seen = await transaction.fetch_one(
                "SELECT message_id FROM inbox WHERE channel = ? AND platform_message_id = ?", key
            )
            conversation = await self._ensure_conversation(transaction, message.identity)
            if seen is not None:
                return Receipt(seen["message_id"], duplicate=True), conversation
            stored = await self._append(
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
                    self._seal_extras(message),
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
            f"SELECT {_MESSAGE}, {_CONVERSATION}, i.attempts, i.received_at, i.notified_late, "
            "i.sealed AS extras FROM inbox i JOIN messages m ON m.id = i.message_id "
            "JOIN conversations c ON c.id = i.conversation_id "
            "WHERE i.conversation_id = ? AND i.handled_at IS NULL ORDER BY i.seq LIMIT 1",
            (conversation_id,),
        )
        if row is None:
            return None
        location, phone_number = self._open_extras(row)
        return InboxEntry(
            conversation=_conversation(row),
            message=self._message(row),
            attempts=row["attempts"],
            received_at=datetime.fromisoformat(row["received_at"]),
            notified_late=bool(row["notified_late"]),
            location=location,
            phone_number=phone_number,
        )

    async def unhandled_conversations(self) -> list[Conversation]:
        """The conversations that are owed an answer, longest waiting first."""
        rows = await self._database.fetch_all(
            f"SELECT {_CONVERSATION}, MIN(i.received_at) AS oldest FROM inbox i "
            "JOIN conversations c ON c.id = i.conversation_id WHERE i.handled_at IS NULL "
            "GROUP BY c.id, c.channel, c.external_id, c.status, c.last_answer, c.last_answer_repeats ORDER BY oldest"
        )
        return [_conversation(row) for row in rows]

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

    # Replies

    async def finish(self, entry: InboxEntry, replies: Sequence[Reply], push: bool) -> list[Message]:
        """Write the replies and the message's end in one transaction; nothing if it has ended already."""
        async with self._database.transaction() as transaction:
            ended = await transaction.execute(
                "UPDATE inbox SET handled_at = ?, sealed = '' WHERE message_id = ? AND handled_at IS NULL",
                (utc_now().isoformat(), entry.message.id),
            )
            if not ended:
                return []
            return await self._reply(transaction, entry.conversation, replies, push, entry.message.id)

    async def notify_late(self, entry: InboxEntry, reply: Reply, push: bool) -> list[Message]:
        """Tell the citizen once that the answer is late: marks every message that waits in the conversation."""
        async with self._database.transaction() as transaction:
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
            return await self._reply(transaction, entry.conversation, [reply], push, None)

    async def say(self, conversation: Conversation, reply: Reply, push: bool) -> list[Message]:
        """Write a message that answers none: a notice of the system or a word of the staff."""
        async with self._database.transaction() as transaction:
            return await self._reply(transaction, conversation, [reply], push, None)

    async def notify_slowed(self, conversation: Conversation, reply: Reply, push: bool) -> list[Message]:
        """Like `say`, once until `clear_slowed`."""
        async with self._database.transaction() as transaction:
            changed = await transaction.execute(
                "UPDATE conversations SET slowed = 1 WHERE id = ? AND slowed = 0", (conversation.id,)
            )
            return await self._reply(transaction, conversation, [reply], push, None) if changed else []

    async def clear_slowed(self, conversation_id: str) -> None:
        async with self._database.transaction() as transaction:
            await transaction.execute("UPDATE conversations SET slowed = 0 WHERE id = ?", (conversation_id,))

    async def _reply(
        self,
        transaction: Transaction,
        conversation: Conversation,
        replies: Sequence[Reply],
        push: bool,
        in_reply_to: str | None,
    ) -> list[Message]:
        messages = []
        for reply in replies:
            message = await self._append(
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
            offered = [(conversation.id, button.payload, button.title) for button in reply.buttons if button.payload]
            if offered:
                await transaction.execute_many(
                    "INSERT INTO offered_payloads (conversation_id, payload, title) VALUES (?, ?, ?) "
                    "ON CONFLICT (conversation_id, payload) DO UPDATE SET title = excluded.title",
                    offered,
                )
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
            await self._remember_answer(transaction, conversation.id, replies)
        return messages

    @staticmethod
    async def _remember_answer(transaction: Transaction, conversation_id: str, replies: Sequence[Reply]) -> None:
        answer = next((reply.answer for reply in replies if reply.answer), None)
        await transaction.execute(
            "UPDATE conversations SET last_answer_repeats = CASE WHEN last_answer = ? THEN last_answer_repeats + 1 "
            "ELSE 0 END, last_answer = ? WHERE id = ?",
            (answer, answer, conversation_id),
        )

    async def _append(
        self,
        transaction: Transaction,
        conversation_id: str,
        *,
        author: Author,
        kind: MessageKind,
        text: str,
        payload: str | None = None,
        buttons: Sequence[Button] = (),
        pictures: Sequence[str] = (),
        answer: str | None = None,
        in_reply_to: str | None = None,
    ) -> Message:
        now = utc_now()
        row = await transaction.fetch_one(
            "UPDATE conversations SET next_seq = next_seq + 1, updated_at = ? WHERE id = ? "
            "RETURNING next_seq - 1 AS seq",
            (now.isoformat(), conversation_id),
        )
        assert row is not None
        message = Message(
            id=uuid4().hex,
            conversation_id=conversation_id,
            seq=int(row["seq"]),
            author=author,
            kind=kind,
            text=text,
            payload=payload,
            buttons=tuple(buttons),
            created_at=now,
        )
        await transaction.execute(
            "INSERT INTO messages (id, conversation_id, seq, author, kind, text, sealed, payload, buttons, pictures, "
            "answer, in_reply_to, created_at) VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?)",
            (
                message.id,
                conversation_id,
                message.seq,
                author.value,
                kind.value,
                self._seal.seal_text(text) if text else "",
                payload,
                _dump_buttons(buttons),
                json.dumps(list(pictures)),
                answer,
                in_reply_to,
                now.isoformat(),
            ),
        )
        return message

    async def history(self, conversation_id: str, after: int = 0, limit: int = 200) -> list[Message]:
        """Messages with a `seq` above `after`, oldest first, at most `limit`."""
        rows = await self._database.fetch_all(
            f"SELECT {_MESSAGE}, i.platform_message_id FROM messages m LEFT JOIN inbox i ON i.message_id = m.id "
            "WHERE m.conversation_id = ? AND m.seq > ? ORDER BY m.seq LIMIT ?",
            (conversation_id, after, limit),
        )
        if not rows:
            return []
        attached: dict[str, list[Attachment]] = {}
        for row in await self._database.fetch_all(
            "SELECT a.* FROM attachments a JOIN messages m ON m.id = a.message_id "
            "WHERE m.conversation_id = ? AND m.seq > ? AND m.seq <= ?",
            (conversation_id, after, rows[-1]["seq"]),
        ):
            attached.setdefault(row["message_id"], []).append(_attachment(row))
        return [
            replace(self._message(row, attached.get(row["id"], [])), platform_message_id=row["platform_message_id"])
            for row in rows
        ]

    async def attachment(self, conversation_id: str, attachment_id: str) -> Attachment | None:
        """An attachment, only if it belongs to this conversation."""
        row = await self._database.fetch_one(
            "SELECT * FROM attachments WHERE id = ? AND conversation_id = ?", (attachment_id, conversation_id)
        )
        return None if row is None else _attachment(row)

    async def attachment_of(self, message_id: str) -> str | None:
        """The id of the file that came with a message."""
        row = await self._database.fetch_one(
            "SELECT id FROM attachments WHERE message_id = ? ORDER BY created_at LIMIT 1", (message_id,)
        )
        return None if row is None else row["id"]

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

    async def last_buttons(self, message: Message) -> tuple[Button, ...]:
        """The buttons of the message right before this one, if the assistant wrote it."""
        row = await self._database.fetch_one(
            "SELECT author, buttons FROM messages WHERE conversation_id = ? AND seq < ? AND author <> ? "
            "ORDER BY seq DESC LIMIT 1",
            (message.conversation_id, message.seq, Author.SYSTEM.value),
        )
        return _buttons(row) if row is not None and row["author"] == Author.ASSISTANT.value else ()

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

    # Outbox

    async def next_unsent(self, conversation_id: str) -> OutboxEntry | None:
        """The oldest reply of a conversation that has not gone out."""
        row = await self._database.fetch_one(
            f"SELECT {_MESSAGE}, {_CONVERSATION}, o.parts_sent, o.attempts FROM outbox o "
            "JOIN messages m ON m.id = o.message_id JOIN conversations c ON c.id = o.conversation_id "
            "WHERE o.conversation_id = ? AND o.sent_at IS NULL AND o.failed_at IS NULL ORDER BY o.seq LIMIT 1",
            (conversation_id,),
        )
        if row is None:
            return None
        return OutboxEntry(
            identity=ChannelIdentity(row["channel"], row["external_id"]),
            message=self._message(row),
            attempts=row["attempts"],
            parts_sent=row["parts_sent"],
        )

    async def unsent_conversations(self) -> list[str]:
        rows = await self._database.fetch_all(
            "SELECT DISTINCT conversation_id FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL"
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

    async def undeliverable(self, limit: int = 100) -> list[tuple[str, str, str]]:
        """Replies that were given up: conversation id, message id, error; newest first."""
        rows = await self._database.fetch_all(
            "SELECT conversation_id, message_id, last_error FROM outbox WHERE failed_at IS NOT NULL "
            "ORDER BY failed_at DESC LIMIT ?",
            (limit,),
        )
        return [(row["conversation_id"], row["message_id"], row["last_error"] or "") for row in rows]

    # Figures and clean-up

    async def queue_sizes(self) -> dict[str, int]:
        """How many messages wait for an answer, for delivery, and how many deliveries were given up."""
        counted = await read_counters(self._database)
        return {name.value: counted[name] for name in (Counter.INBOX, Counter.OUTBOX, Counter.UNDELIVERABLE)}

    async def expire_attachments(self, days: int) -> list[str]:
        """Forget attachments older than `days`; their ids, so that the caller removes the files."""
        limit = (utc_now() - timedelta(days=days)).isoformat()
        async with self._database.transaction() as transaction:
            rows = await transaction.fetch_all("SELECT id FROM attachments WHERE created_at < ?", (limit,))
            await transaction.execute("DELETE FROM attachments WHERE created_at < ?", (limit,))
        return [row["id"] for row in rows]

    async def expire_conversations(self, days: int) -> list[str]:
        """Delete conversations silent for `days`, with everything in them; the ids of their attachments."""
        limit = (utc_now() - timedelta(days=days)).isoformat()
        async with self._database.transaction() as transaction:
            rows = await transaction.fetch_all(
                "SELECT a.id FROM attachments a JOIN conversations c ON c.id = a.conversation_id "
                "WHERE c.updated_at < ?",
                (limit,),
            )
            await transaction.execute("DELETE FROM conversations WHERE updated_at < ?", (limit,))
        return [row["id"] for row in rows]

    # What is sealed

    def _message(self, row: Row, attachments: Sequence[Attachment] = ()) -> Message:
        pictures = [
            Attachment(id=name, kind="picture", content_type="image/png", size=0, url=f"/pictures/{name}")
            for name in json.loads(row["pictures"])
        ]
        return Message(
            id=row["id"],
            conversation_id=row["conversation_id"],
            seq=row["seq"],
            author=Author(row["author"]),
            text=self._text(row),
            created_at=datetime.fromisoformat(row["created_at"]),
            kind=MessageKind(row["kind"]),
            payload=row["payload"],
            buttons=_buttons(row),
            attachments=(*attachments, *pictures),
        )

    def _text(self, row: Row) -> str:
        if not row["sealed"]:
            # Nothing was said (a photo alone), or it was said before and is not sealed yet.
            return str(row["text"])
        try:
            return self._seal.open_text(row["sealed"])
        except SettingsError:
            log.error("no key opens message %s", row["id"])
            return UNREADABLE

    def _seal_extras(self, message: IncomingMessage) -> str:
        extras: dict[str, Any] = {}
        if message.location is not None:
            extras["location"] = [message.location.latitude, message.location.longitude]
        if message.phone_number is not None:
            extras["phone"] = message.phone_number
        return self._seal.seal(extras) if extras else ""

    def _open_extras(self, row: Row) -> tuple[Location | None, str | None]:
        if not row["extras"]:
            return None, None
        try:
            extras = self._seal.open(row["extras"])
        except SettingsError:
            log.error("no key opens what came with message %s", row["id"])
            return None, None
        return Location(*extras["location"]) if "location" in extras else None, extras.get("phone")


def _conversation(row: Row) -> Conversation:
    return Conversation(
        id=row["conversation_id"],
        identity=ChannelIdentity(row["channel"], row["external_id"]),
        status=ConversationStatus(row["status"]),
        last_answer=row["last_answer"],
        last_answer_repeats=row["last_answer_repeats"],
    )


def _buttons(row: Row) -> tuple[Button, ...]:
    return tuple(Button(**button) for button in json.loads(row["buttons"]))


def _attachment(row: Row) -> Attachment:
    return Attachment(
        id=row["id"],
        kind=row["kind"],
        content_type=row["content_type"],
        size=row["size"],
        url=f"/api/conversations/{row['conversation_id']}/attachments/{row['id']}",
    )


def _dump_buttons(buttons: Sequence[Button]) -> str:
    rows: list[dict[str, Any]] = []
    for button in buttons:
        row: dict[str, Any] = {"title": button.title}
        if button.payload is not None:
            row["payload"] = button.payload
        if button.url is not None:
            row["url"] = button.url
        rows.append(row)
    return json.dumps(rows, ensure_ascii=False)


__all__ = ["MessageStore"]
