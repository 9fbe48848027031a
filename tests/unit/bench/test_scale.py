"""The big database in small: what is filled in is what the product would have written, and every row is measured."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bench import table
from bench.scale import store_costs
from bench.scale.filling import Size, _Filling, _prepare
from helpdesk.services import open_services
from helpdesk.settings import Settings
from ops.check_data import check_pages, check_references, settle_counts

SIZE = Size(messages=2000, members=200)


@pytest.fixture
def home(settings: Settings) -> Path:
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    _Filling(folder / "helpdesk.db", asyncio.run(_prepare(folder)), SIZE).everything()
    return folder


def test_it_is_a_sound_database_of_the_product(home: Path, settings: Settings) -> None:
    file = home / "helpdesk.db"
    assert check_pages(file) == check_references(file) == settle_counts(file) == []
    database = sqlite3.connect(file)
    counts = {
        name: database.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]
        for name in ("messages", "inbox", "conversations", "members", "attachments", "outbox", "registrations")
    }
    database.close()
    assert counts == {
        "messages": 2000, "inbox": 1000, "conversations": 100, "members": 200, "attachments": 15, "outbox": 340,
        "registrations": 20,
    }  # fmt: skip

    async def read() -> list[str]:
        async with open_services(settings) as services:
            row = await services.database.fetch_one("SELECT id FROM conversations LIMIT 1")
            assert row is not None
            return [message.text for message in await services.conversations.store.history(row["id"])]

    texts = asyncio.run(read())
    assert len(texts) == 20 and all("thẻ" in text.casefold() for text in texts)


def test_each_single_step_has_its_row(home: Path) -> None:
    found = store_costs.measure(home)
    rows = {line.key for line in table.LINES if line.key.startswith("scale/")}
    assert set(found) <= rows
    assert all(value > 0 for value in found.values())
    assert {"scale/delete", "scale/metrics", "scale/expire_accept"} <= set(found)
