"""One turn at a time for each conversation, in the order of arrival.

Rasa's in-memory lock store looks once a second whether a conversation is free; two quick messages would wait that long.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore


@dataclass
class _Turns:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0


class ConversationLocks(LockStore):
    """A lock store for a single process."""

    def __init__(self) -> None:
        """Start with no conversation locked."""
        self._turns: dict[str, _Turns] = {}

    @asynccontextmanager
    async def lock(  # type: ignore[override]
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncGenerator[Any, None]:
        """Hold the conversation; LockError after `lock_lifetime` seconds of waiting."""
        turns = self._turns.setdefault(conversation_id, _Turns())
        turns.wanted += 1
        try:
            if turns.wanted > 1:
                try:
                    await asyncio.wait_for(turns.lock.acquire(), lock_lifetime)
                except asyncio.TimeoutError as error:
                    raise LockError("Could not acquire the conversation's lock.") from error
            else:
                await turns.lock.acquire()
            try:
                yield turns.lock
            finally:
                turns.lock.release()
        finally:
            turns.wanted -= 1
            if not turns.wanted:
                del self._turns[conversation_id]
