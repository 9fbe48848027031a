"""What is forgotten by itself.

Owns that every domain is asked, that its rows go before their files, in portions between which the chats get their
turn, that one which can't forget just now holds up no other, and that the store's log keeps nothing of what went. How
long what is kept, each domain says (`keeping.py` in each room; told together in docs/runbook.md). Refuses what a
citizen asks for at once (`helpdesk.privacy.erasure`).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from helpdesk.errors import where
from helpdesk.store import Database, Domain, Forgotten

log = logging.getLogger(__name__)


class Retention:
    """Forgets what is past its time; the bot asks for it every hour."""

    def __init__(self, database: Database, domains: Sequence[Domain]) -> None:
        self._database = database
        self._domains = domains

    async def expire(self, now: datetime) -> Forgotten:
        """Forget everything that is past its time at `now`; what went."""
        gone = Forgotten()
        for domain in self._domains:
            try:
                async for part in self._expire(domain, now):
                    gone += part
            except Exception as error:  # whatever broke, what the others keep is past its time as well
                log.error("%s could not forget: %s", type(domain).__name__, where(error))
        # Also when nothing went: what was erased just before a kill may still be in the log.
        await self._database.empty_log()
        return gone

    async def _expire(self, domain: Domain, now: datetime) -> AsyncIterator[Forgotten]:
        while True:
            async with self._database.transaction() as transaction:
                part = await domain.expire(transaction, now)
            await part.remove_files()
            yield part
            if not part:
                break
        yield await domain.sweep()
