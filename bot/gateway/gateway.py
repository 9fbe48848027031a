"""The gateway: inbox → dialogue → outbox (see "The life of a message" in docs/architecture.md).

Owns the order, the retries and the notices. A message is accepted in one transaction before its platform hears of it;
its replies and its end are written in another. In between nothing is kept in memory that a restart would miss.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from itertools import islice

from bot.answering import Answering, DialogueFailed, clean_text
from bot.channels import PushChannel, Undeliverable
from bot.gateway.scheduling import KeyedWorkers, Watch
from bot.metrics import Metrics
from helpdesk.calendar import utc_now
from helpdesk.conversations import (
    ChannelIdentity,
    Conversation,
    Conversations,
    InboxEntry,
    IncomingMessage,
    MessageKind,
    OutboxEntry,
    Receipt,
    Reply,
)
from helpdesk.errors import InvalidInput, Overloaded, Unavailable, where
from helpdesk.settings import Settings

log = logging.getLogger(__name__)

_HOUSEKEEPING_SECONDS = 3600
_SWEEP_SECONDS = 5
_LONGEST_RETRY = 5.0
# So often a turn may fail inside Rasa before the citizen gets an apology instead of waiting for ever.
_TRIES_BEFORE_APOLOGY = 5
_TRIES_TO_DELIVER = 50
_TYPING_AFTER = 0.4
# Seconds that looking at a photo may take on top; the page says meanwhile that it is being looked at.
_PHOTO_PATIENCE = 6.0
# Looking at a photo takes seconds. So many at once keep the reader busy; more would only take the places of those who
# just ask something, and run out of Rasa's patience in the reader's queue.
_PHOTOS_AT_ONCE = 2
_IN_LINE_SECONDS = 0.5
# More parts than any reply has.
_ALL_PARTS = 1_000_000


class Gateway:
    """Accepts messages, has them answered in order and sees the answers out; made by `open_gateway`."""

    def __init__(
        self, settings: Settings, conversations: Conversations, answering: Answering, metrics: Metrics
    ) -> None:
        self._settings = settings
        self._conversations = conversations
        self._store = conversations.store
        self._answering = answering
        self._metrics = metrics
        self._channels: dict[str, PushChannel] = {}
        self._waiting: Counter[ChannelIdentity] = Counter()
        self._slowed: set[str] = set()
        # Conversations whose turn is a photo's, in the order of their coming.
        self._photo_line: dict[str, None] = {}
        self._gone: dict[str, int] = {}
        self.watch = Watch()
        self._workers = KeyedWorkers("worker", self._work, settings.workers)
        self._senders = KeyedWorkers("sender", self._send, settings.workers)

    # Accepting

    async def receive(self, message: IncomingMessage, *, must_accept: bool = False) -> Receipt:
        """Accept a message durably; a repeat is acknowledged and dropped.

        Raises InvalidInput("empty") when nothing readable is in it, Overloaded when this sender has too many messages
        unanswered (never with `must_accept`), Unavailable("store") when it can't be kept.
        """
        text = clean_text(message.text)
        if message.kind is MessageKind.TEXT and not text:
            raise InvalidInput("empty", "Tin nhắn đang trống. Anh/chị gõ câu hỏi rồi gửi lại giúp em ạ.")
        if message.kind is MessageKind.BUTTON and not text:
            text = await self._answering.button_title(message.identity, message.payload or "")
        message = await self._answering.without_secrets(replace(message, text=text))
        identity = message.identity
        full = self._waiting[identity] >= self._settings.flood_limit and not must_accept
        if full and not await self._store.is_known(identity.channel, message.platform_message_id):
            raise Overloaded(retry_after=max(1.0, self._settings.flood_pause * self._settings.flood_burst))
        # Counted before the first await of the write: a hundred requests at once must not all find room.
        self._waiting[identity] += 1
        accepted = False
        try:
            receipt, conversation = await self._conversations.accept(message)
            accepted = not receipt.duplicate
        finally:
            if not accepted:
                self._settle(identity)
        if receipt.duplicate:
            self._metrics.duplicates.labels(identity.channel).inc()
            return receipt
        self._metrics.received.labels(identity.channel, message.kind.value).inc()
        self.watch.notify(conversation.id)
        if self._waiting[identity] > self._settings.flood_burst:
            await self._slow_down(conversation)
        self._workers.wake(conversation.id)
        return receipt

    def _settle(self, identity: ChannelIdentity) -> None:
        self._waiting[identity] -= 1
        if self._waiting[identity] <= 0:
            del self._waiting[identity]

    async def _slow_down(self, conversation: Conversation) -> None:
        if conversation.id in self._slowed:
            return
        self._slowed.add(conversation.id)
        self._metrics.slowed.inc()
        push = conversation.identity.channel in self._channels
        await self._store.notify_slowed(conversation, self._answering.notice("slowed"), push)
        self._announce(conversation.id)

    # Answering

    async def _work(self, conversation_id: str) -> float | None:
        entry = await self._store.next_unhandled(conversation_id)
        if entry is None:
            self._photo_line.pop(conversation_id, None)
            if conversation_id in self._slowed:
                self._slowed.discard(conversation_id)
                await self._store.clear_slowed(conversation_id)
            return None
        if entry.message.kind is MessageKind.PHOTO and not self._is_first_in_line(conversation_id):
            await self._show_typing(entry)
            if self._until_late(entry) <= 0:
                await self._tell_late(entry)
            return _IN_LINE_SECONDS
        try:
            replies = await self._answer_in_time(entry)
        finally:
            self._photo_line.pop(conversation_id, None)
        if replies is None:
            return min(max(0.3, self._age(entry) / 4), _LONGEST_RETRY)
        push = entry.conversation.identity.channel in self._channels
        await self._store.finish(entry, replies, push)
        self._metrics.turn_seconds.observe(self._age(entry))
        for reply in replies:
            self._metrics.answers.labels(reply.answer or "other").inc()
        pause = self._pause_after(entry.conversation)
        self._announce(conversation_id)
        return pause

    def _is_first_in_line(self, conversation_id: str) -> bool:
        self._photo_line.setdefault(conversation_id)
        return conversation_id in islice(self._photo_line, _PHOTOS_AT_ONCE)

    def _pause_after(self, conversation: Conversation) -> float:
        self._settle(conversation.identity)
        slowed = self._waiting[conversation.identity] > self._settings.flood_burst
        return self._settings.flood_pause if slowed else 0

    @staticmethod
    def _age(entry: InboxEntry) -> float:
        return (utc_now() - entry.received_at).total_seconds()

    async def _answer_in_time(self, entry: InboxEntry) -> list[Reply] | None:
        """The replies, or None when they have to wait; tells the citizen once when it takes long."""
        task = asyncio.create_task(self._answering.replies(entry))
        try:
            await asyncio.wait({task}, timeout=_TYPING_AFTER)
            if not task.done():
                await self._show_typing(entry)
                await asyncio.wait({task}, timeout=max(0.0, self._until_late(entry)))
            if not task.done():
                await self._tell_late(entry)
            return await task
        except Unavailable as error:
            self._metrics.retries.labels(error.service).inc()
            if self._until_late(entry) <= 0:
                await self._tell_late(entry)
            return None
        except DialogueFailed as error:
            log.error("a turn failed inside Rasa: %s", error)
            return await self._apology_or_patience(entry)
        except Exception as error:
            # Whatever broke: this citizen gets an apology in the end, and nobody behind it waits for ever.
            log.error("an answer broke: %s", where(error))
            return await self._apology_or_patience(entry)
        finally:
            task.cancel()

    async def _apology_or_patience(self, entry: InboxEntry) -> list[Reply] | None:
        """One more failed try: None to wait for the next, the apology after the last."""
        self._metrics.retries.labels("rasa").inc()
        tries = await self._store.count_attempt(entry.message.id)
        return [self._answering.failed()] if tries >= _TRIES_BEFORE_APOLOGY else None

    def _until_late(self, entry: InboxEntry) -> float:
        patience = _PHOTO_PATIENCE if entry.message.kind is MessageKind.PHOTO else 0.0
        return self._settings.late_notice_after + patience - self._age(entry)

    async def _tell_late(self, entry: InboxEntry) -> None:
        if entry.notified_late:
            return
        log.warning("an answer is late: %s", entry.conversation.id)
        push = entry.conversation.identity.channel in self._channels
        if await self._store.notify_late(entry, self._answering.notice("late"), push):
            self._announce(entry.conversation.id)

    async def _show_typing(self, entry: InboxEntry) -> None:
        channel = self._channels.get(entry.conversation.identity.channel)
        if channel is not None:
            await channel.show_typing(entry.conversation.identity)

    def is_answering(self, conversation_id: str) -> bool:
        """Whether an answer is on its way (the typing indicator of the web chat)."""
        return self._waiting[ChannelIdentity("web", conversation_id)] > 0

    # Delivering

    def _announce(self, conversation_id: str) -> None:
        self.watch.notify(conversation_id)
        self._senders.wake(conversation_id)

    async def _send(self, conversation_id: str) -> float | None:
        entry = await self._store.next_unsent(conversation_id)
        if entry is None:
            return None
        channel = self._channels.get(entry.identity.channel)
        if channel is None:
            return None
        message_id = entry.message.id
        # Ahead of the store while the disk is full: what has gone out must not go out again.
        parts_sent = max(entry.parts_sent, self._gone.get(message_id, 0))
        try:
            if parts_sent < _ALL_PARTS:
                await channel.deliver(replace(entry, parts_sent=parts_sent), partial(self._part_sent, message_id))
        except Undeliverable as error:
            log.warning("a reply was given up: %s", error)
            return await self._put_off(entry, str(error), final=True)
        except Unavailable as error:
            self._metrics.retries.labels(error.service).inc()
            return await self._put_off(entry, str(error), pause=error.retry_after)
        except Exception as error:
            # Whatever broke: the reply is tried again and in the end given up visibly.
            log.error("a delivery broke: %s", where(error))
            return await self._put_off(entry, type(error).__name__)
        self._gone[message_id] = _ALL_PARTS
        await self._store.mark_sent(message_id)
        del self._gone[message_id]
        return 0

    async def _part_sent(self, message_id: str, parts: int) -> None:
        self._gone[message_id] = parts
        try:
            await self._store.mark_part_sent(message_id, parts)
        except Unavailable as error:
            log.error("a part that has gone out could not be noted yet: %s", where(error))

    async def _put_off(
        self, entry: OutboxEntry, error: str, *, final: bool = False, pause: float | None = None
    ) -> float:
        """Note a failed delivery; how many seconds until the next step."""
        final = final or entry.attempts + 1 >= _TRIES_TO_DELIVER
        await self._store.mark_unsent(entry.message.id, error, final)
        return 0 if final else pause or min(0.5 * 2 ** min(entry.attempts, 8), 60.0)

    async def tell(self, conversation_id: str, reply: Reply) -> None:
        """Say something that answers no message; nothing happens when the conversation has gone."""
        conversation = await self._store.conversation(conversation_id)
        if conversation is None:
            return
        await self._store.say(conversation, reply, conversation.identity.channel in self._channels)
        self._announce(conversation_id)

    # Life cycle

    async def start(self, channels: Mapping[str, PushChannel]) -> None:
        """Take up what an earlier run left: unanswered messages and unsent replies."""
        self._channels.update(channels)
        for conversation in await self._store.unhandled_conversations():
            self._waiting[conversation.identity] = await self._store.backlog(conversation.id)
            self._slowed.add(conversation.id)
            self._workers.wake(conversation.id)
        for conversation_id in await self._store.unsent_conversations():
            self._senders.wake(conversation_id)

    async def stop(self) -> None:
        self.watch.close()
        await self._workers.stop()
        await self._senders.stop()

    async def sweep(self) -> None:
        """Every few seconds look for work that nobody was woken for: the inbox counts, not the wake-ups."""
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            try:
                for conversation in await self._store.unhandled_conversations():
                    self._workers.wake(conversation.id)
                for conversation_id in await self._store.unsent_conversations():
                    self._senders.wake(conversation_id)
            except Exception as error:  # whatever broke, the next sweep is the net for it
                log.error("the sweep has to wait: %s", where(error))

    async def keep_house(self) -> None:
        """Delete what is past its time, once an hour, for as long as the bot runs."""
        while True:
            try:
                await self._conversations.expire(self._settings.attachment_days, self._settings.conversation_days)
            except Exception as error:  # whatever broke, what is past its time goes an hour later
                log.error("clean-up has to wait: %s", where(error))
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)


@asynccontextmanager
async def open_gateway(
    settings: Settings, conversations: Conversations, answering: Answering, metrics: Metrics
) -> AsyncIterator[Gateway]:
    """A gateway with its housekeeping; channels are handed to `Gateway.start` once they are open."""
    gateway = Gateway(settings, conversations, answering, metrics)
    chores = [asyncio.create_task(gateway.keep_house()), asyncio.create_task(gateway.sweep())]
    try:
        yield gateway
    finally:
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        await gateway.stop()
