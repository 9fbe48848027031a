"""Words at rest: what the store needs of a cipher, and sealing what was written before there was one.

Owns the step that every start takes; may be broken off at any moment and goes on at the next start. Refuses keys and
formats (`helpdesk.store.sealing`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Protocol

from helpdesk.store import Database

log = logging.getLogger(__name__)

# Short enough that the other process, which may be starting too, gets its turn.
_PORTION = 500


class TextSeal(Protocol):
    """What seals a text or a small record, and opens it; `open*` raise SettingsError when no key does."""

    def seal_text(self, text: str) -> str: ...

    def open_text(self, sealed: str) -> str: ...

    def seal(self, record: Mapping[str, Any]) -> str: ...

    def open(self, sealed: str) -> dict[str, Any]: ...


async def seal_plain_texts(database: Database, seal: TextSeal) -> int:
    """Seal the messages that are still plain and leave no trace of them in the files; how many there were."""
    count = 0
    while True:
        async with database.transaction() as transaction:
            rows = await transaction.fetch_all("SELECT id, text FROM messages WHERE text <> '' LIMIT ?", (_PORTION,))
            await transaction.execute_many(
                "UPDATE messages SET sealed = ?, text = '' WHERE id = ?",
                [(seal.seal_text(row["text"]), row["id"]) for row in rows],
            )
        if not rows:
            break
        count += len(rows)
    # Also when there was nothing: an earlier start may have been killed right here.
    await database.empty_log()
    if count:
        log.info("sealed %s messages", count)
    return count
