"""Conversations: the nouns of a message, the durable inbox and outbox, small errands."""

from helpdesk.conversations.conversations import Conversations
from helpdesk.conversations.errands import Errand, Errands
from helpdesk.conversations.keeping import ConversationKeeping
from helpdesk.conversations.messages import MessageStore
from helpdesk.conversations.model import (
    REFUSED_PHOTO,
    Author,
    Button,
    ChannelIdentity,
    Conversation,
    GivenUpReply,
    InboxEntry,
    IncomingFile,
    IncomingMessage,
    Message,
    MessageKind,
    OutboxEntry,
    Receipt,
    Reply,
    UnhelpfulAnswer,
)
from helpdesk.conversations.offers import offer_key
from helpdesk.conversations.plain_texts import seal_plain_texts

__all__ = [
    "REFUSED_PHOTO",
    "Author",
    "Button",
    "ChannelIdentity",
    "Conversation",
    "ConversationKeeping",
    "Conversations",
    "Errand",
    "Errands",
    "GivenUpReply",
    "InboxEntry",
    "IncomingFile",
    "IncomingMessage",
    "Message",
    "MessageKind",
    "MessageStore",
    "OutboxEntry",
    "Receipt",
    "Reply",
    "UnhelpfulAnswer",
    "offer_key",
    "seal_plain_texts",
]
