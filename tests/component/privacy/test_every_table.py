"""Nothing is forgotten to be forgotten: every table has one domain, and every row of a citizen's goes with his chat."""

from __future__ import annotations

from typing import Any

from helpdesk.services import open_services
from helpdesk.settings import Settings
from helpdesk.store.database import Database
from helpdesk.store.domain import Domain

ROOTS = {"conversation_id": "conversations", "registration_id": "registrations"}
# The store's own, about nobody.
OF_THE_STORE = {"schema_migrations", "store_checks", "secrets", "counters"}


async def _tables(database: Database) -> set[str]:
    rows = await database.fetch_all(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite|_%' ESCAPE '|'"
    )
    return {row["name"] for row in rows} - OF_THE_STORE


async def _of_a_citizen(database: Database) -> set[str]:
    """The tables with a column that names a conversation or a registration, or a foreign key that leads to one."""
    tables = await _tables(database)
    leads = {
        name: {key["table"] for key in await database.fetch_all(f"PRAGMA foreign_key_list({name})")} for name in tables
    }
    found = set(ROOTS.values())
    for name in tables:
        columns = {row["name"] for row in await database.fetch_all(f"PRAGMA table_info({name})")}
        if columns & ROOTS.keys():
            found.add(name)
    # What belongs to what belongs to a conversation, too.
    while True:
        more = {name for name in tables if leads[name] & found} - found
        if not more:
            return found
        found |= more


def nobody_s(tables: set[str], domains: tuple[Domain, ...]) -> set[str]:
    return tables - {table for domain in domains for table in domain.tables}


async def test_every_table_of_a_citizen_s_is_named_by_a_domain(settings: Settings) -> None:
    async with open_services(settings) as services:
        assert len(await _of_a_citizen(services.database)) >= 11
        assert nobody_s(await _of_a_citizen(services.database), services.domains) == set()
        # The test itself: a table that somebody adds is seen, by its column or by its foreign key alone.
        async with services.database.transaction() as transaction:
            await transaction.execute("CREATE TABLE notes (id TEXT, conversation_id TEXT)")
            await transaction.execute("CREATE TABLE marks (id TEXT, message TEXT REFERENCES messages (id))")
            await transaction.execute("CREATE TABLE ends (id TEXT, mark TEXT REFERENCES marks (id))")
        assert nobody_s(await _of_a_citizen(services.database), services.domains) == {"notes", "marks", "ends"}


async def test_every_table_has_one_domain_and_every_domain_s_table_is_there(settings: Settings) -> None:
    async with open_services(settings) as services:
        named = [table for domain in services.domains for table in domain.tables]
        assert sorted(named) == sorted(await _tables(services.database))


# What stays when the citizen of the conversation "c" wants everything gone, and why.
STAYS = {
    "conversations": "the page still has to show the answer",
    "inbox": "a platform's numbers tell repeats apart",
    "accounts": "somebody else's in this test",
    "password_links": "asked for here, and its account's owner's",
}
IDS = {"conversation_id": "c", "registration_id": "r", "message_id": "m", "account_id": "other"}
OWN: dict[str, dict[str, Any]] = {
    "conversations": {"id": "c"},
    "messages": {"id": "m", "buttons": "[]", "pictures": "[]"},
    "registrations": {"id": "r"},
    "accounts": {"id": "other", "conversation_id": None, "registration_id": None},
    # What still waits for its answer would stay until then.
    "inbox": {"handled_at": "x"},
}


async def _fill(database: Database, tables: set[str]) -> None:
    """A row of the conversation "c" in every table, whatever its columns."""
    for table in [*OWN, *sorted(tables - OWN.keys())]:
        row: dict[str, Any] = {}
        for column in await database.fetch_all(f"PRAGMA table_info({table})"):
            if column["name"] in IDS:
                row[column["name"]] = IDS[column["name"]]
            elif column["notnull"] or column["pk"]:
                row[column["name"]] = 1 if column["type"] == "INTEGER" else table
        row |= OWN.get(table, {})
        statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
        async with database.transaction() as transaction:
            await transaction.execute(statement, list(row.values()))


async def test_a_row_in_every_such_table_goes_with_the_conversation(settings: Settings) -> None:
    async with open_services(settings) as services:
        tables = await _of_a_citizen(services.database)
        await _fill(services.database, tables)
        await services.erasure.of_conversation("c")
        left = {table for table in tables if await services.database.fetch_all(f"SELECT 1 FROM {table}")}
        assert left == STAYS.keys()
