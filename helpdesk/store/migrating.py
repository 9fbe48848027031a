"""Bringing a database's schema up to date, one numbered file after the other, each whole or not at all.

Owns the order and that two processes which start at once do it once. Refuses a schema that is newer than the software.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
from importlib import resources
from pathlib import Path

import aiosqlite

from helpdesk.calendar import utc_now
from helpdesk.errors import Unavailable

log = logging.getLogger(__name__)


async def migrate(connection: aiosqlite.Connection, path: Path) -> None:
    """Run what is missing; Unavailable("store") when the database is newer than the software."""
    # The bot and the actions open the same file at the same moment: one migrates, the other waits.
    with path.with_suffix(".migrating").open("a") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        await _migrate(connection)


async def _migrate(connection: aiosqlite.Connection) -> None:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT, applied_at TEXT)"
    )
    rows = await connection.execute_fetchall("SELECT version FROM schema_migrations")
    done = {int(row["version"]) for row in rows}
    folder = resources.files("helpdesk.store") / "migrations"
    scripts = sorted((e for e in folder.iterdir() if e.name.endswith(".sql")), key=lambda e: e.name)
    newest, current = int(scripts[-1].name[:4]), max(done, default=0)
    if current > newest:
        raise Unavailable(
            "store", f"Cơ sở dữ liệu ở bản {current}, mới hơn phần mềm (bản {newest}). Hãy cập nhật phần mềm."
        )
    for script in scripts:
        version = int(script.name[:4])
        # Each by its own number: what was written side by side may arrive in any order.
        if version in done:
            continue
        statements = [
            "BEGIN IMMEDIATE",
            script.read_text("utf-8"),
            f"INSERT INTO schema_migrations VALUES ({version}, '{script.name}', '{utc_now().isoformat()}')",  # noqa: S608 - our own file names
            "COMMIT",
        ]
        await connection.executescript(";\n".join(statements) + ";")
        log.info("database migrated to version %s (%s)", version, script.name)
