"""History: what was said in a conversation, sealed, and the files that came with it.

Owns the statements on `messages` and `attachments`, and that a message takes the next number of its conversation.
Refuses who is owed an answer (`helpdesk.conversations.inbox`) and what has gone out (`helpdesk.conversations.outbox`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from helpdesk.calendar import utc_now
from helpdesk.conversations.model import Attachment, Author, Button, Message, MessageKind
from helpdesk.conversations.plain_texts import TextSeal
from helpdesk.errors import NotFound, SettingsError
from helpdesk.store import Database, Row, Transaction

log = logging.getLogger(__name__)

# What `message_of` reads, of a table that is called `m`.
MESSAGE = (
    "m.id, m.conversation_id, m.seq, m.author, m.kind, m.text, m.sealed, m.payload, m.buttons, m.pictures, m.created_at"
)
# Shown in the place of a message whose key is lost: one such row must hold up neither its history nor its answer.
UNREADABLE = "(Tin nhắn này không còn đọc được.)"


class History:
    """What was said in the conversations of one database."""

    def __init__(self, database: Database, seal: TextSeal) -> None:
        self._database = database
        self._seal = seal

    async def append(
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
        """Write one message in the given transaction, under its conversation's next number.

        NotFound when the conversation has gone.
        """
        now = utc_now()
        row = await transaction.fetch_one(
            "UPDATE conversations SET next_seq = next_seq + 1, updated_at = ? WHERE id = ? "
            "RETURNING next_seq - 1 AS seq",
            (now.isoformat(), conversation_id),
        )
        if row is None:
            raise NotFound("Cuộc trò chuyện này không còn nữa.")
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
            f"SELECT {MESSAGE}, i.platform_message_id FROM messages m LEFT JOIN inbox i ON i.message_id = m.id "
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
            replace(self.message_of(row, attached.get(row["id"], [])), platform_message_id=row["platform_message_id"])
            for row in rows
        ]

    async def attachment(self, conversation_id: str, attachment_id: str) -> Attachment | None:
        """An attachment, only if it belongs to this conversation."""
        row = await self._database.fetch_one(
            "SELECT * FROM attachments WHERE id = ? AND conversation_id = ?", (attachment_id, conversation_id)
        )
        return None if row is None else _attachment(row)

    async def is_attached(self, attachment_id: str) -> bool:
        """Whether any message has this attachment."""
        # Through the writer, behind what is on its way there: a reader does not see a commit that is not done.
        async with self._database.transaction() as transaction:
            row = await transaction.fetch_one("SELECT 1 FROM attachments WHERE id = ?", (attachment_id,))
        return row is not None

    async def attachment_of(self, message_id: str) -> str | None:
        """The id of the file that came with a message."""
        row = await self._database.fetch_one(
            "SELECT id FROM attachments WHERE message_id = ? ORDER BY created_at LIMIT 1", (message_id,)
        )
        return None if row is None else row["id"]

    async def last_buttons(self, message: Message) -> tuple[Button, ...]:
        """The buttons of the message right before this one, if the assistant wrote it."""
        row = await self._database.fetch_one(
            "SELECT author, buttons FROM messages WHERE conversation_id = ? AND seq < ? AND author <> ? "
            "ORDER BY seq DESC LIMIT 1",
            (message.conversation_id, message.seq, Author.SYSTEM.value),
        )
        return _buttons(row) if row is not None and row["author"] == Author.ASSISTANT.value else ()

    async def question_before(self, conversation_id: str, payload: str, moment: datetime) -> str | None:
        """What the newest answer with a button of this payload, as of a moment, replied to; None when it is gone."""
        button = f'"{payload}"'.replace("\\", r"\\").replace("_", r"\_").replace("%", r"\%")
        row = await self._database.fetch_one(
            "SELECT q.id, q.text, q.sealed FROM messages m JOIN messages q ON q.id = m.in_reply_to "
            "WHERE m.conversation_id = ? AND m.buttons LIKE ? ESCAPE '\\' AND m.created_at <= ? "
            "ORDER BY m.seq DESC LIMIT 1",
            (conversation_id, f"%{button}%", moment.isoformat()),
        )
        return None if row is None else self._text(row)

    def message_of(self, row: Row, attachments: Sequence[Attachment] = ()) -> Message:
        """What a row with the columns of `MESSAGE` holds, opened."""
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
