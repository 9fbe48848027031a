"""The nouns that pass between parts, frozen. Owns their shapes; refuses behaviour and storage."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Author(StrEnum):
    """Who wrote a message (the `author` of the web chat API)."""

    CONTACT = "contact"
    ASSISTANT = "assistant"
    AGENT = "agent"
    SYSTEM = "system"


class MessageKind(StrEnum):
    """What an incoming message holds."""

    TEXT = "text"
    BUTTON = "button"
    PHOTO = "photo"
    LOCATION = "location"
    CONTACT = "contact"
    STICKER = "sticker"
    VOICE = "voice"
    FILE = "file"


class ConversationStatus(StrEnum):
    """`pending`: the assistant has it; `open`: a person has it; `resolved`: finished."""

    PENDING = "pending"
    OPEN = "open"
    RESOLVED = "resolved"


# The channels whose clients come for their replies.
_FETCHING = frozenset({"web"})


@dataclass(frozen=True, slots=True)
class ChannelIdentity:
    """A citizen's address on a channel; Rasa's `sender_id` is `"{channel}:{external_id}"`."""

    channel: str
    external_id: str

    @property
    def sender_id(self) -> str:
        return f"{self.channel}:{self.external_id}"

    @property
    def is_pushed(self) -> bool:
        """Whether replies are handed to its platform, be that connected now or not; a web page fetches its own."""
        return self.channel not in _FETCHING


@dataclass(frozen=True, slots=True)
class Button:
    """A tap: `payload` comes back as it is, or `url` opens a page (then there is no payload)."""

    title: str
    payload: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file. `url` is relative to the chat page; None where the channel shows it itself."""

    id: str
    kind: str
    content_type: str
    size: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """Bytes that came with a message, checked by the channel only for their size."""

    content: bytes
    content_type: str


# Begins the payload of a file that was meant as a photo and is none; the code of why follows.
REFUSED_PHOTO = "photo:"


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """What a channel hands to the gateway.

    `platform_message_id` is unique within the channel: the inbox drops a repeat by it. `payload` is what a tapped
    button carries, or with a file why it is not taken for a photo (`REFUSED_PHOTO`). Where a shared place lies is not
    handed on: nobody reads it yet, and what nobody reads is not kept.
    """

    identity: ChannelIdentity
    platform_message_id: str
    kind: MessageKind
    text: str = ""
    payload: str | None = None
    phone_number: str | None = None
    file: IncomingFile | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The inbox's answer: the message's own id, and whether it had been accepted before."""

    message_id: str
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """One citizen's thread on one channel."""

    id: str
    identity: ChannelIdentity
    status: ConversationStatus
    last_answer: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is kept and shown; `seq` counts from 1 within its conversation.

    `platform_message_id` is what the channel called it, for a message that came in.
    """

    id: str
    conversation_id: str
    seq: int
    author: Author
    text: str
    created_at: datetime
    kind: MessageKind = MessageKind.TEXT
    payload: str | None = None
    buttons: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    platform_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """An accepted message that has no answer yet."""

    conversation: Conversation
    message: Message
    attempts: int
    received_at: datetime
    notified_late: bool
    phone_number: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the citizen: one message. `answer` names the guide's answer that it shows."""

    text: str
    buttons: tuple[Button, ...] = ()
    author: Author = Author.ASSISTANT
    answer: str | None = None
    pictures: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A reply on its way out through a channel that pushes; `parts_sent` of its parts have gone already."""

    identity: ChannelIdentity
    message: Message
    attempts: int
    parts_sent: int = 0


@dataclass(frozen=True, slots=True)
class GivenUpReply:
    """A reply that a platform never took; `answer` names the guide's answer that it shows, if it is one."""

    message_id: str
    conversation_id: str
    channel: str
    answer: str | None
    tries: int
    error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UnhelpfulAnswer:
    """A 👎 for an answer of the guide."""

    conversation_id: str
    channel: str
    answer: str
    at: datetime
