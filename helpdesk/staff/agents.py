"""The office's staff: who may log in, their passwords, their sessions.

Owns that a wrong name and a wrong password can't be told apart, by answer or by time, that tries are counted before
they are judged (a hundred at once are no way around the lock), and that only hashes of passwords and session tokens
are kept. Refuses to know cookies and pages.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from helpdesk.calendar import utc_now
from helpdesk.errors import Conflict, InvalidInput, NotFound, Overloaded
from helpdesk.staff.tries import AgentTries
from helpdesk.store import Database, Sealer

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
# An expiry is pushed on by this much at least: not every click is worth a write.
_RENEWAL = timedelta(minutes=10)
# A hash takes 64 MiB and a twentieth of a second: two at once, and no long queue of them.
_HASHERS = 2
_MOST_WAITING = 16
# None that is mistaken for another when read from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_NAME = re.compile(r"[^\W_](?:[^\W_]|[ ._-])*")
_LONGEST_PASSWORD = 256
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Agent:
    """A person of the staff."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class AgentSession:
    """A log-in that is alive; every form of its pages carries `csrf`."""

    agent: Agent
    csrf: str


def tidy_name(text: str) -> str:
    """A name as it is shown; InvalidInput("agent_name") for one that can't be typed and told apart."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 2 <= len(name) <= 40 or not _NAME.fullmatch(name):
        raise InvalidInput(
            "agent_name", "Tên đăng nhập cần 2-40 ký tự: chữ, số, dấu cách, chấm, gạch. Ví dụ: lan hoặc Nguyễn Thị Lan."
        )
    return name


def _login_of(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def new_password() -> str:
    """Sixteen letters and digits in groups of four: 79 bits, easy to read out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


class Agents:
    """Log-ins of the staff in one database."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        clock: Callable[[], datetime] = utc_now,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._tries = AgentTries(database, sealer, clock)
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(_HASHERS, "argon2")
        self._hashing = 0
        # What an unknown name's password is compared with: as costly as a real one.
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        if self._hashing >= _MOST_WAITING:
            raise Overloaded(5, "Nhiều người đang đăng nhập cùng lúc. Anh/chị thử lại sau ít giây.")
        self._hashing += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._hashing -= 1

    # People

    async def create(self, name: str) -> str:
        """Add a person of the staff; the password, told this once. Conflict when the name is taken."""
        name = tidy_name(name)
        password = new_password()
        hashed = await self._in_thread(lambda: self._hasher.hash(password))
        async with self._database.transaction() as transaction:
            added = await transaction.execute(
                "INSERT INTO agents (id, name, login, password_hash, created_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (login) DO NOTHING",
                (uuid4().hex, name, _login_of(name), hashed, self._clock().isoformat()),
            )
        if not added:
            raise Conflict(f"Đã có cán bộ tên “{name}”.")
        return password

    async def reset(self, name: str) -> str:
        """A new password for this person, told this once; ends the sessions, the lock and a disabling."""
        login = _login_of(name)
        password = new_password()
        hashed = await self._in_thread(lambda: self._hasher.hash(password))
        async with self._database.transaction() as transaction:
            changed = await transaction.execute(
                "UPDATE agents SET password_hash = ?, disabled_at = NULL WHERE login = ?", (hashed, login)
            )
            await transaction.execute(
                "DELETE FROM agent_sessions WHERE agent_id IN (SELECT id FROM agents WHERE login = ?)", (login,)
            )
            await self._tries.forget_all(transaction, login)
        if not changed:
            raise NotFound(f"Chưa có cán bộ tên “{name}”.")
        return password

    async def disable(self, name: str) -> bool:
        """Shut this person out, at once and everywhere; False when there was no such person, or no more."""
        login = _login_of(name)
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "DELETE FROM agent_sessions WHERE agent_id IN (SELECT id FROM agents WHERE login = ?)", (login,)
            )
            changed = await transaction.execute(
                "UPDATE agents SET disabled_at = ? WHERE login = ? AND disabled_at IS NULL",
                (self._clock().isoformat(), login),
            )
        return changed > 0

    async def find(self, name: str) -> Agent | None:
        """The person of this name, disabled or not."""
        row = await self._database.fetch_one("SELECT id, name FROM agents WHERE login = ?", (_login_of(name[:200]),))
        return None if row is None else Agent(row["id"], row["name"])

    async def has_password(self, name: str, password: str) -> bool:
        """Whether this person could log in with `password`. Counts no try: for whoever runs the product."""
        row = await self._database.fetch_one(
            "SELECT password_hash FROM agents WHERE login = ? AND disabled_at IS NULL", (_login_of(name),)
        )
        return row is not None and await self._matches(row["password_hash"], password)

    async def _matches(self, hashed: str, password: str) -> bool:
        def verify() -> bool:
            try:
                return self._hasher.verify(hashed, password)
            except (Argon2Error, InvalidHashError):
                return False

        return await self._in_thread(verify)

    # Sessions

    async def log_in(self, name: str, password: str, device: str = "") -> tuple[str, Agent]:
        """A new session's token, and whose it is; `device` is what the browser keeps of an earlier one, if it does.

        Raises InvalidInput("login_wrong"), or Overloaded(seconds) while the name is locked; nobody's name is no
        different.
        """
        login = _login_of(name[:200])
        await self._tries.count(login, device)
        row = await self._database.fetch_one(
            "SELECT id, name, password_hash FROM agents WHERE login = ? AND disabled_at IS NULL", (login,)
        )
        try:
            matches = await self._matches(
                self._nobody if row is None else row["password_hash"], password[:_LONGEST_PASSWORD]
            )
        except Overloaded:
            await self._tries.give_back(login, device)
            raise
        if row is None or not matches:
            raise InvalidInput("login_wrong", "Tên hoặc mật khẩu chưa đúng.")
        now = self._clock()
        token = secrets.token_urlsafe(32)
        async with self._database.transaction() as transaction:
            await self._tries.forget(transaction, login, device)
            # Disabled or given a new password in the meantime: no session.
            opened = await transaction.execute(
                "INSERT INTO agent_sessions (token_hash, agent_id, csrf, created_at, expires_at) "
                "SELECT ?, id, ?, ?, ? FROM agents WHERE id = ? AND disabled_at IS NULL AND password_hash = ?",
                (
                    *(_hash(token), secrets.token_urlsafe(32), now.isoformat(), (now + IDLE).isoformat()),
                    *(row["id"], row["password_hash"]),
                ),
            )
        if not opened:
            raise InvalidInput("login_wrong", "Tên hoặc mật khẩu chưa đúng.")
        return token, Agent(row["id"], row["name"])

    async def session(self, token: str, renew: bool = True) -> AgentSession | None:
        """The session of this token while it is alive; being used keeps it so, unless `renew` is off."""
        now = self._clock()
        row = await self._database.fetch_one(
            "SELECT s.token_hash, s.csrf, s.created_at, s.expires_at, a.id, a.name FROM agent_sessions s "
            "JOIN agents a ON a.id = s.agent_id WHERE s.token_hash = ? AND a.disabled_at IS NULL",
            (_hash(token),),
        )
        if row is None or datetime.fromisoformat(row["expires_at"]) <= now:
            return None
        expires = min(now + IDLE, datetime.fromisoformat(row["created_at"]) + LONGEST)
        if renew and expires - datetime.fromisoformat(row["expires_at"]) >= _RENEWAL:
            async with self._database.transaction() as transaction:
                await transaction.execute(
                    "UPDATE agent_sessions SET expires_at = ? WHERE token_hash = ?",
                    (expires.isoformat(), row["token_hash"]),
                )
        return AgentSession(Agent(row["id"], row["name"]), row["csrf"])

    def device_of(self, agent: Agent) -> str:
        """What the browser keeps, in which this person has just logged in: its tries are counted apart from others'."""
        return self._tries.new_device(_login_of(agent.name))

    async def log_out(self, token: str) -> None:
        async with self._database.transaction() as transaction:
            await transaction.execute("DELETE FROM agent_sessions WHERE token_hash = ?", (_hash(token),))


def same_secret(given: str, kept: str) -> bool:
    """Compare two secrets in a time that tells nothing of them."""
    return hmac.compare_digest(given.encode(), kept.encode())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
