"""Receiving: a message is accepted once, in one transaction, before its platform hears of it.

Owns what is done to a message before it is kept (cleaned, secrets hidden) and how a flood is met. Refuses answering.
"""

from __future__ import annotations

from dataclasses import replace

from bot.answering import Triage, clean_text
from bot.gateway.backlog import Backlog
from bot.gateway.wakeups import Topic, Wakeups
from bot.metrics import Metrics
from helpdesk.conversations import Conversation, Conversations, IncomingMessage, MessageKind, Receipt
from helpdesk.errors import InvalidInput, Overloaded
from helpdesk.settings import Settings


class Receiving:
    """The way in."""

    def __init__(
        self,
        settings: Settings,
        conversations: Conversations,
        triage: Triage,
        metrics: Metrics,
        backlog: Backlog,
        wakeups: Wakeups,
    ) -> None:
        self._settings = settings
        self._conversations = conversations
        self._store = conversations.store
        self._triage = triage
        self._metrics = metrics
        self._backlog = backlog
        self._wakeups = wakeups

    async def receive(self, message: IncomingMessage, *, must_accept: bool = False) -> Receipt:
        """Accept a message durably; a repeat is acknowledged and dropped.

        Raises InvalidInput("empty") when nothing readable is in it, Overloaded when this sender has too many messages
        unanswered (never with `must_accept`), Unavailable("store") when it can't be kept.
        """
        text = clean_text(message.text)
        if message.kind is MessageKind.TEXT and not text:
            raise InvalidInput("empty", "Tin nhắn đang trống. Anh/chị gõ câu hỏi rồi gửi lại giúp em ạ.")
        if message.kind is MessageKind.BUTTON:
            payload = await self._store.offered_payload(message.identity, message.payload or "")
            message = replace(message, payload=payload)
            text = text or await self._triage.button_title(message.identity, payload)
        message = await self._triage.without_secrets(replace(message, text=text))
        identity = message.identity
        full = self._backlog.is_full(identity) and not must_accept
        if full and not await self._store.is_known(identity.channel, message.platform_message_id):
            raise Overloaded(retry_after=max(1.0, self._settings.flood_pause * self._settings.flood_burst))
        # Counted before the first await of the write: a hundred requests at once must not all find room.
        self._backlog.add(identity)
        accepted = False
        try:
            receipt, conversation = await self._conversations.accept(message)
            accepted = not receipt.duplicate
        finally:
            if not accepted:
                self._backlog.settle(identity)
        if receipt.duplicate:
            self._metrics.duplicates.labels(identity.channel).inc()
            return receipt
        self._metrics.received.labels(identity.channel, message.kind.value).inc()
        self._wakeups.notify(conversation.id)
        if self._backlog.is_flood(identity):
            await self._slow_down(conversation)
        self._wakeups.notify(conversation.id, Topic.INBOX)
        return receipt

    async def _slow_down(self, conversation: Conversation) -> None:
        if conversation.id in self._backlog.slowed:
            return
        self._backlog.slowed.add(conversation.id)
        self._metrics.slowed.inc()
        notice = self._triage.rendering.notice("slowed")
        await self._store.notify_slowed(conversation, notice, conversation.identity.is_pushed)
        self._wakeups.replied(conversation.id)
