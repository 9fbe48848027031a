"""Reminders after 20 hours and apologies after 24, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.mail.queue import MailQueue
from helpdesk.registration.deadlines import Deadlines
from helpdesk.registration.model import Registration, Status
from helpdesk.registration.progress import Progress
from helpdesk.registration.store import RegistrationStore
from helpdesk.store.database import Database, open_database
from helpdesk.store.sealing import Sealer, open_sealer
from helpdesk.store.vault import open_cipher

START = datetime(2026, 11, 22, 1, tzinfo=UTC)


@dataclass
class Office:
    database: Database
    sealer: Sealer
    now: datetime = START

    def __post_init__(self) -> None:
        self.store = RegistrationStore(self.database, self.sealer)

    def clock(self) -> datetime:
        return self.now

    def deadlines(self) -> Deadlines:
        mails = MailQueue(self.database, self.sealer, self.clock)
        return Deadlines(self.store, mails, "van-phong@example.vn", "https://vssid.example.vn", self.clock)

    async def file(self, identifier: str, email: str = "ba@example.vn") -> None:
        filed = Registration(identifier, None, Status.DRAFT, {"email": email}, Progress(), self.now, self.now)
        async with self.database.transaction() as transaction:
            await self.store.insert(transaction, filed)
        await self.set(identifier, "status = 'submitted', case_code = ?, submitted_at = ?", identifier.upper())

    async def set(self, identifier: str, what: str, *values: str) -> None:
        given = (*values, self.now.isoformat()) if "submitted_at" in what else values
        async with self.database.transaction() as transaction:
            await transaction.execute(f"UPDATE registrations SET {what} WHERE id = ?", (*given, identifier))

    async def told_after(self, hours: float) -> list[str]:
        self.now = START + timedelta(hours=hours)
        return [registration.id for registration in await self.deadlines().run_once()]

    async def mails(self) -> list[tuple[str, str, str]]:
        rows = await self.database.fetch_all("SELECT kind, sealed FROM mails ORDER BY created_at, kind")
        opened = [(row["kind"], self.sealer.open(row["sealed"])) for row in rows]
        return [(kind, mail["to"], mail["subject"] + mail["text"]) for kind, mail in opened]


@pytest.fixture
async def office(data_dir: Path) -> AsyncIterator[Office]:
    async with open_database(data_dir / "helpdesk.db") as database:
        yield Office(database, await open_sealer(database, open_cipher("", data_dir / "secret.key")))


async def test_once_the_office_and_once_the_citizen(office: Office) -> None:
    await office.file("a")
    assert await office.told_after(19.9) == [] and await office.mails() == []
    assert await office.told_after(20.1) == []
    assert await office.told_after(23) == []
    [(kind, to, text)] = await office.mails()
    assert (kind, to) == ("office_reminder", "van-phong@example.vn")
    assert "20 giờ" in text and "https://vssid.example.vn/console/cases/a" in text and "ba@" not in text
    assert await office.told_after(24.1) == ["a"]
    assert await office.told_after(48) == []
    assert [mail[:2] for mail in await office.mails()][1:] == [("late", "ba@example.vn")]


async def test_what_was_decided_in_time_is_left_alone(office: Office) -> None:
    await office.file("a")
    await office.set("a", "status = 'approved'")
    assert await office.told_after(30) == [] and await office.mails() == []


async def test_after_a_long_stop_everything_is_caught_up(office: Office) -> None:
    await office.file("a")
    assert await office.told_after(31) == ["a"]
    assert sorted(mail[0] for mail in await office.mails()) == ["late", "office_reminder"]
    assert "31 giờ" in (await office.mails())[1][2]


async def test_a_second_filing_has_a_promise_of_its_own(office: Office) -> None:
    await office.file("a")
    assert await office.told_after(25) == ["a"]
    await office.set("a", "office_reminded_at = NULL, citizen_told_at = NULL, submitted_at = ?")
    assert await office.told_after(40) == []
    assert await office.told_after(50) == ["a"]
    assert len(await office.mails()) == 4


async def test_one_without_an_address_holds_up_nobody(office: Office) -> None:
    await office.file("a", email="")
    await office.file("b")
    assert await office.told_after(25) == ["a", "b"]
    assert [mail[1] for mail in await office.mails() if mail[0] == "late"] == ["ba@example.vn"]
