"""What is forgotten by itself: exactly what is past its time, rows and files, and nothing beside it."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpdesk.privacy.retention import Retention
from helpdesk.store.database import Database, Transaction, open_database
from helpdesk.store.domain import PORTION, Domain, Forgotten
from helpdesk.store.sealing import Sealer, open_sealer
from helpdesk.store.vault import FileVault, open_cipher
from tests.stage.keeping import domains_of

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def ago(**age: float) -> str:
    return (NOW - timedelta(**age)).isoformat()


class House:
    """A database and a photo vault with rows put in by hand."""

    def __init__(self, database: Database, sealer: Sealer, folder: Path) -> None:
        self.database = database
        self.folder = folder / "photos"
        cipher = open_cipher("", folder / "secret.key")
        self.vault = FileVault.open(self.folder, cipher)
        self.attachments = FileVault.open(folder / "attachments", cipher)
        self._sealer = sealer
        self.retention = self.keeping()

    def keeping(self, **days: Any) -> Retention:
        vaults = (self.attachments, self.vault)
        return Retention(self.database, domains_of(self.database, self._sealer, *vaults, NOW, **days))

    async def run(self, statement: str, *values: object) -> None:
        async with self.database.transaction() as transaction:
            await transaction.execute(statement, values)

    async def registration(
        self,
        name: str,
        status: str,
        updated: str,
        decided: str | None = None,
        photo: str | None = None,
        code: str | None = None,
    ) -> None:
        await self.run(
            "INSERT INTO registrations (id, case_code, status, sealed, created_at, updated_at, decided_at) "
            "VALUES (?, ?, ?, 'x', ?, ?, ?)",
            *(name, code, status, ago(days=400), updated, decided),
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
async def house(data_dir: Path) -> AsyncIterator[House]:
    async with open_database(data_dir / "helpdesk.db") as database:
        sealer = await open_sealer(database, open_cipher("", data_dir / "secret.key"))
        yield House(database, sealer, data_dir)


async def test_drafts_and_photos_go_at_their_time_and_not_before(house: House) -> None:
    await house.registration("old-draft", "draft", ago(days=31))
    await house.registration("fresh-draft", "draft", ago(days=29))
    await house.registration("waiting", "submitted", ago(days=300))
    await house.registration("approved", "approved", ago(days=31), decided=ago(days=31))
    await house.registration("just-approved", "approved", ago(days=29), decided=ago(days=29))
    await house.registration("rejected", "rejected", ago(days=31), decided=ago(days=31))
    await house.registration("new-photo", "rejected", ago(days=31), decided=ago(days=31), photo=ago(days=2))

    expired = await house.retention.expire(NOW)

    assert (expired.counts["drafts"], expired.counts["photos"]) == (1, 3)
    kept = {"fresh-draft", "waiting", "just-approved", "new-photo"}
    assert await house.ids("registrations") == kept | {"approved", "rejected"}
    assert await house.ids("registration_photos", "registration_id") == kept
    assert set(await house.vault.names()) == {f"photo-of-{name}" for name in kept}
    assert not await house.retention.expire(NOW)


async def test_a_case_that_is_being_repaired_is_kept_as_an_application_is(house: House) -> None:
    await house.registration("old-draft", "draft", ago(days=31))
    await house.registration("repairing", "draft", ago(days=31), decided=ago(days=40), code="ACDE3479")
    await house.registration("at it", "draft", ago(days=3), decided=ago(days=40), code="ACDE3477")
    await house.registration("long ago", "draft", ago(days=900), decided=ago(days=901), code="ACDE3474")

    await house.retention.expire(NOW)

    # The file stays with its code, for ever as any that was filed; its old photos go as those of a decided one do.
    assert await house.ids("registrations") == {"repairing", "at it", "long ago"}
    assert await house.ids("registrations", "case_code") == {"ACDE3479", "ACDE3477", "ACDE3474"}
    assert await house.ids("registration_photos", "registration_id") == {"at it"}
    assert await house.vault.names() == ["photo-of-at it"]


async def test_what_was_sent_back_has_a_month_however_short_photos_are_kept(house: House) -> None:
    for name, status in [("returned", "rejected"), ("repairing", "draft")]:
        await house.registration(f"{name}-29", status, ago(days=29), decided=ago(days=29), code=f"{name}29")
        await house.registration(f"{name}-31", status, ago(days=31), decided=ago(days=31), code=f"{name}31")
    await house.registration("approved", "approved", ago(days=3), decided=ago(days=3), code="ACDE3474")

    await house.keeping(photo_days=2, draft_days=2).expire(NOW)

    assert len(await house.ids("registrations")) == 5
    assert await house.ids("registration_photos", "registration_id") == {"returned-29", "repairing-29"}


async def test_conversations_and_their_files_go_at_their_time(house: House) -> None:
    ages = [("silent", 181, 181), ("young", 179, 29), ("old file", 179, 31)]
    for name, spoke, file in ages:
        await house.run(
            "INSERT INTO conversations (id, channel, external_id, created_at, updated_at) VALUES (?, 'web', ?, ?, ?)",
            *(name, name, ago(days=400), ago(days=spoke)),
        )
        await house.run(
            "INSERT INTO messages (id, conversation_id, seq, author, kind, text, created_at) "
            "VALUES (?, ?, 1, 'contact', 'photo', '', ?)",
            *(name, name, ago(days=spoke)),
        )
        await house.run(
            "INSERT INTO attachments VALUES (?, ?, ?, 'photo', 'image/jpeg', 3, ?)", *(name,) * 3, ago(days=file)
        )
        await house.attachments.write(name, b"jpg")
    expired = await house.retention.expire(NOW)
    assert (expired.counts["conversations"], expired.counts["attachments"]) == (1, 2)
    assert await house.ids("messages") == await house.ids("conversations") == {"young", "old file"}
    assert await house.ids("attachments") == set(await house.attachments.names()) == {"young"}


async def test_more_than_a_portion_goes_in_several_and_between_them_others_write(house: House) -> None:
    async with house.database.transaction() as transaction:
        await transaction.execute_many(
            "INSERT INTO registrations (id, status, sealed, created_at, updated_at) VALUES (?, 'draft', 'x', ?, ?)",
            [(f"d{number}", ago(days=31), ago(days=31)) for number in range(2 * PORTION + 1)],
        )
    steps = 0

    class Counting(Domain):
        """Forgets as often as it is asked, thrice."""

        async def expire(self, transaction: Transaction, now: datetime) -> Forgotten:
            nonlocal steps
            steps += 1
            return Forgotten({"steps": int(steps <= 3)})

    expired = await house.retention.expire(NOW)
    assert expired.counts["drafts"] == 2 * PORTION + 1
    assert await house.ids("registrations") == set()
    assert (await Retention(house.database, [Counting()]).expire(NOW)).counts == {"steps": 3}
    assert steps == 4


async def test_one_that_cannot_forget_holds_up_no_other(house: House, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Domain):
        """Says what a citizen said, in its error."""

        async def expire(self, transaction: Transaction, now: datetime) -> Forgotten:
            raise RuntimeError("0412887356")

    await house.registration("old-draft", "draft", ago(days=31))
    domains = (Broken(), *house.retention._domains)
    assert (await Retention(house.database, domains).expire(NOW)).counts["drafts"] == 1
    assert "Broken could not forget: RuntimeError" in caplog.text and "0412887356" not in caplog.text


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
    await house.run("INSERT INTO agents VALUES ('g', 'Hà', 'hà', 'h', 'x', NULL)")
    for name, ends in [("old", ago(minutes=1)), ("alive", NOW.isoformat() + "x")]:
        await house.run("INSERT INTO agent_sessions VALUES (?, 'g', 'c', 'x', ?)", name, ends)
    for name, last in [("old", ago(minutes=16)), ("locked", ago(minutes=14))]:
        await house.run("INSERT INTO agent_tries VALUES (?, 5, ?, NULL)", name, last)
    for name, age in [("old", ago(days=2)), ("young", ago(hours=23))]:
        await house.run("INSERT INTO errands VALUES (?, 'resume', 'x', '{}', ?)", name, age)

    expired = await house.retention.expire(NOW)
    went = {"codes": 1, "links": 1, "mails": 3, "errands": 1, "sessions": 1, "tries": 1}
    assert {name: count for name, count in expired.counts.items() if count} == went
    assert str(expired) == "1 links, 1 codes, 3 mails, 1 errands, 1 sessions, 1 tries"
    assert await house.ids("otp_challenges") == {"counted"}
    assert await house.ids("password_links", "token_hash") == {"used up today"}
    assert await house.ids("mails") == {"unsent", "young"}
    assert await house.ids("caught_mails") == {"young"}
    assert await house.ids("errands", "conversation_id") == {"young"}
    assert await house.ids("agent_sessions", "token_hash") == {"alive"}
    assert await house.ids("agent_tries", "login_index") == {"locked"}


async def test_files_that_no_row_knows_go_after_a_day(house: House) -> None:
    await house.registration("waiting", "submitted", ago(days=300))
    for name in ("left by a kill", "on its way", "half.part"):
        (house.folder / name).write_bytes(b"x")
    for name in ("left by a kill", "half.part", "photo-of-waiting"):
        os.utime(house.folder / name, (time.time() - 90_000,) * 2)
    assert (await house.retention.expire(NOW)).counts["stray_files"] == 2
    assert {path.name for path in house.folder.iterdir()} == {"on its way", "photo-of-waiting"}
