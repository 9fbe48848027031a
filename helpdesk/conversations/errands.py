"""Errands: what a conversation has half said, kept sealed until it is done.

Owns the one errand that a conversation may have under way: what was said before consent, getting a draft back,
a password link, deleting one's data. Gone after a day, or as soon as it is done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from helpdesk.calendar import utc_now
from helpdesk.store import PORTION, Database, Domain, Forgotten, Sealer, Transaction

_KEPT = timedelta(days=1)
# The errand under which data is being deleted: the turn may have to be repeated after a kill.
_DELETING = "delete"


@dataclass(frozen=True, slots=True)
class Errand:
    """`purpose`: register, resume, recover, change, delete; `fields` are the citizen's, `progress` the dialogue's."""

    conversation_id: str
    purpose: str
    fields: Mapping[str, str]
    progress: Mapping[str, Any]


class Errands(Domain):
    """The errands of one database."""

    tables: ClassVar[tuple[str, ...]] = ("errands",)

    def __init__(self, database: Database, sealer: Sealer, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    async def get(self, conversation_id: str) -> Errand | None:
        """The conversation's errand, unless it is too old."""
        row = await self._database.fetch_one(
            "SELECT * FROM errands WHERE conversation_id = ? AND created_at >= ?",
            (conversation_id, (self._clock() - _KEPT).isoformat()),
        )
        if row is None:
            return None
        fields = self._sealer.open(row["sealed"])
        return Errand(conversation_id, row["purpose"], fields, json.loads(row["progress"]))

    async def put(self, errand: Errand) -> None:
        """Keep the errand; it takes the place of another one."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "INSERT INTO errands (conversation_id, purpose, sealed, progress, created_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (conversation_id) DO UPDATE SET purpose = excluded.purpose, sealed = excluded.sealed, "
                "progress = excluded.progress, created_at = excluded.created_at",
                (
                    errand.conversation_id,
                    errand.purpose,
                    self._sealer.seal(errand.fields),
                    json.dumps(errand.progress),
                    self._clock().isoformat(),
                ),
            )

    async def end(self, conversation_id: str) -> None:
        """Forget the conversation's errand."""
        async with self._database.transaction() as transaction:
            await transaction.execute("DELETE FROM errands WHERE conversation_id = ?", (conversation_id,))

    async def forget(self, transaction: Transaction, conversation_id: str) -> Forgotten:
        await transaction.execute(
            "DELETE FROM errands WHERE conversation_id = ? AND purpose <> ?", (conversation_id, _DELETING)
        )
        return Forgotten()

    async def expire(self, transaction: Transaction, now: datetime) -> Forgotten:
        errands = await transaction.execute(
            "DELETE FROM errands WHERE conversation_id IN "
            "(SELECT conversation_id FROM errands WHERE created_at < ? LIMIT ?)",
            ((now - _KEPT).isoformat(), PORTION),
        )
        return Forgotten({"errands": errands})
