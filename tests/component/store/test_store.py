"""The SQLite engine: what was committed is seen at once, what failed leaves nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, MultiFernet

from helpdesk.conversations.messages import MessageStore
from helpdesk.conversations.model import ChannelIdentity, IncomingMessage, MessageKind
from helpdesk.errors import Unavailable
from helpdesk.services import sole_process
from helpdesk.settings import Settings
from helpdesk.store.database import open_database
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
        await asyncio.wait_for(database.check_writable(), 2)
        assert await database.fetch_one("SELECT 1 FROM store_checks WHERE id = 9") is None


async def test_transactions_cancelled_at_every_await_never_wedge_the_store(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db") as database:
        store = MessageStore(database, SEAL)
        for delay in range(60):
            task = asyncio.create_task(store.accept(message(delay)))
            await asyncio.sleep(delay * 0.0001)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.wait_for(store.accept(message(1000 + delay)), 2)
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


async def test_what_is_past_its_time_is_deleted(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db") as database:
        store = MessageStore(database, SEAL)
        _, conversation = await store.accept(message(1))
        assert await store.expire_conversations(1) == []
        assert await store.conversation(conversation.id) is not None
        async with database.transaction() as transaction:
            await transaction.execute("UPDATE conversations SET updated_at = '2020-01-01T00:00:00+00:00'")
        await store.expire_conversations(1)
        assert await store.conversation(conversation.id) is None
        assert await store.history(conversation.id) == []


def test_two_bots_on_one_folder_are_refused(settings: Settings) -> None:
    with sole_process(settings, "bot"):
        with pytest.raises(Unavailable, match="bot"):
            with sole_process(settings, "bot"):
                pass
    with sole_process(settings, "bot"):
        pass
