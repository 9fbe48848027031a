"""The SQLite engine behind the store's port: transactions, reads, opening and closing.

Owns durability: WAL with `synchronous=FULL`, so what was committed survives a kill and a power cut. One connection
writes (SQLite allows one writer anyway), a few read, so that a long poll waits for no write and for no long scan.
Statements use `?` and only SQL that PostgreSQL understands too; nobody outside of this room meets the driver, its rows
or its errors.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import aiosqlite

from helpdesk.calendar import utc_now
from helpdesk.errors import Unavailable, where
from helpdesk.store.failures import told_as_ours
from helpdesk.store.migrating import migrate
from helpdesk.store.readers import Readers

log = logging.getLogger(__name__)

# A row by the names of its columns, in the order in which they were asked for.
Row: TypeAlias = Mapping[str, Any]

_READERS = 3
_PATIENCE_MS = 5000
# Between two tries at the log while somebody reads.
_EMPTIED_AGAIN_AFTER = 2.0
_NOT_WRITTEN = "Không ghi được dữ liệu"
_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {_PATIENCE_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    # What is erased is overwritten, not just unlinked.
    "PRAGMA secure_delete = ON",
)


class Transaction:
    """Statements that are committed together or not at all.

    They raise what `told_as_ours` says. After a refusal the transaction is over: let the error leave the block, on
    PostgreSQL nothing more would be taken.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Run one statement; the number of rows it changed."""
        with told_as_ours(_NOT_WRITTEN):
            async with self._connection.execute(statement, parameters) as cursor:
                return cursor.rowcount

    async def execute_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with told_as_ours(_NOT_WRITTEN):
            await self._connection.executemany(statement, rows)

    async def fetch_one(self, statement: str, parameters: Sequence[Any] = ()) -> Row | None:
        return next(iter(await self.fetch_all(statement, parameters)), None)

    async def fetch_all(self, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with told_as_ours(_NOT_WRITTEN):
            return list(await self._connection.execute_fetchall(statement, parameters))  # type: ignore[arg-type]


class Database:
    """One writer and a few readers on the same file; made by `open_database`."""

    def __init__(self, writer: aiosqlite.Connection, readers: Sequence[aiosqlite.Connection]) -> None:
        self._writer = writer
        self._readers = Readers(readers)
        self._write_lock = asyncio.Lock()
        self._emptying: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def transaction(self, key: str | tuple[str, ...] = ()) -> AsyncIterator[Transaction]:
        """A write transaction; rolled back when the block raises.

        `key` names what is looked at before it is changed where no unique index and no condition in the statement
        itself would stop two at once ("otp:" and the subject): whoever names the same key waits, in this process and in
        any other. Here every writer waits for every other, so the key changes nothing; PostgreSQL takes an advisory
        lock for each, in the order of their names. A key that is left out shows there only, and only under load.

        Raises Duplicate when a unique value is there already, Orphan when what a row belongs to is gone,
        Unavailable("store") when the file can't be written (disk full, read-only, I/O error).
        """
        async with self._write_lock:
            try:
                with told_as_ours(_NOT_WRITTEN):
                    await self._writer.execute("BEGIN IMMEDIATE")
                yield Transaction(self._writer)
                with told_as_ours(_NOT_WRITTEN):
                    await self._writer.commit()
            except BaseException:
                await self._rollback()
                raise

    async def _rollback(self) -> None:
        # Unconditional and shielded: after a cancellation the BEGIN may still be on its way through the connection's
        # thread. This is queued behind it, and before the next BEGIN; where nothing is open it does nothing.
        await asyncio.shield(self._writer.rollback())

    async def fetch_one(self, statement: str, parameters: Sequence[Any] = ()) -> Row | None:
        """Read outside of a transaction: sees every commit that is done."""
        return next(iter(await self.fetch_all(statement, parameters)), None)

    async def fetch_all(self, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return list(await self._readers.fetch_all(statement, parameters))

    async def empty_log(self) -> None:
        """Bring everything into the main file and cut the log, where overwritten rows would still be readable.

        Waits for nobody: while somebody reads, in whatever process, it is tried again and again, beside everything
        else, until it is done. What a kill leaves of it is done with the next call, or the next hour's forgetting.
        """
        emptied = await self._try_to_empty_log()
        if not emptied and (self._emptying is None or self._emptying.done()):
            self._emptying = asyncio.create_task(self._keep_emptying(), name="store:emptying the log")

    async def _keep_emptying(self) -> None:
        emptied = False
        while not emptied:
            await asyncio.sleep(_EMPTIED_AGAIN_AFTER)
            try:
                emptied = await self._try_to_empty_log()
            except Unavailable as error:
                log.warning("the log could not be emptied: %s", where(error))

    async def _try_to_empty_log(self) -> bool:
        async with self._write_lock:
            try:
                with told_as_ours(_NOT_WRITTEN):
                    # It holds the writer's place while it waits for readers: with patience, everybody else's too.
                    await self._writer.execute_fetchall("PRAGMA busy_timeout = 0")
                    ((busy, *_),) = await self._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                await asyncio.shield(self._writer.execute_fetchall(f"PRAGMA busy_timeout = {_PATIENCE_MS}"))
        return not busy

    async def stop_emptying(self) -> None:
        """Before the connections close."""
        if self._emptying is not None:
            self._emptying.cancel()
            await asyncio.gather(self._emptying, return_exceptions=True)

    async def check_writable(self) -> None:
        """A real write that changes nothing lasting; Unavailable("store") when the disk refuses it."""
        async with self.transaction() as transaction:
            await transaction.execute(
                "INSERT INTO store_checks (id, checked_at, filler) VALUES (1, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at, filler = excluded.filler",
                (utc_now().isoformat(), "x" * 4096),
            )


@asynccontextmanager
async def open_database(path: Path) -> AsyncIterator[Database]:
    """Open (and create or migrate) the database at `path`; Unavailable("store") says why it can't."""
    async with AsyncExitStack() as stack:
        # Only what opening raises is about the database: the caller's own errors pass as they are.
        try:
            database = await _open(path, stack)
        except (sqlite3.DatabaseError, OSError) as error:
            raise Unavailable("store", f"Không mở được cơ sở dữ liệu {path}: {error}") from error
        yield database


async def _open(path: Path, stack: AsyncExitStack) -> Database:
    path.parent.mkdir(parents=True, exist_ok=True)
    connections = []
    for _ in range(1 + _READERS):
        connection = await stack.enter_async_context(aiosqlite.connect(path, isolation_level=None))
        connection.row_factory = _row  # type: ignore[assignment]
        for pragma in _PRAGMAS:
            await connection.execute_fetchall(pragma)
        connections.append(connection)
    writer, *readers = connections
    await migrate(writer, path)
    for reader in readers:
        await reader.execute_fetchall("PRAGMA query_only = ON")
    database = Database(writer, readers)
    stack.push_async_callback(database.stop_emptying)
    return database


def _row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> dict[str, Any]:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}
