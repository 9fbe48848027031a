"""The SQLite engine: what was committed is seen at once, what failed leaves nothing."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from importlib import resources
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, MultiFernet

from helpdesk.conversations.messages import MessageStore
from helpdesk.conversations.model import ChannelIdentity, IncomingMessage, MessageKind
from helpdesk.errors import Unavailable
from helpdesk.services import sole_process
from helpdesk.settings import Settings
from helpdesk.store import database as store_of
from helpdesk.store.database import Database, open_database
from helpdesk.store.failures import Duplicate, Orphan, StoreError
from helpdesk.store.sealing import Sealer

SEAL = Sealer(MultiFernet([Fernet(Fernet.generate_key())]), b"")


def message(number: int, sender: str = "5") -> IncomingMessage:
    return IncomingMessage(
        ChannelIdentity("telegram", sender), f"{sender}:{number}", MessageKind.TEXT, text=f"tin {number}"
    )


async def test_readers_under_load_see_every_commit_at_once(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db") as database:
        store = MessageStore(database, SEAL)
        done = asyncio.Event()

        async def read_all_the_time() -> None:
            while not done.is_set():
                await store.unhandled_conversations()

        readers = [asyncio.create_task(read_all_the_time()) for _ in range(20)]
        try:
            for number in range(100):
                _, conversation = await store.accept(message(number, sender=str(number)))
                assert await store.next_unhandled(conversation.id) is not None, f"commit {number} was not seen"
        finally:
            done.set()
            await asyncio.gather(*readers)


async def test_a_cancelled_transaction_leaves_nothing_and_blocks_nobody(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db") as database:
        inside = asyncio.Event()

        async def hang() -> None:
            async with database.transaction() as transaction:
                await transaction.execute("INSERT INTO store_checks VALUES (9, 'x', 'x')")
                inside.set()
                await asyncio.sleep(60)

        task = asyncio.create_task(hang())
        await inside.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.wait_for(database.check_writable(), 30)
        assert await database.fetch_one("SELECT 1 FROM store_checks WHERE id = 9") is None


async def test_transactions_cancelled_at_every_await_never_wedge_the_store(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db") as database:
        store = MessageStore(database, SEAL)
        for delay in range(60):
            task = asyncio.create_task(store.accept(message(delay)))
            await asyncio.sleep(delay * 0.0001)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.wait_for(store.accept(message(1000 + delay)), 30)
        conversation = await store.open_conversation(ChannelIdentity("telegram", "5"))
        history = await store.history(conversation.id)
        assert [m.seq for m in history] == list(range(1, len(history) + 1))


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 4000])
async def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.db").write_bytes(content)
    with pytest.raises(Unavailable, match=r"a\.db"):
        async with open_database(tmp_path / "a.db"):
            pass


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db") as database:
        async with database.transaction() as transaction:
            await transaction.execute("INSERT INTO schema_migrations VALUES (9999, 'future', 'x')")
    with pytest.raises(Unavailable, match="9999"):
        async with open_database(tmp_path / "a.db"):
            pass


def test_two_bots_on_one_folder_are_refused(settings: Settings) -> None:
    with sole_process(settings, "bot"):
        with pytest.raises(Unavailable, match="bot"):
            with sole_process(settings, "bot"):
                pass
    with sole_process(settings, "bot"):
        pass


# The port: what a caller meets of the engine


async def test_what_breaks_inside_is_not_told_as_the_database_s(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="a port in use") as caught:
        async with open_database(tmp_path / "a.db"):
            raise OSError("a port in use")
    assert not isinstance(caught.value, Unavailable)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable, match=r"a\.db"):
        async with open_database(tmp_path / "file" / "a.db"):
            pass


async def test_a_row_is_a_mapping_in_the_order_asked_for(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db") as database:
        rows = await database.fetch_all("SELECT 2 AS b, 1 AS a")
        async with database.transaction() as transaction:
            row = await transaction.fetch_one("SELECT 2 AS b, 1 AS a")
    assert rows == [row] == [{"b": 2, "a": 1}]
    assert row is not None and list(row) == ["b", "a"]


CHECK = "INSERT INTO store_checks VALUES (?, 'x', 'x')"


async def test_a_duplicate_has_an_error_of_our_own_inside_the_block_and_outside(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db") as database:
        with pytest.raises(Duplicate):
            async with database.transaction() as transaction:
                await transaction.execute(CHECK, (7,))
                try:
                    await transaction.execute(CHECK, (7,))
                except Duplicate as error:
                    inside = error
                    raise
        assert str(inside) == "Dữ liệu này đã có."
        with pytest.raises(Duplicate):
            async with database.transaction() as transaction:
                await transaction.execute_many(CHECK, [(8,), (8,)])
        # Nothing of either is left, and the next one works.
        assert await database.fetch_all("SELECT 1 FROM store_checks") == []
        async with database.transaction() as transaction:
            await transaction.execute(CHECK, (7,))


async def test_other_refusals_are_told_apart(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db") as database:
        with pytest.raises(Orphan):
            async with database.transaction() as transaction:
                await transaction.execute(
                    "INSERT INTO feedback (conversation_id, answer, helped, created_at) VALUES ('nobody', 'a', 1, 'x')"
                )
        with pytest.raises(StoreError, match="store_checks"):
            async with database.transaction() as transaction:
                await transaction.execute("INSERT INTO store_checks VALUES (1, NULL, 'a secret')")
        for statement in ("SELECT nothing FROM nowhere", "INSERT INTO store_checks VALUES (1, 'x', 'x')"):
            with pytest.raises(Unavailable):
                # The readers can't write.
                await database.fetch_all(statement)


async def hold_readers(database: Database, until: threading.Event) -> None:
    """Give every reader a function `hold()` that lasts until then."""
    for reader in list(database._readers._free._queue):  # type: ignore[attr-defined]
        await reader.create_function("hold", 0, lambda: until.wait(30))


async def test_a_slow_read_delays_no_other(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db") as database:
        go_on = threading.Event()
        await hold_readers(database, go_on)
        slow = [asyncio.create_task(database.fetch_all("SELECT hold() AS held")) for _ in range(2)]
        try:
            await asyncio.sleep(0)
            assert await asyncio.wait_for(database.fetch_one("SELECT 1 AS quick"), 10) == {"quick": 1}
            assert not any(task.done() for task in slow)
        finally:
            go_on.set()
        assert await asyncio.gather(*slow) == [[{"held": 1}]] * 2


async def test_a_read_that_nobody_waits_for_keeps_its_reader_until_it_ends(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db") as database:
        go_on = threading.Event()
        await hold_readers(database, go_on)
        gone = [asyncio.create_task(database.fetch_all("SELECT hold() AS held")) for _ in range(2)]
        await asyncio.sleep(0)
        for task in gone:
            task.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        # Were a busy reader handed out, this would wait behind what nobody waits for.
        for _ in range(5):
            assert await asyncio.wait_for(database.fetch_one("SELECT 1 AS quick"), 10) == {"quick": 1}
        go_on.set()
        for _ in range(5):
            assert await asyncio.gather(*(database.fetch_one("SELECT 1 AS n") for _ in range(9))) == [{"n": 1}] * 9


async def test_whoever_names_the_same_key_waits_also_in_another_process(tmp_path: Path) -> None:
    order: list[str] = []
    async with open_database(tmp_path / "a.db") as one, open_database(tmp_path / "a.db") as other:
        inside, leave = asyncio.Event(), asyncio.Event()

        async def first() -> None:
            async with one.transaction(key="line") as transaction:
                await transaction.execute(CHECK, (1,))
                inside.set()
                await leave.wait()
                order.append("first")

        async def second() -> None:
            async with other.transaction(key=("aside", "line")) as transaction:
                order.append("second")
                assert await transaction.fetch_one("SELECT id FROM store_checks") == {"id": 1}

        tasks = [asyncio.create_task(first())]
        await inside.wait()
        tasks.append(asyncio.create_task(second()))
        await asyncio.sleep(0.05)
        assert order == []
        leave.set()
        await asyncio.gather(*tasks)
    assert order == ["first", "second"]


async def test_a_migration_that_arrives_late_is_run_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = tmp_path / "migrations"
    scripts.mkdir()
    monkeypatch.setattr(resources, "files", lambda _package: tmp_path)
    for name in ("0001_one", "0003_three", "0002_two"):
        # Written side by side, merged one after the other.
        (scripts / f"{name}.sql").write_text(f"CREATE TABLE t{name[:4]} (id TEXT)")
        async with open_database(tmp_path / "a.db") as database:
            assert await database.fetch_all(f"SELECT id FROM t{name[:4]}") == []
    async with open_database(tmp_path / "a.db") as database:
        versions = await database.fetch_all("SELECT version FROM schema_migrations ORDER BY version")
    assert [row["version"] for row in versions] == [1, 2, 3]


async def test_emptying_the_log_waits_for_no_reader_and_is_done_once_the_reader_has_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_of, "_EMPTIED_AGAIN_AFTER", 0.01)
    path, log = tmp_path / "a.db", tmp_path / "a.db-wal"
    async with open_database(path) as database, open_database(path) as neighbour:
        reader = sqlite3.connect(path)
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM store_checks").fetchone()
        await neighbour.check_writable()
        # The neighbour's patience, far shorter than the five seconds for which the writer's place was held.
        await neighbour._writer.execute_fetchall("PRAGMA busy_timeout = 1000")
        emptying = asyncio.create_task(database.empty_log())
        for _ in range(20):
            await neighbour.check_writable()
            await asyncio.sleep(0.01)
        await emptying
        assert log.stat().st_size > 0
        reader.close()
        async with asyncio.timeout(60):
            while log.stat().st_size:
                await asyncio.sleep(0.01)
        # The last try has given the writer its patience back when it lets go of it.
        async with database._write_lock:
            assert list(await database._writer.execute_fetchall("PRAGMA busy_timeout")) == [{"timeout": 5000}]


async def test_a_log_that_is_still_to_be_emptied_holds_up_no_end(tmp_path: Path) -> None:
    reader = sqlite3.connect(tmp_path / "a.db")
    async with open_database(tmp_path / "a.db") as database:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM store_checks").fetchone()
        await database.check_writable()
        await database.empty_log()
        assert (tmp_path / "a.db-wal").stat().st_size > 0
    reader.close()
