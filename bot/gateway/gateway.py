"""The gateway: inbox → dialogue → outbox (see "The life of a message" in docs/architecture.md).

Owns how its three parts hang together, their start and their end. A message is accepted in one transaction before its
platform hears of it; its replies and its end are written in another. In between nothing is kept in memory that a
restart would miss.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.answering import Triage
from bot.channels import PushChannel
from bot.gateway.backlog import Backlog
from bot.gateway.delivering import Delivering
from bot.gateway.receiving import Receiving
from bot.gateway.replying import Replying
from bot.gateway.wakeups import Wakeups
from bot.metrics import Metrics
from helpdesk.conversations import ChannelIdentity, Conversations, IncomingMessage, Receipt, Reply
from helpdesk.errors import NotFound
from helpdesk.settings import Settings


class Gateway:
    """Accepts messages, has them answered in order and sees the answers out; made by `open_gateway`."""

    def __init__(self, settings: Settings, conversations: Conversations, triage: Triage, metrics: Metrics) -> None:
        self._store = conversations.store
        self.wakeups = Wakeups()
        self._backlog = Backlog(settings)
        self._delivering = Delivering(settings, conversations, metrics, self.wakeups)
        self._receiving = Receiving(settings, conversations, triage, metrics, self._backlog, self.wakeups)
        self._replying = Replying(
            settings,
            conversations,
            triage,
            metrics,
            self._backlog,
            self.wakeups,
            self._delivering.show_typing,
        )

    async def receive(self, message: IncomingMessage, *, must_accept: bool = False) -> Receipt:
        """See `Receiving.receive`."""
        return await self._receiving.receive(message, must_accept=must_accept)

    def is_answering(self, conversation_id: str) -> bool:
        """Whether an answer is on its way (the typing indicator of the web chat)."""
        return self._backlog.is_waiting(ChannelIdentity("web", conversation_id))

    async def tell(self, conversation_id: str, reply: Reply) -> None:
        """Say something that answers no message; nothing happens when the conversation has gone."""
        conversation = await self._store.conversation(conversation_id)
        if conversation is None:
            return
        try:
            await self._store.say(conversation, reply, conversation.identity.is_pushed)
        except NotFound:
            # It went in between: erased, or past its time.
            return
        self.wakeups.replied(conversation_id)

    # Life cycle

    async def start(self, channels: Mapping[str, PushChannel]) -> None:
        """Take up what an earlier run left: unanswered messages and unsent replies."""
        await self._replying.take_up()
        await self._delivering.take_up(channels)

    async def sweep(self) -> None:
        """Look for work that nobody was woken for: the inbox and the outbox count, not the wake-ups."""
        await self._replying.sweep()
        await self._delivering.sweep()

    async def stop(self) -> None:
        self.wakeups.close()
        await self._replying.stop()
        await self._delivering.stop()


@asynccontextmanager
async def open_gateway(
    settings: Settings, conversations: Conversations, triage: Triage, metrics: Metrics
) -> AsyncIterator[Gateway]:
    """A gateway; channels are handed to `Gateway.start` once they are open, and `sweep` is the clock's to call."""
    gateway = Gateway(settings, conversations, triage, metrics)
    try:
        yield gateway
    finally:
        await gateway.stop()
