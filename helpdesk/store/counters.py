"""Figures that are kept as they change, so that no question counts rows.

Owns their names. The triggers that keep them are the migrations' (`0004_size.sql`); `make check-data` compares them
with a real count.
"""

from __future__ import annotations

from enum import StrEnum

from helpdesk.store.database import Database


class Counter(StrEnum):
    """What is counted; `CASES_VERSION` counts changes of the list of waiting cases, all others rows."""

    INBOX = "inbox"
    OUTBOX = "outbox"
    UNDELIVERABLE = "undeliverable"
    MAILS = "mails"
    MEMBERS = "members"
    CASES = "cases"
    CASES_VERSION = "cases_version"


async def read_counters(database: Database) -> dict[Counter, int]:
    """All of them, as of one moment."""
    rows = await database.fetch_all("SELECT name, value FROM counters")
    return {Counter(row["name"]): int(row["value"]) for row in rows}
