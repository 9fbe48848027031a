"""However many rows there are: what happens with each message, each figure and each hour looks at few of them.

Every statement that these steps really run is explained by SQLite; none may go through a whole table that grows.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import aiosqlite
import pytest

from bot.metrics import Metrics
from helpdesk.calendar import utc_now
from helpdesk.conversations.model import ChannelIdentity, IncomingMessage, MessageKind, Reply
from helpdesk.identity.person import BirthDate
from helpdesk.privacy.retention import Retention
from helpdesk.registration.deadlines import Deadlines
from helpdesk.registry.demo import settle_demo
from helpdesk.services import Services, open_services
from helpdesk.settings import Settings
from helpdesk.staff.audit import Audit

# Indexes that hold only what waits, what failed or what is made up: as long as the work to do, not as the years.
SHORT = {"inbox_unhandled", "outbox_unsent", "messages_plain"}
# A handful of rows whatever happens.
SMALL = {"counters", "secrets", "schema_migrations", "agent_sessions", "agent_tries", "store_checks", "sqlite_master"}
# At most a thousand (the demo's mailbox).
SMALL |= {"caught_mails"}


@dataclass
class Statements:
    """What was run since the last look."""

    seen: list[str] = field(default_factory=list)

    def scans(self, file: str) -> list[str]:
        """The statements that look at every row of a table that grows."""
        found = []
        for statement in dict.fromkeys(self.seen):
            if not re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", statement):
                continue
            for step in self.plan(file, statement):
                scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
                if scan and scan[1] not in SMALL and scan[2] not in SHORT and step != "SCAN CONSTANT ROW":
                    found.append(f"{step}: {statement}")
        self.seen.clear()
        return found

    @staticmethod
    def plan(file: str, statement: str) -> list[str]:
        """What SQLite would do for it, step by step."""
        with closing(sqlite3.connect(file)) as database:
            rows = database.execute(f"EXPLAIN QUERY PLAN {statement}", [None] * statement.count("?")).fetchall()
        return [row[3] for row in rows]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[Statements]:
    kept = Statements()
    for name in ("execute", "executemany", "execute_fetchall"):
        real = getattr(aiosqlite.Connection, name)

        def noting(self: aiosqlite.Connection, sql: str, *given: object, _real: object = real) -> object:
            kept.seen.append(sql)
            return _real(self, sql, *given)  # type: ignore[operator]

        monkeypatch.setattr(aiosqlite.Connection, name, noting)
    yield kept


def message(number: int) -> IncomingMessage:
    return IncomingMessage(ChannelIdentity("telegram", "5"), f"5:{number}", MessageKind.TEXT, text="xin chào")


async def live(services: Services, settings: Settings) -> None:
    """A start, a message's life, a figure, an hour and a minute."""
    for demo in (True, False):
        await settle_demo(services.registry, demo)
    store = services.conversations.store
    await store.unhandled_conversations()
    await store.unsent_conversations(["telegram"])
    for number in range(2):
        await services.conversations.accept(message(number))
        _, conversation = await services.conversations.accept(message(number))
        entry = await store.next_unhandled(conversation.id)
        if entry is not None:
            await store.finish(entry, [Reply(text="Dạ")], True)
        await store.next_unsent(conversation.id)
        await store.history(conversation.id)
        await store.backlog(conversation.id)
    await services.registry.look_up_code("A B", BirthDate(1980), "048180000001", "Đà Nẵng")
    await services.registry.find_by_national_id("048180000001")
    await Metrics().render(store, services.mails)
    await services.cases.waiting()
    await services.cases.queue()
    await services.cases.decided(100)
    audit = Audit(services.database)
    await audit.newest()
    await audit.read(30)
    await audit.read(30, subject="x")
    await audit.viewers(utc_now())
    await Deadlines(services.registration_store, services.mails, "office@example.vn", "http://x").run_once()
    await services.mails.take_up()
    await services.mails.claim(10)
    await services.mails.end_overdue()
    await services.otp.request("email", "c1", "a@example.vn")
    async with services.database.transaction() as transaction:
        await transaction.execute("DELETE FROM conversations WHERE id = ?", (conversation.id,))
    await Retention(services.database, services.domains).expire(utc_now())
    await services.erasure.of_conversation(conversation.id)


async def test_no_whole_table_is_looked_through(settings: Settings, statements: Statements) -> None:
    async with open_services(settings) as services:
        await live(services, settings)
        scans = statements.scans(str(settings.database_path))
    # Once an hour, outside of any write: which photos' files belong to a row, answered from an index alone.
    allowed = "SELECT id FROM registration_photos"
    assert [scan for scan in scans if not scan.endswith(allowed)] == []


async def test_photos_lead_to_what_was_decided_and_not_the_other_way(
    settings: Settings, statements: Statements
) -> None:
    """Decided long ago is much, and little of it has any photos left."""
    async with open_services(settings) as services:
        await Retention(services.database, services.domains).expire(utc_now())
        [statement] = {seen for seen in statements.seen if "FROM registration_photos p" in seen}
        plan = statements.plan(str(settings.database_path), statement)
    assert plan[0].startswith("SEARCH p USING INDEX registration_photos_created")
    assert not any("SEARCH r USING INDEX registrations_" in step for step in plan)


async def test_whatever_refers_to_a_row_is_found_by_an_index(settings: Settings) -> None:
    async with open_services(settings):
        pass
    database = sqlite3.connect(settings.database_path)
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for reference in database.execute(f"PRAGMA foreign_key_list({table})").fetchall():
            column = reference[3]
            (plan,) = database.execute(f"EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} = ?", ["x"]).fetchall()
            assert plan[3].startswith("SEARCH"), f"{table}.{column}: {plan[3]}"
    database.close()
