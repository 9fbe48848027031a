"""When a wait has become too long to leave it without a word.

Owns the moment of the notice. A queue that moves needs none, however long it is (up to a minute): a message that waits
for its turn is late only when nobody has had an answer lately, one whose turn has come only when that turn itself takes
too long. Photos are a queue of their own. Refuses to tell (`bot.gateway.replying`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from helpdesk.conversations import InboxEntry, MessageKind

# Seconds that looking at a photo may take on top; the page says meanwhile that it is being looked at.
_PHOTO_PATIENCE = 6.0
# So many times the patience with one turn is the patience with any queue.
_LONGEST = 12


@dataclass
class Patience:
    """What has moved since when, in memory: with the start everybody's turn begins anew, however long he has waited."""

    seconds: float
    started: datetime
    _begun: dict[str, datetime] = field(default_factory=dict)
    _moved: dict[bool, datetime] = field(default_factory=dict)

    def begin(self, entry: InboxEntry, now: datetime) -> None:
        """It is this message's turn; again for the same message changes nothing."""
        self._begun.setdefault(entry.message.id, now)

    def end(self, entry: InboxEntry, now: datetime) -> None:
        """It has its answer: the queue moves."""
        self._begun.pop(entry.message.id, None)
        self._moved[_is_photo(entry)] = now

    def is_stuck(self, now: datetime) -> bool:
        """Whether nobody but senders of photos has had an answer for too long; also when nobody has asked."""
        return (now - self._moved.get(False, self.started)).total_seconds() > self.seconds

    def until_late(self, entry: InboxEntry, now: datetime) -> float:
        """So many seconds from now the citizen should hear something; zero or less: now."""
        patience = self.seconds + (_PHOTO_PATIENCE if _is_photo(entry) else 0)
        came = max(entry.received_at, self.started)
        since = self._begun.get(entry.message.id) or self._moved.get(_is_photo(entry), came)
        late = min(
            max(since, came) + timedelta(seconds=patience),
            came + timedelta(seconds=patience * _LONGEST),
        )
        return (late - now).total_seconds()


def _is_photo(entry: InboxEntry) -> bool:
    return entry.message.kind is MessageKind.PHOTO
