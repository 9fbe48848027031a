"""Accounts on a real database with a clock that is moved by hand, and the mails that were queued, read back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from argon2 import PasswordHasher
from cryptography.fernet import Fernet, MultiFernet

from helpdesk.accounts.accounts import Accounts
from helpdesk.accounts.otp import Otp
from helpdesk.accounts.password_rules import Hashing
from helpdesk.calendar import utc_now
from helpdesk.conversations.messages import MessageStore
from helpdesk.conversations.model import ChannelIdentity
from helpdesk.mail.queue import MailQueue
from helpdesk.store.database import Database, open_database
from helpdesk.store.sealing import Sealer, open_sealer

CODE = "0412887356"
EMAIL = "Ba.Sau1952@gmail.com"
NAME = "Hồ Thị Sáu"


@dataclass
class HandClock:
    """Stands still until it is moved."""

    now: datetime = field(default_factory=utc_now)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class AccountsStage:
    """What the tests of accounts and of their pages reach into."""

    database: Database
    sealer: Sealer
    clock: HandClock
    otp: Otp
    accounts: Accounts

    async def conversation(self) -> str:
        store = MessageStore(self.database, self.sealer)
        return (await store.open_conversation(ChannelIdentity("web", uuid4().hex))).id

    async def approve(self, conversation_id: str | None, bhxh_code: str = CODE, email: str = EMAIL) -> str:
        """An account as an approval makes it; its first password, from the mail."""
        password = await self.accounts.first_password()
        async with self.database.transaction() as transaction:
            await self.accounts.create(
                transaction,
                password,
                bhxh_code=bhxh_code,
                email=email,
                full_name=NAME,
                registration_id=uuid4().hex,
                conversation_id=conversation_id,
            )
        return _indented((await self.mails("first_password"))[-1]["text"])

    async def mails(self, kind: str) -> list[dict[str, str]]:
        """The queued mails of a kind, oldest first."""
        rows = await self.database.fetch_all("SELECT sealed FROM mails WHERE kind = ? ORDER BY rowid", (kind,))
        return [self.sealer.open(row["sealed"]) for row in rows]

    async def last_code(self) -> str:
        return _indented((await self.mails("otp"))[-1]["text"])

    async def link(self, purpose: str, conversation_id: str = "c") -> str:
        """Ask for a link as its owner; the token from the mail."""
        await self.accounts.request_link(purpose, CODE, EMAIL, conversation_id)  # type: ignore[arg-type]
        text = (await self.mails("link"))[-1]["text"]
        (address,) = (line for line in text.splitlines() if "/password/" in line)
        return address.rpartition("/")[2]

    async def password_hash(self) -> str:
        row = await self.database.fetch_one("SELECT password_hash FROM accounts")
        assert row is not None
        return str(row["password_hash"])

    async def has_password(self, password: str) -> bool:
        return await Hashing().matches(await self.password_hash(), password)


def _indented(text: str) -> str:
    (line,) = (line for line in text.splitlines() if line.startswith("    "))
    return line.strip()


@asynccontextmanager
async def open_accounts(folder: Path, page_url: str = "http://test") -> AsyncIterator[AccountsStage]:
    async with open_database(folder / "helpdesk.db") as database:
        sealer = await open_sealer(database, MultiFernet([Fernet(Fernet.generate_key())]))
        clock = HandClock()
        mails = MailQueue(database, sealer, clock)
        otp = Otp(database, sealer, mails, clock)
        # As weak as Argon2 gets: what is tested here is not its cost.
        hashing = Hashing(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        accounts = Accounts(database, sealer, mails, otp, clock, page_url, hashing)
        yield AccountsStage(database, sealer, clock, otp, accounts)
