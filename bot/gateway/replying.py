"""Replying: the oldest unanswered message of a conversation gets its answer.

Owns the retries, the notice that an answer is late (when: `bot.gateway.patience`), and the line in which photos wait.
A message's replies and its end are written in one transaction; what a restart would miss is kept nowhere else. Refuses
words (`bot.answering`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import islice

from bot.answering import Triage, TurnFailed
from bot.gateway.backlog import Backlog
from bot.gateway.patience import Patience
from bot.gateway.scheduling import KeyedWorkers
from bot.gateway.wakeups import Topic, Wakeups
from bot.metrics import Metrics
from helpdesk.calendar import utc_now
from helpdesk.conversations import ChannelIdentity, Conversations, InboxEntry, MessageKind, Reply
from helpdesk.errors import Unavailable, where
from helpdesk.settings import Settings

log = logging.getLogger(__name__)

_LONGEST_RETRY = 5.0
# So often a turn may fail inside Rasa before the citizen gets an apology instead of waiting for ever.
_TRIES_BEFORE_APOLOGY = 5
_TYPING_AFTER = 0.4
# Looking at a photo takes seconds. So many at once keep the reader busy; more would only take the places of those who
# just ask something, and run out of Rasa's patience in the reader's queue.
_PHOTOS_AT_ONCE = 2
_IN_LINE_SECONDS = 0.5


class Replying:
    """Workers, one a conversation; `show_typing` is called while an answer takes its time."""

    def __init__(
        self,
        settings: Settings,
        conversations: Conversations,
        triage: Triage,
        metrics: Metrics,
        backlog: Backlog,
        wakeups: Wakeups,
        show_typing: Callable[[ChannelIdentity], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._store = conversations.store
        self._triage = triage
        self._metrics = metrics
        self._backlog = backlog
        self._wakeups = wakeups
        self._show_typing = show_typing
        # Conversations whose turn is a photo's, in the order of their coming.
        self._photo_line: dict[str, None] = {}
        self._patience = Patience(settings.late_notice_after, utc_now())
        self._workers = KeyedWorkers("worker", self._work, settings.workers)
        wakeups.call(Topic.INBOX, self._workers.wake)

    async def take_up(self) -> None:
        """What an earlier run left unanswered."""
        self._patience.started = utc_now()
        for conversation in await self._store.unhandled_conversations():
            unanswered = await self._store.backlog(conversation.id)
            self._backlog.take_up(conversation.identity, conversation.id, unanswered)
            self._workers.wake(conversation.id)

    async def sweep(self) -> None:
        """Take up what nobody was woken for: the inbox counts, not the wake-ups."""
        waiting = await self._store.unhandled_conversations()
        for conversation in waiting:
            self._workers.wake(conversation.id)
        # Where every place is taken by a turn that hangs, nobody's turn comes, and no step tells them.
        if self._patience.is_stuck(utc_now()):
            for conversation in waiting:
                entry = await self._store.next_unhandled(conversation.id)
                if entry is not None and self._until_late(entry) <= 0:
                    await self._tell_late(entry)

    async def stop(self) -> None:
        await self._workers.stop()

    async def _work(self, conversation_id: str) -> float | None:
        entry = await self._store.next_unhandled(conversation_id)
        if entry is None:
            self._photo_line.pop(conversation_id, None)
            if conversation_id in self._backlog.slowed:
                self._backlog.slowed.discard(conversation_id)
                await self._store.clear_slowed(conversation_id)
            return None
        if entry.message.kind is MessageKind.PHOTO and not self._is_first_in_line(conversation_id):
            await self._show_typing(entry.conversation.identity)
            if self._until_late(entry) <= 0:
                await self._tell_late(entry)
            return _IN_LINE_SECONDS
        self._patience.begin(entry, utc_now())
        try:
            replies = await self._answer_in_time(entry)
        finally:
            self._photo_line.pop(conversation_id, None)
        if replies is None:
            return min(max(0.3, self._age(entry) / 4), _LONGEST_RETRY)
        identity = entry.conversation.identity
        await self._store.finish(entry, replies, identity.is_pushed)
        self._patience.end(entry, utc_now())
        self._metrics.turn_seconds.observe(self._age(entry))
        for reply in replies:
            self._metrics.answers.labels(reply.answer or "other").inc()
        self._backlog.settle(identity)
        self._wakeups.replied(conversation_id)
        return self._backlog.pause(identity)

    def _is_first_in_line(self, conversation_id: str) -> bool:
        self._photo_line.setdefault(conversation_id)
        return conversation_id in islice(self._photo_line, _PHOTOS_AT_ONCE)

    @staticmethod
    def _age(entry: InboxEntry) -> float:
        return (utc_now() - entry.received_at).total_seconds()

    async def _answer_in_time(self, entry: InboxEntry) -> list[Reply] | None:
        """The replies, or None when they have to wait; tells the citizen once when it takes long."""
        task = asyncio.create_task(self._triage.replies(entry))
        try:
            await asyncio.wait({task}, timeout=_TYPING_AFTER)
            if not task.done():
                await self._show_typing(entry.conversation.identity)
                await asyncio.wait({task}, timeout=max(0.0, self._until_late(entry)))
            if not task.done():
                await self._tell_late(entry)
            return await task
        except Unavailable as error:
            self._metrics.retries.labels(error.service).inc()
            if self._until_late(entry) <= 0:
                await self._tell_late(entry)
            return None
        except TurnFailed as error:
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
        return [self._triage.rendering.failed()] if tries >= _TRIES_BEFORE_APOLOGY else None

    def _until_late(self, entry: InboxEntry) -> float:
        return self._patience.until_late(entry, utc_now())

    async def _tell_late(self, entry: InboxEntry) -> None:
        if entry.notified_late:
            return
        log.warning("an answer is late: %s", entry.conversation.id)
        conversation = entry.conversation
        if await self._store.notify_late(entry, self._triage.rendering.notice("late"), conversation.identity.is_pushed):
            self._wakeups.replied(conversation.id)
