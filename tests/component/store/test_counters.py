"""The kept figures are what a count would give: after every step, after a migration, after deletion and expiry."""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path
from random import Random

from helpdesk.errors import HelpdeskError
from helpdesk.mail.keeping import MailKeeping
from helpdesk.store.counters import Counter, read_counters
from helpdesk.store.database import Database, open_database
from ops.check_data import COUNTS

NOW = "2026-01-01T00:00:00+00:00"
STEPS = (
    "INSERT INTO inbox (channel, platform_message_id, conversation_id, message_id, seq, received_at, handled_at) "
    "VALUES ('web', '{n}', '{c}', 'm{n}', {n}, 'x', NULL)",
    "UPDATE inbox SET handled_at = 'x' WHERE platform_message_id = '{o}'",
    "UPDATE inbox SET handled_at = 'y', attempts = 1 WHERE handled_at IS NOT NULL",
    "DELETE FROM inbox WHERE platform_message_id = '{o}'",
    "INSERT INTO messages (id, conversation_id, seq, author, kind, text, created_at) "
    "VALUES ('m{n}', '{c}', {n}, 'contact', 'text', '', 'x')",
    "INSERT INTO outbox (message_id, channel, conversation_id, seq, created_at, failed_at) "
    "SELECT id, 'web', conversation_id, seq, 'x', CASE WHEN {n} % 3 = 0 THEN 'x' END FROM messages "
    "WHERE id NOT IN (SELECT message_id FROM outbox) LIMIT 1",
    "UPDATE outbox SET sent_at = 'x' WHERE seq % 4 = {o} % 4 AND failed_at IS NULL",
    "UPDATE outbox SET failed_at = 'x', attempts = 9 WHERE seq % 5 = {o} % 5 AND sent_at IS NULL",
    "UPDATE outbox SET failed_at = NULL WHERE seq % 5 = {o} % 5",
    "DELETE FROM messages WHERE id = 'm{o}'",
    "DELETE FROM conversations WHERE id = '{c}' AND {n} % 4 = 0",
    "INSERT INTO conversations (id, channel, external_id, created_at, updated_at) "
    "VALUES ('{c}', 'web', '{c}', 'x', 'x') ON CONFLICT (channel, external_id) DO UPDATE SET updated_at = 'y'",
    "INSERT INTO mails (id, kind, dedup_key, address_index, sealed, state, next_try_at, created_at) "
    "VALUES ('e{n}', 'x', 'k{o}', 'a', '', 'queued', 'x', 'x') ON CONFLICT (dedup_key) DO NOTHING",
    "UPDATE mails SET state = 'sending' WHERE id = 'e{o}'",
    "UPDATE mails SET state = 'sent' WHERE id = 'e{o}'",
    "UPDATE mails SET state = 'queued' WHERE state = 'sending'",
    "DELETE FROM mails WHERE id = 'e{o}'",
    "INSERT INTO members (id, bhxh_index, person_index, sealed, updated_at) VALUES ('p{n}', 'b{o}', 'x', '', 'x') "
    "ON CONFLICT (bhxh_index) DO UPDATE SET sealed = excluded.sealed",
    "DELETE FROM members WHERE bhxh_index = 'b{o}'",
    "INSERT INTO registrations (id, conversation_id, status, sealed, created_at, updated_at) "
    "SELECT 'r{n}', id, CASE WHEN {n} % 2 = 0 THEN 'submitted' ELSE 'rejected' END, '', 'x', 'x' FROM conversations "
    "LIMIT 1",
    "UPDATE registrations SET status = 'submitted', submitted_at = 'x' WHERE id = 'r{o}'",
    "UPDATE registrations SET status = 'approved', decided_at = 'x' WHERE id = 'r{o}' AND status = 'submitted'",
    "DELETE FROM registrations WHERE id = 'r{o}'",
)


async def counted(database: Database) -> dict[Counter, int]:
    found = {}
    for counter, statement in COUNTS.items():
        row = await database.fetch_one(statement)
        assert row is not None
        found[counter] = int(next(iter(row.values())))
    return found


def before_counters(path: Path) -> sqlite3.Connection:
    """A database as the version before left it."""
    old = sqlite3.connect(path, isolation_level=None)
    old.execute("CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT, applied_at TEXT)")
    folder = resources.files("helpdesk.store") / "migrations"
    for script in sorted((e for e in folder.iterdir() if e.name.endswith(".sql")), key=lambda e: e.name)[:3]:
        old.executescript(script.read_text("utf-8"))
        old.execute("INSERT INTO schema_migrations VALUES (?, ?, 'x')", (int(script.name[:4]), script.name))
    return old


async def test_they_follow_every_change(tmp_path: Path) -> None:
    chance = Random(6)
    async with open_database(tmp_path / "a.db") as database:
        highest = dict.fromkeys(COUNTS, 0)
        for number in range(500):
            step = chance.choice(STEPS).format(
                n=number, o=chance.randrange(max(0, number - 60), number + 1), c=number % 7
            )
            try:
                async with database.transaction() as transaction:
                    await transaction.execute(step)
            except HelpdeskError:
                # Refused for a duplicate, or for what it belongs to: nothing has changed.
                continue
            kept = await read_counters(database)
            real = await counted(database)
            assert {name: kept[name] for name in COUNTS} == real, step
            highest = {name: max(highest[name], real[name]) for name in COUNTS}
        # Each of them had something to count.
        assert min(highest.values()) > 1, highest


async def test_what_was_there_before_the_migration_is_counted(tmp_path: Path) -> None:
    old = before_counters(tmp_path / "a.db")
    chance = Random(7)
    for number in range(300):
        step = chance.choice(STEPS).format(n=number, o=chance.randrange(max(0, number - 60), number + 1), c=number % 7)
        try:
            old.execute(step)
        except sqlite3.IntegrityError:
            continue
    old.close()
    async with open_database(tmp_path / "a.db") as database:
        kept, real = await read_counters(database), await counted(database)
        assert {name: kept[name] for name in COUNTS} == real
        assert real[Counter.INBOX] > 0 and real[Counter.MEMBERS] > 0


async def test_the_version_of_the_cases_changes_with_their_list(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db") as database:

        async def version_after(statement: str) -> int:
            async with database.transaction() as transaction:
                await transaction.execute(statement)
            return (await read_counters(database))[Counter.CASES_VERSION]

        new = (
            "INSERT INTO registrations (id, status, sealed, created_at, updated_at) VALUES ('r', 'draft', '', 'x', 'x')"
        )
        assert await version_after(new) == 0
        assert await version_after("UPDATE registrations SET sealed = 'x'") == 0
        filed = await version_after("UPDATE registrations SET status = 'submitted', submitted_at = 'x'")
        assert filed > 0
        assert await version_after("UPDATE registrations SET office_reminded_at = 'x'") == filed
        decided = await version_after("UPDATE registrations SET status = 'approved'")
        assert decided > filed
        assert await version_after("DELETE FROM registrations") == decided


async def test_mails_that_were_queued_before_are_found_by_what_they_are_about(tmp_path: Path) -> None:
    keys = ("otp:aaa1", "link:bbb2:ccc3", "received:ddd4:2026-01-01T00:00:00.5+00:00", "office_reminder:eee5:x", "bare")
    old = before_counters(tmp_path / "a.db")
    for key in keys:
        old.execute(
            "INSERT INTO mails (id, kind, dedup_key, address_index, sealed, next_try_at, created_at) "
            "VALUES (?, 'x', ?, 'a', '', 'x', 'x')",
            (f"mail of {key}", key),
        )
    old.close()
    async with open_database(tmp_path / "a.db") as database:
        for subject, left in (("aaa1", 4), ("ccc3", 3), ("ddd4", 2), ("nobody", 2), ("eee5", 1)):
            async with database.transaction() as transaction:
                await MailKeeping().forget_about(transaction, [subject])
            assert len(await database.fetch_all("SELECT id FROM mails")) == left, subject
        rows = await database.fetch_all("SELECT subject FROM mail_subjects")
        assert rows == []
