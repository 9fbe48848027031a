"""What is forgotten by itself: exactly what is past its time, rows and files, and nothing beside it."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.privacy.retention import Expired, Retention
from helpdesk.store.database import Database, open_database
from helpdesk.store.vault import FileVault, open_cipher

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def ago(**age: float) -> str:
    return (NOW - timedelta(**age)).isoformat()


class House:
    """A database and a photo vault with rows put in by hand."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.vault = FileVault.open(folder, open_cipher("", folder.parent / "secret.key"))
        self.retention = Retention(database, self.vault, draft_days=30, photo_days=30)

    async def run(self, statement: str, *values: object) -> None:
        async with self.database.transaction() as transaction:
            await transaction.execute(statement, values)

    async def registration(
        self, name: str, status: str, updated: str, decided: str | None = None, photo: str | None = None
    ) -> None:
        await self.run(
            "INSERT INTO registrations (id, status, sealed, created_at, updated_at, decided_at) "
            "VALUES (?, ?, 'x', ?, ?, ?)",
            *(name, status, ago(days=400), updated, decided),
        )
        await self.run(
            "INSERT INTO registration_photos (id, registration_id, side, verdict, size, created_at) "
            "VALUES (?, ?, 'front', 'accepted', 3, ?)",
            *(f"photo-of-{name}", name, photo or ago(days=400)),
        )
        await self.vault.write(f"photo-of-{name}", b"jpg")

    async def ids(self, table: str, column: str = "id") -> set[str]:
        rows = await self.database.fetch_all(f"SELECT {column} AS id FROM {table}")
        return {row["id"] for row in rows}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_database(tmp_path / "helpdesk.db") as database:
        yield House(database, tmp_path / "photos")


async def test_drafts_and_photos_go_at_their_time_and_not_before(house: House) -> None:
    await house.registration("old-draft", "draft", ago(days=31))
    await house.registration("fresh-draft", "draft", ago(days=29))
    await house.registration("withdrawn", "withdrawn", ago(days=31))
    await house.registration("waiting", "submitted", ago(days=300))
    await house.registration("approved", "approved", ago(days=31), decided=ago(days=31))
    await house.registration("just-approved", "approved", ago(days=29), decided=ago(days=29))
    await house.registration("rejected", "rejected", ago(days=31), decided=ago(days=31))
    await house.registration("new-photo", "rejected", ago(days=31), decided=ago(days=31), photo=ago(days=2))

    expired = await house.retention.expire(NOW)

    assert (expired.drafts, expired.photos) == (2, 4)
    kept = {"fresh-draft", "waiting", "just-approved", "new-photo"}
    assert await house.ids("registrations") == kept | {"approved", "rejected"}
    assert await house.ids("registration_photos", "registration_id") == kept
    assert set(await house.vault.names()) == {f"photo-of-{name}" for name in kept}
    assert not await house.retention.expire(NOW)


async def test_codes_links_mails_and_errands(house: House) -> None:
    for name, made, ends in [("old", ago(hours=3), ago(hours=2)), ("counted", ago(minutes=50), ago(minutes=45))]:
        await house.run(
            "INSERT INTO otp_challenges (id, purpose, subject, address_index, code_hash, created_at, expires_at) "
            "VALUES (?, 'email', 's', 'a', 'h', ?, ?)",
            *(name, made, ends),
        )
    await house.run(
        "INSERT INTO accounts (id, bhxh_index, email_index, sealed, password_hash, created_at, updated_at) "
        "VALUES ('a', 'b', 'e', 'x', 'h', ?, ?)",
        *(ago(days=1), ago(days=1)),
    )
    for name, ends in [("old", ago(days=2)), ("used up today", ago(hours=2))]:
        await house.run(
            "INSERT INTO password_links (token_hash, account_id, conversation_id, purpose, created_at, expires_at) "
            "VALUES (?, 'a', 'c', 'change', ?, ?)",
            *(name, ends, ends),
        )
    mails = [("sent", "sent", 31), ("failed", "failed", 31), ("unsent", "queued", 31), ("young", "sent", 29)]
    for name, state, days in mails:
        await house.run(
            "INSERT INTO mails (id, kind, dedup_key, address_index, sealed, state, next_try_at, created_at) "
            "VALUES (?, 'otp', ?, 'a', '', ?, ?, ?)",
            *(name, name, state, ago(days=days), ago(days=days)),
        )
    for name, days in [("old", 31), ("young", 29)]:
        await house.run("INSERT INTO caught_mails VALUES (?, 'r', 's', 'b', ?)", name, ago(days=days))
        await house.run(
            "INSERT INTO conversations (id, channel, external_id, created_at, updated_at) VALUES (?, 'web', ?, ?, ?)",
            *(name, name, ago(days=40), ago(days=40)),
        )
    for name, age in [("old", ago(days=2)), ("young", ago(hours=23))]:
        await house.run("INSERT INTO errands VALUES (?, 'resume', 'x', '{}', ?)", name, age)

    assert await house.retention.expire(NOW) == Expired(codes=1, links=1, mails=3, errands=1)
    assert await house.ids("otp_challenges") == {"counted"}
    assert await house.ids("password_links", "token_hash") == {"used up today"}
    assert await house.ids("mails") == {"unsent", "young"}
    assert await house.ids("caught_mails") == {"young"}
    assert await house.ids("errands", "conversation_id") == {"young"}


async def test_files_that_no_row_knows_go_after_a_day(house: House) -> None:
    await house.registration("waiting", "submitted", ago(days=300))
    for name in ("left by a kill", "on its way", "half.part"):
        (house.folder / name).write_bytes(b"x")
    for name in ("left by a kill", "half.part", "photo-of-waiting"):
        os.utime(house.folder / name, (time.time() - 90_000,) * 2)
    assert (await house.retention.expire(NOW)).stray_files == 2
    assert {path.name for path in house.folder.iterdir()} == {"on its way", "photo-of-waiting"}
