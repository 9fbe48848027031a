"""Wake-ups: "something is there for this conversation, for this officer".

Owns the one way in which parts of the bot wake each other: in this process today, over the database's or another bus
once there are several. A wake-up is a hint and carries nothing: it may come twice, late or, from elsewhere, not at all,
so whoever is woken reads the store, and the sweep looks for what nobody was woken for. Refuses to know what is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum


class Topic(StrEnum):
    """What is there; the key says for whom."""

    # A message of this conversation waits for its answer.
    INBOX = "inbox"
    # A reply of this conversation waits to go out.
    OUTBOX = "outbox"
    # There is something new to be seen in this conversation.
    CONVERSATION = "conversation"
    # There is something new for this officer.
    OFFICER = "officer"


class Wakeups:
    """Wakes those who work (`call`) and those who wait for something new (`subscribe`: long polls, event streams)."""

    def __init__(self) -> None:
        self._called: dict[Topic, list[Callable[[str], None]]] = {}
        self._waiting: dict[tuple[Topic, str], set[asyncio.Future[None]]] = {}
        self.closed = False

    def call(self, topic: Topic, wake: Callable[[str], None]) -> None:
        """From now on call `wake` with the key of every wake-up about `topic`."""
        self._called.setdefault(topic, []).append(wake)

    def notify(self, key: str, topic: Topic = Topic.CONVERSATION) -> None:
        """There is (or may be) something about `topic` for `key`."""
        for wake in self._called.get(topic, ()):
            wake(key)
        for future in self._waiting.pop((topic, key), ()):
            if not future.done():
                future.set_result(None)

    def replied(self, conversation_id: str) -> None:
        """Something was said in the conversation: it is to be shown, and to go out where its channel pushes."""
        self.notify(conversation_id)
        self.notify(conversation_id, Topic.OUTBOX)

    def subscribe(self, key: str, topic: Topic = Topic.CONVERSATION) -> asyncio.Future[None]:
        """A future that is done at the next change. Subscribe first, then read the store: nothing slips between."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.closed:
            future.set_result(None)
            return future
        waiting = self._waiting.setdefault((topic, key), set())
        waiting.add(future)
        future.add_done_callback(lambda done: self._forget((topic, key), done))
        return future

    def _forget(self, wanted: tuple[Topic, str], future: asyncio.Future[None]) -> None:
        waiting = self._waiting.get(wanted)
        if waiting is not None:
            waiting.discard(future)
            if not waiting:
                del self._waiting[wanted]

    def close(self) -> None:
        """End every wait, now and from now on: the server is stopping."""
        self.closed = True
        for waiting in list(self._waiting.values()):
            for future in list(waiting):
                if not future.done():
                    future.set_result(None)
