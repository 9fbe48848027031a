"""The embedded registry's rows: the statements.

Owns the form of the rows. Refuses to know what is sealed in them (`helpdesk.registry.registry`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk.store import Counter, Database, Transaction, read_counters

# SQLite takes 32,766 parameters in a statement; an import asks for a few hundred at once.
MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A row as it is written; `id` counts only where the person is new."""

    id: str
    bhxh_index: str
    national_index: str | None
    person_index: str
    sealed: str
    synthetic: bool
    updated_at: str


class MemberStore:
    """Reads and writes `members`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def sealed_by_code(self, bhxh_indexes: Sequence[str]) -> dict[str, str]:
        """The sealed records by their index, of those that are there."""
        marks = ", ".join("?" * len(bhxh_indexes))
        rows = await self.database.fetch_all(
            f"SELECT bhxh_index, sealed FROM members WHERE bhxh_index IN ({marks})",  # noqa: S608 - question marks only
            bhxh_indexes,
        )
        return {row["bhxh_index"]: row["sealed"] for row in rows}

    async def sealed_by_national_id(self, national_index: str) -> list[str]:
        """At most two: whoever gets two knows that the number names nobody."""
        rows = await self.database.fetch_all(
            "SELECT sealed FROM members WHERE national_index = ? LIMIT 2", (national_index,)
        )
        return [row["sealed"] for row in rows]

    async def sealed_by_person(self, person_indexes: Sequence[str], national_index: str) -> list[str]:
        """Those who carry both; at most two."""
        marks = ", ".join("?" * len(person_indexes))
        rows = await self.database.fetch_all(
            "SELECT sealed FROM members "  # noqa: S608 - question marks only
            f"WHERE person_index IN ({marks}) AND national_index = ? LIMIT 2",
            (*person_indexes, national_index),
        )
        return [row["sealed"] for row in rows]

    async def put(self, transaction: Transaction, rows: Sequence[MemberRow]) -> None:
        """Write; a person who is there already is replaced."""
        await transaction.execute_many(
            "INSERT INTO members (id, bhxh_index, national_index, person_index, sealed, synthetic, updated_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (bhxh_index) DO UPDATE SET "
            "national_index = excluded.national_index, person_index = excluded.person_index, "
            "sealed = excluded.sealed, synthetic = excluded.synthetic, updated_at = excluded.updated_at",
            [
                (
                    row.id,
                    row.bhxh_index,
                    row.national_index,
                    row.person_index,
                    row.sealed,
                    int(row.synthetic),
                    row.updated_at,
                )
                for row in rows
            ],
        )

    async def remove_synthetic(self) -> int:
        """How many made-up people there were."""
        async with self.database.transaction() as transaction:
            return await transaction.execute("DELETE FROM members WHERE synthetic = 1")

    async def count(self) -> int:
        """How many members there are; kept, not counted."""
        return (await read_counters(self.database))[Counter.MEMBERS]
