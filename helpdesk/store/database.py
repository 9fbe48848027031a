"""The SQLite engine: connections, transactions and migrations.

Owns durability: WAL with `synchronous=FULL`, so what was committed survives a kill and a power cut. One connection
writes (SQLite allows one writer anyway), another reads, so that a long poll never waits for a write. Statements use `?`
and only SQL that PostgreSQL understands too.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import aiosqlite

from helpdesk.calendar import utc_now
from helpdesk.errors import Conflict, Unavailable

log = logging.getLogger(__name__)

Row = sqlite3.Row
_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    # What is erased is overwritten, not just unlinked.
    "PRAGMA secure_delete = ON",
)


_DUPLICATES = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)


class Duplicate(Conflict):
    """Dữ liệu này đã có."""


class Transaction:
    """Statements that are committed together or not at all."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Run one statement; the number of rows it changed."""
        async with self._connection.execute(statement, parameters) as cursor:
            return cursor.rowcount

    async def execute_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        await self._connection.executemany(statement, rows)

    async def fetch_one(self, statement: str, parameters: Sequence[Any] = ()) -> Row | None:
        rows = await self._connection.execute_fetchall(statement, parameters)
        return next(iter(rows), None)

    async def fetch_all(self, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return list(await self._connection.execute_fetchall(statement, parameters))


class Database:
    """One writer and one reader on the same file; made by `open_database`."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._writer = writer
        self._reader = reader
        self._write_lock = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A write transaction; rolled back when the block raises.

        Raises Duplicate when a unique value is there already, Unavailable("store") when the file
        can't be written (disk full, read-only, I/O error).
        """
        async with self._write_lock:
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                yield Transaction(self._writer)
                await self._writer.commit()
            except sqlite3.IntegrityError as error:
                await self._rollback()
                if error.sqlite_errorcode in _DUPLICATES:
                    raise Duplicate from error
                raise
            except sqlite3.DatabaseError as error:
                await self._rollback()
                raise Unavailable("store", f"Không ghi được dữ liệu ({error}).") from error
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
        try:
            # Run and emptied in one step of the connection's thread. Cursors that overlap would share one snapshot,
            # and as long as any is open no read of this connection would see a newer commit.
            return list(await self._reader.execute_fetchall(statement, parameters))
        except sqlite3.DatabaseError as error:
            raise Unavailable("store", f"Không đọc được dữ liệu ({error}).") from error

    async def empty_log(self) -> None:
        """Bring everything into the main file and cut the log, where overwritten rows would still be readable.

        Left for the next time when somebody is reading the file right now.
        """
        async with self._write_lock:
            try:
                await self._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.DatabaseError as error:
                raise Unavailable("store", f"Không ghi được dữ liệu ({error}).") from error

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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        async with (
            aiosqlite.connect(path, isolation_level=None) as writer,
            aiosqlite.connect(path, isolation_level=None) as reader,
        ):
            for connection in (writer, reader):
                connection.row_factory = sqlite3.Row
                for pragma in _PRAGMAS:
                    await connection.execute(pragma)
            # The bot and the actions open the same file at the same moment: one migrates, the other waits.
            with path.with_suffix(".migrating").open("a") as lock:
                await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
                await _migrate(writer)
            yield Database(writer, reader)
    except (sqlite3.DatabaseError, OSError) as error:
        raise Unavailable("store", f"Không mở được cơ sở dữ liệu {path}: {error}") from error


async def _migrate(connection: aiosqlite.Connection) -> None:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT, applied_at TEXT)"
    )
    async with connection.execute("SELECT COALESCE(MAX(version), 0) FROM schema_migrations") as cursor:
        row = await cursor.fetchone()
    assert row is not None
    current = int(row[0])
    folder = resources.files("helpdesk.store") / "migrations"
    scripts = sorted((e for e in folder.iterdir() if e.name.endswith(".sql")), key=lambda e: e.name)
    newest = int(scripts[-1].name[:4])
    if current > newest:
        raise Unavailable(
            "store", f"Cơ sở dữ liệu ở bản {current}, mới hơn phần mềm (bản {newest}). Hãy cập nhật phần mềm."
        )
    for script in scripts:
        version = int(script.name[:4])
        if version <= current:
            continue
        statements = [
            "BEGIN IMMEDIATE",
            script.read_text("utf-8"),
            f"INSERT INTO schema_migrations VALUES ({version}, '{script.name}', '{utc_now().isoformat()}')",  # noqa: S608 - our own file names
            "COMMIT",
        ]
        await connection.executescript(";\n".join(statements) + ";")
        log.info("database migrated to version %s (%s)", version, script.name)
