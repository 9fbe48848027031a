"""Telegram's updates as messages of ours.

Owns which updates count (private chats, people) and what each becomes. Refuses the network: a file is only named here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telegram import CallbackQuery, Chat, ChatMember, Document, Message, Update

from helpdesk.conversations import REFUSED_PHOTO, ChannelIdentity, IncomingMessage, MessageKind

log = logging.getLogger(__name__)

CHANNEL = "telegram"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
# Telegram hands no larger file to a bot.
DOWNLOAD_LIMIT = 20_000_000

COMMANDS = {
    "start": "answer:welcome",
    "help": "/help",
    "huy": "/cancel",
    "nhanvien": "/talk_to_human",
}
# Only /start may carry more: a link t.me/bot?start=... arrives as "/start ...".
_COMMAND = re.compile(r"/(?:(start)(?:@\w+)?(?:\s.*)?|(help|huy|nhanvien)(?:@\w+)?)\s*", re.IGNORECASE | re.DOTALL)
# What phones call their pictures; some file managers send them without a type.
_PICTURE_NAME = re.compile(r".*\.(?:jpe?g|jfif|png|webp|hei[cf])", re.IGNORECASE | re.DOTALL)
_NO_TYPE = ("", "application/octet-stream")
_UNREADABLE_CONTENT = ("video", "poll", "story", "game", "paid_media", "checklist", "invoice")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message, what has to be fetched for it, and the tap that has to be confirmed."""

    chat_id: int
    message: IncomingMessage
    file_id: str | None = None
    callback_id: str | None = None


def readable(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The update as it came, or only its id when PTB can't read its content: one such must not block the others.

    Raises ValueError when it isn't an update at all.
    """
    update_id = raw.get("update_id")
    if not isinstance(update_id, int) or isinstance(update_id, bool):
        raise ValueError("not an update")
    try:
        Update.de_json(dict(raw))
    except Exception as error:
        # PTB names no exceptions for this: whatever its parsing stumbles over comes through.
        log.error("update %s can't be read and is passed over: %s", update_id, type(error).__name__)
        return {"update_id": update_id}
    return dict(raw)


def read_update(update: Update, size_limit: int) -> Incoming | None:
    """The citizen's message in an update, or None when there is nothing to accept."""
    if update.callback_query is not None:
        return _tap(update.callback_query)
    if update.edited_message is not None and _is_served(update.edited_message):
        return _edit(update.edited_message)
    if update.message is not None and _is_served(update.message):
        return _message(update.message, min(size_limit, DOWNLOAD_LIMIT))
    return None


def group_joined(update: Update) -> int | None:
    """The group that the bot has just been added to."""
    change = update.my_chat_member
    if change is None or change.chat.type not in (Chat.GROUP, Chat.SUPERGROUP):
        return None
    was_out = change.old_chat_member.status in (ChatMember.LEFT, ChatMember.BANNED)
    is_in = change.new_chat_member.status in (ChatMember.MEMBER, ChatMember.ADMINISTRATOR)
    return change.chat.id if was_out and is_in else None


def _is_served(message: Message) -> bool:
    return message.chat.type == Chat.PRIVATE and not (message.from_user and message.from_user.is_bot)


def _tap(query: CallbackQuery) -> Incoming | None:
    message = query.message
    if message is None or message.chat.type != Chat.PRIVATE or not query.data:
        return None
    return Incoming(
        message.chat.id,
        IncomingMessage(
            _identity(message.chat),
            f"callback:{query.id}",
            MessageKind.BUTTON,
            text=_title(message, query.data) if isinstance(message, Message) else "",
            payload=query.data,
        ),
        callback_id=query.id,
    )


def _title(message: Message, data: str) -> str:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return next((button.text for row in rows for button in row if button.callback_data == data), "")


def _edit(message: Message) -> Incoming | None:
    if message.location:
        # A live location moves by edits that nobody made.
        return None
    return Incoming(
        message.chat.id,
        IncomingMessage(
            _identity(message.chat),
            # One id for all edits of a message, so that they are answered once.
            f"edited:{message.chat.id}:{message.message_id}",
            MessageKind.BUTTON,
            payload="answer:edited",
        ),
    )


def _message(message: Message, size_limit: int) -> Incoming | None:
    text = message.text or message.caption or ""
    command = _COMMAND.fullmatch(message.text or "")
    kind, file_id, refused = (MessageKind.BUTTON, None, None) if command else _content(message, size_limit)
    if kind is None:
        return None
    payload = f"{REFUSED_PHOTO}{refused}" if refused else None
    return Incoming(
        message.chat.id,
        IncomingMessage(
            _identity(message.chat),
            f"{message.chat.id}:{message.message_id}",
            kind,
            text=text,
            payload=COMMANDS[(command[1] or command[2]).lower()] if command else payload,
            phone_number=_own_number(message),
        ),
        file_id=file_id,
    )


def _content(message: Message, size_limit: int) -> tuple[MessageKind | None, str | None, str | None]:
    """The kind of a message, the file to fetch and why one is not taken; no kind at all for a service message."""
    if message.photo:
        sizes = [size for size in message.photo if (size.file_size or 0) <= size_limit]
        if not sizes:
            return MessageKind.FILE, None, "too_large"
        return MessageKind.PHOTO, max(sizes, key=lambda size: size.width * size.height).file_id, None
    # Before the document that goes with an animation.
    if message.sticker or message.animation or message.dice:
        return MessageKind.STICKER, None, None
    if message.document:
        return _document(message.document, size_limit)
    return _plain_kind(message), None, None


def _document(document: Document, size_limit: int) -> tuple[MessageKind, str | None, str | None]:
    """A file that may be a photo is fetched: what it really is shows then."""
    media_type, name = (document.mime_type or "").lower(), document.file_name or ""
    if media_type == "application/pdf" or (media_type in _NO_TYPE and name.lower().endswith(".pdf")):
        return MessageKind.FILE, None, "pdf"
    unnamed = media_type in _NO_TYPE and "." not in name
    if not (media_type.startswith("image/") or unnamed or _PICTURE_NAME.fullmatch(name)):
        return MessageKind.FILE, None, None
    if (document.file_size or 0) > size_limit:
        return MessageKind.FILE, None, None if unnamed else "too_large"
    return MessageKind.PHOTO, document.file_id, None


def _plain_kind(message: Message) -> MessageKind | None:
    if message.voice or message.audio or message.video_note:
        return MessageKind.VOICE
    if message.location or message.venue:
        return MessageKind.LOCATION
    if message.contact:
        return MessageKind.CONTACT
    if message.text is not None:
        return MessageKind.TEXT
    if any(getattr(message, content) for content in _UNREADABLE_CONTENT):
        return MessageKind.FILE
    return None


def _own_number(message: Message) -> str | None:
    """The number of a contact card only if Telegram vouches that it is the sender's own."""
    contact, sender = message.contact, message.from_user
    if contact is None or sender is None or contact.user_id != sender.id:
        return None
    return contact.phone_number


def _identity(chat: Chat) -> ChannelIdentity:
    return ChannelIdentity(CHANNEL, str(chat.id))
