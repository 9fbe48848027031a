"""What is kept of conversations, and for how long.

Owns the ages: a file that came with a message `attachment_days`, a conversation `conversation_days` after it fell
silent. Owns what outlives an erasing: the conversation's row and token (the page still has to show the answer), the
messages that wait for theirs, and the platforms' numbers that tell repeats apart.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from helpdesk.store import PORTION, Domain, FileVault, Forgotten, Transaction

# With each go some dozens of rows, scattered over the whole file: more at once, and a message that comes in meanwhile
# would wait for seconds where there are millions.
_CONVERSATIONS = PORTION // 20


class ConversationKeeping(Domain):
    """The conversations of one database, what was said in them, and its files."""

    tables: ClassVar[tuple[str, ...]] = (
        "conversations", "messages", "attachments", "inbox", "outbox", "offered_payloads", "feedback",
    )  # fmt: skip

    def __init__(self, vault: FileVault, *, attachment_days: int, conversation_days: int) -> None:
        self._vault = vault
        self._attachment_days = attachment_days
        self._silent = timedelta(days=conversation_days)

    async def forget(self, transaction: Transaction, conversation_id: str) -> Forgotten:
        """Delete what was said, but for what still waits for an answer."""
        said = (
            "conversation_id = ? AND id NOT IN "
            "(SELECT message_id FROM inbox WHERE conversation_id = ? AND handled_at IS NULL)"
        )
        both = (conversation_id, conversation_id)
        files = await transaction.fetch_all(
            f"SELECT id FROM attachments WHERE message_id IN (SELECT id FROM messages WHERE {said})",  # noqa: S608 - above
            both,
        )
        # Their attachments and their places in the outbox go with them.
        messages = await transaction.execute(f"DELETE FROM messages WHERE {said}", both)  # noqa: S608 - above
        # The inbox stays: it knows a platform's numbers, which tell repeats apart, and nothing of what has been
        # answered.
        await transaction.execute(
            "DELETE FROM offered_payloads WHERE conversation_id = ? AND payload NOT IN "
            "(SELECT payload FROM messages WHERE conversation_id = ? AND payload IS NOT NULL)",
            both,
        )
        await transaction.execute("DELETE FROM feedback WHERE conversation_id = ?", (conversation_id,))
        await transaction.execute("UPDATE conversations SET last_answer = NULL WHERE id = ?", (conversation_id,))
        return Forgotten({"messages": messages}, ((self._vault, tuple(row["id"] for row in files)),))

    async def expire(self, transaction: Transaction, now: datetime) -> Forgotten:
        old = await transaction.fetch_all(
            "SELECT id FROM attachments WHERE created_at < ? LIMIT ?",
            ((now - timedelta(days=self._attachment_days)).isoformat(), PORTION),
        )
        silent = await transaction.fetch_all(
            "SELECT id FROM conversations WHERE updated_at < ? LIMIT ?",
            ((now - self._silent).isoformat(), _CONVERSATIONS),
        )
        files = {row["id"] for row in old}
        for row in silent:
            theirs = await transaction.fetch_all("SELECT id FROM attachments WHERE conversation_id = ?", (row["id"],))
            files |= {file["id"] for file in theirs}
        await transaction.execute_many("DELETE FROM attachments WHERE id = ?", [(row["id"],) for row in old])
        # With everything in them.
        await transaction.execute_many("DELETE FROM conversations WHERE id = ?", [(row["id"],) for row in silent])
        counts = {"attachments": len(files), "conversations": len(silent)}
        return Forgotten(counts, ((self._vault, tuple(files)),))

    async def sweep(self) -> Forgotten:
        """Files that no row knows go at the age of those that one does."""
        return Forgotten({"stray_files": await self._vault.remove_older(self._attachment_days)})
