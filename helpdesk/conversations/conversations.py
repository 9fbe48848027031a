"""Conversations: accepting messages, the files that come with them, and the replies that go back.

Owns what is kept of a message (and in which form) and the web conversation's token. A message's file is written before
its row, so that a kill in between leaves at most a file that nobody knows (and that goes with its time), never a
message without its photo.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from uuid import uuid4

from helpdesk.conversations.messages import MessageStore
from helpdesk.conversations.model import (
    Attachment,
    ChannelIdentity,
    Conversation,
    IncomingFile,
    IncomingMessage,
    Message,
    Receipt,
)
from helpdesk.errors import NotFound, where
from helpdesk.store import FileVault

log = logging.getLogger(__name__)


class Conversations:
    """What the gateway and the channels do with conversations; statements are those of the parts of `store`."""

    def __init__(self, store: MessageStore, vault: FileVault) -> None:
        self.store = store
        self._vault = vault

    async def start_web(self) -> tuple[str, str]:
        """A new web conversation: its id and its bearer token, of which only a hash is kept."""
        identifier, token = uuid4().hex, secrets.token_urlsafe(32)
        await self.store.open_conversation(ChannelIdentity("web", identifier), _hash(token))
        return identifier, token

    async def of_token(self, token: str) -> str | None:
        """The id of the conversation that the token opens; looked up by its hash, so timing tells nothing of it."""
        return await self.store.conversation_of_token(_hash(token))

    async def accept(self, message: IncomingMessage) -> tuple[Receipt, Conversation]:
        """Keep a message and its file; a repeat is told apart. Raises Unavailable("store")."""
        identity = message.identity
        if message.file is None or await self.store.is_known(identity.channel, message.platform_message_id):
            return await self.store.accept(message)
        attachment = await self._keep_file(message.file, message.kind.value)
        try:
            receipt, conversation = await self.store.accept(message, [attachment])
        except BaseException:
            await self._remove_unless_kept(attachment.id)
            raise
        if receipt.duplicate:
            await self._vault.remove([attachment.id])
        return receipt, conversation

    async def _remove_unless_kept(self, attachment_id: str) -> None:
        """Remove the file of a message that was not accepted. Who is cut off during the commit can't know: the store is
        asked, and where it can't tell (it closes), the file stays and goes with its time."""
        try:
            kept = await self.store.is_attached(attachment_id)
        except Exception as error:
            log.warning("a file stays, whether it belongs to a message is not known: %s", where(error))
            return
        if not kept:
            await self._vault.remove([attachment_id])

    async def _keep_file(self, file: IncomingFile, kind: str) -> Attachment:
        attachment = Attachment(id=uuid4().hex, kind=kind, content_type=file.content_type, size=len(file.content))
        await self._vault.write(attachment.id, file.content)
        return attachment

    async def read_attachment(self, conversation_id: str, attachment_id: str) -> tuple[Attachment, bytes]:
        """A file of this very conversation; NotFound for any other."""
        attachment = await self.store.attachment(conversation_id, attachment_id)
        if attachment is None:
            raise NotFound("Ảnh này không còn được lưu.")
        return attachment, await self._vault.read(attachment.id)

    async def history(self, conversation_id: str, after: int) -> list[Message]:
        return await self.store.history(conversation_id, after)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
