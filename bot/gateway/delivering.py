"""Delivering: replies go out through the channels that push, in order per conversation.

Owns the retries and when a reply is given up. Whether a channel pushes is its own property: a reply waits in the outbox
until its channel is there, in this run or a later one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from bot.channels import PushChannel, Undeliverable
from bot.gateway.scheduling import KeyedWorkers
from bot.gateway.wakeups import Topic, Wakeups
from bot.metrics import Metrics
from helpdesk.conversations import ChannelIdentity, Conversations, OutboxEntry
from helpdesk.errors import Unavailable, where
from helpdesk.settings import Settings

log = logging.getLogger(__name__)

_TRIES_TO_DELIVER = 50
# What is with the platform when the bot stops is waited for: broken off, it would go out again in the next run. It is
# less than `ops` waits for the whole stop.
_LAST_SECONDS = 4.0
# More parts than any reply has.
_ALL_PARTS = 1_000_000


class _Stopping(Exception):
    """The rest of a reply goes out in the next run."""


class Delivering:
    """Senders, one a conversation."""

    def __init__(self, settings: Settings, conversations: Conversations, metrics: Metrics, wakeups: Wakeups) -> None:
        self._store = conversations.store
        self._metrics = metrics
        self._channels: dict[str, PushChannel] = {}
        # Ahead of the store while the disk is full.
        self._gone: dict[str, int] = {}
        self._stopping = False
        self._senders = KeyedWorkers("sender", self._send, settings.workers)
        wakeups.call(Topic.OUTBOX, self._senders.wake)

    async def take_up(self, channels: Mapping[str, PushChannel]) -> None:
        """These channels are there from now on: what waits for them goes out."""
        self._channels.update(channels)
        await self.sweep()

    async def sweep(self) -> None:
        """Take up what nobody was woken for; replies to a channel that is not there go on waiting."""
        for conversation_id in await self._store.unsent_conversations(self._channels):
            self._senders.wake(conversation_id)

    async def show_typing(self, identity: ChannelIdentity) -> None:
        channel = self._channels.get(identity.channel)
        if channel is not None:
            await channel.show_typing(identity)

    async def stop(self) -> None:
        """What is being sent is sent to its end and noted, nothing more is begun; the channels must be open still."""
        self._stopping = True
        await self._senders.stop(_LAST_SECONDS)

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
        except _Stopping:
            return None
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
        if self._stopping:
            raise _Stopping

    async def _put_off(
        self, entry: OutboxEntry, error: str, *, final: bool = False, pause: float | None = None
    ) -> float:
        """Note a failed delivery; how many seconds until the next step."""
        final = final or entry.attempts + 1 >= _TRIES_TO_DELIVER
        await self._store.mark_unsent(entry.message.id, error, final)
        return 0 if final else pause or min(0.5 * 2 ** min(entry.attempts, 8), 60.0)
