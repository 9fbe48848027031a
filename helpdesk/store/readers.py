"""Several connections that only read, so that one long scan never holds up a chat's history.

Owns that a connection has one read at a time and comes back free, also when whoever asked has gone meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import aiosqlite

from helpdesk.store.failures import told_as_ours


class Readers:
    """The reading connections of one database; who finds none free waits, first come first served."""

    def __init__(self, connections: Sequence[aiosqlite.Connection]) -> None:
        # The last one back is the first out: its pages are warm.
        self._free: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        for connection in connections:
            self._free.put_nowait(connection)

    async def fetch_all(self, statement: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
        connection = await self._free.get()
        # A task of its own: a read can't be broken off, and its connection is free only when it has ended.
        reading = asyncio.create_task(_read(connection, statement, parameters))
        reading.add_done_callback(lambda done: self._give_back(connection, done))
        return await asyncio.shield(reading)

    def _give_back(self, connection: aiosqlite.Connection, done: asyncio.Task[list[dict[str, Any]]]) -> None:
        self._free.put_nowait(connection)
        if not done.cancelled():
            # Looked at, in case nobody waits for it any more.
            done.exception()


async def _read(connection: aiosqlite.Connection, statement: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
    with told_as_ours("Không đọc được dữ liệu"):
        # Run and emptied in one step of the connection's thread. Cursors that overlap would share one snapshot,
        # and as long as any is open no read of this connection would see a newer commit.
        return list(await connection.execute_fetchall(statement, parameters))  # type: ignore[arg-type]
