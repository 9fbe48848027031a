"""How many messages of each citizen wait for their answers, and who is being slowed down for it.

Owns the two limits: beyond `flood_burst` a citizen is answered more slowly, beyond `flood_limit` nothing more is taken.
Refuses the notice (`bot.gateway.receiving`) and the answers.
"""

from __future__ import annotations

from collections import Counter

from helpdesk.conversations import ChannelIdentity
from helpdesk.settings import Settings


class Backlog:
    """Counts in memory; `take_up` what the store knows from an earlier run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waiting: Counter[ChannelIdentity] = Counter()
        # Conversations that have had the notice and not caught up since.
        self.slowed: set[str] = set()

    def take_up(self, identity: ChannelIdentity, conversation_id: str, count: int) -> None:
        """So many were unanswered at the start; what has come in the meantime is counted already."""
        self._waiting[identity] = max(self._waiting[identity], count)
        self.slowed.add(conversation_id)

    def add(self, identity: ChannelIdentity) -> None:
        self._waiting[identity] += 1

    def settle(self, identity: ChannelIdentity) -> None:
        """One fewer: answered, or not accepted after all."""
        self._waiting[identity] -= 1
        if self._waiting[identity] <= 0:
            del self._waiting[identity]

    def is_waiting(self, identity: ChannelIdentity) -> bool:
        return self._waiting[identity] > 0

    def is_full(self, identity: ChannelIdentity) -> bool:
        return self._waiting[identity] >= self._settings.flood_limit

    def is_flood(self, identity: ChannelIdentity) -> bool:
        return self._waiting[identity] > self._settings.flood_burst

    def pause(self, identity: ChannelIdentity) -> float:
        """How many seconds to leave between two answers."""
        return self._settings.flood_pause if self.is_flood(identity) else 0
