"""Conversations: accepting messages, the files that come with them, and the replies that go back.

Owns what is kept of a message (and in which form) and the web conversation's token. Attachments are encrypted at rest
and lie beside the database; the row is written in the same transaction as the message, the file before it, so that a
kill in between leaves at most an orphaned file, never a message without its photo.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from helpdesk.errors import NotFound, SettingsError, Unavailable
from helpdesk.models import (
    Attachment,
    ChannelIdentity,
    Conversation,
    IncomingFile,
    IncomingMessage,
    Message,
    Receipt,
)
from helpdesk.store import MessageStore

log = logging.getLogger(__name__)


class FileVault:
    """Encrypted files in one folder, named by their attachment's id; the newest key encrypts, every key decrypts."""

    def __init__(self, folder: Path, cipher: MultiFernet) -> None:
        self._folder = folder
        self._cipher = cipher

    @classmethod
    def open(cls, folder: Path, keys: str, key_file: Path) -> FileVault:
        """Use the comma-separated `keys`, or a key kept in `key_file` that is made on the first start.

        Raises SettingsError for a malformed key and Unavailable("store") when the folder can't be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            text = keys or _own_key(key_file)
        except OSError as error:
            raise Unavailable("store", f"Không ghi được vào {folder.parent}: {error.strerror}.") from error
        try:
            cipher = MultiFernet([Fernet(key.strip()) for key in text.split(",")])
        except ValueError as error:
            source = "VSSID_SECRET_KEYS" if keys else str(key_file)
            raise SettingsError(f"{source} chưa đúng: cần khóa Fernet (32 byte, base64 dạng URL).") from error
        return cls(folder, cipher)

    async def write(self, name: str, content: bytes) -> None:
        """Encrypt and keep; returns when the bytes are on the disk. Raises Unavailable("store")."""
        await asyncio.to_thread(self._write, name, content)

    def _write(self, name: str, content: bytes) -> None:
        path = self._folder / name
        try:
            with path.with_suffix(".part").open("wb") as file:
                file.write(self._cipher.encrypt(content))
                file.flush()
                os.fsync(file.fileno())
            path.with_suffix(".part").rename(path)
        except OSError as error:
            path.with_suffix(".part").unlink(missing_ok=True)
            raise Unavailable("store", f"Không lưu được tệp: {error.strerror}.") from error

    async def read(self, name: str) -> bytes:
        """The bytes of a kept file; NotFound when it is gone or its key is."""
        try:
            return self._cipher.decrypt(await asyncio.to_thread((self._folder / name).read_bytes))
        except (OSError, InvalidToken) as error:
            raise NotFound("Ảnh này không còn được lưu.") from error

    async def remove(self, names: Sequence[str]) -> None:
        for name in names:
            await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)


def _own_key(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(Fernet.generate_key())
    return path.read_text("ascii").strip()


class Conversations:
    """What the gateway and the channels do with conversations; statements are `MessageStore`'s."""

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
        attachments: list[Attachment] = []
        identity = message.identity
        if message.file is not None and not await self.store.is_known(identity.channel, message.platform_message_id):
            attachments.append(await self._keep_file(message.file, message.kind.value))
        return await self.store.accept(message, attachments)

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

    async def expire(self, attachment_days: int, conversation_days: int) -> None:
        """Forget what is older than its time: files first in the store, then on the disk."""
        gone = [
            *await self.store.expire_attachments(attachment_days),
            *await self.store.expire_conversations(conversation_days),
        ]
        await self._vault.remove(gone)
        if gone:
            log.info("expired %s attachments", len(gone))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
