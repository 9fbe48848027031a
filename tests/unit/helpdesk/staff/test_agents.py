"""Staff log-ins on a real database: who gets in, who is locked out, how long a session lives."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from helpdesk.errors import Conflict, InvalidInput, NotFound, Overloaded
from helpdesk.staff.agents import IDLE, LONGEST, Agents
from helpdesk.staff.tries import LOCKED_FOR, TRIES
from helpdesk.store.database import Database, open_database
from helpdesk.store.sealing import open_sealer
from helpdesk.store.vault import open_cipher

pytestmark = pytest.mark.slow


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, span: timedelta) -> None:
        self.now += span


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(data_dir: Path) -> AsyncIterator[Database]:
    async with open_database(data_dir / "helpdesk.db") as opened:
        yield opened


@pytest.fixture
async def agents(database: Database, tmp_path: Path, clock: Clock) -> Agents:
    sealer = await open_sealer(database, open_cipher("", tmp_path / "secret.key"))
    return Agents(database, sealer, clock, PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1))


async def test_a_person_logs_in_by_any_spelling_of_the_name(agents: Agents) -> None:
    password = await agents.create("  Nguyễn  Thị Lan ")
    token, agent = await agents.log_in("nguyễn thị LAN", password)
    session = await agents.session(token)
    assert session is not None and session.agent == agent
    assert agent.name == "Nguyễn Thị Lan"


async def test_nothing_secret_is_kept(agents: Agents, database: Database, tmp_path: Path) -> None:
    password = await agents.create("lan")
    token, _ = await agents.log_in("lan", password)
    with pytest.raises(InvalidInput):
        await agents.log_in("MatKhauGoNham", "lan")
    kept = b"".join((tmp_path / name).read_bytes() for name in ("helpdesk.db", "helpdesk.db-wal"))
    assert password.encode() not in kept and token.encode() not in kept
    assert b"matkhaugonham" not in kept.lower()


@pytest.mark.parametrize("name", ["", "a", "x" * 41, "<b>lan</b>", "../lan", "-lan", "lan;ls", "lan\u202e"])
async def test_a_bad_name_is_refused(agents: Agents, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await agents.create(name)
    assert refused.value.code == "agent_name"


async def test_a_name_is_given_once(agents: Agents) -> None:
    await agents.create("Lan")
    with pytest.raises(Conflict, match="LAN"):
        await agents.create("LAN")


async def test_wrong_name_and_wrong_password_get_the_same_answer(agents: Agents) -> None:
    await agents.create("lan")
    answers = []
    for name in ("lan", "nobody"):
        with pytest.raises(InvalidInput) as refused:
            await agents.log_in(name, "x")
        answers.append((refused.value.code, str(refused.value)))
    assert answers[0] == answers[1]


async def test_an_unknown_name_takes_as_long(database: Database, tmp_path: Path) -> None:
    sealer = await open_sealer(database, open_cipher("", tmp_path / "secret.key"))
    agents = Agents(database, sealer)
    await agents.create("lan")
    times: dict[str, float] = {}
    for name in ("lan", "nobody", "lan", "nobody"):
        started = time.process_time()
        with pytest.raises(InvalidInput):
            await agents.log_in(name, "x")
        times[name] = min(times.get(name, 9.0), time.process_time() - started)
    assert times["nobody"] > times["lan"] / 3, times


@pytest.mark.parametrize("name", ["lan", "nobody"])
async def test_five_wrong_tries_lock_the_name_for_a_quarter_of_an_hour(agents: Agents, clock: Clock, name: str) -> None:
    password = await agents.create("lan")
    for _ in range(TRIES):
        with pytest.raises(InvalidInput):
            await agents.log_in(name, "x")
    clock.pass_by(timedelta(minutes=5))
    with pytest.raises(Overloaded, match="10 phút") as locked:
        await agents.log_in(name.upper(), password)
    assert locked.value.retry_after == 600
    clock.pass_by(LOCKED_FOR - timedelta(minutes=5))
    if name == "lan":
        await agents.log_in(name, password)
    else:
        with pytest.raises(InvalidInput):
            await agents.log_in(name, password)


async def test_many_tries_at_once_are_no_way_around_the_lock(agents: Agents) -> None:
    await agents.create("lan")
    ends = await asyncio.gather(*(agents.log_in("lan", str(n)) for n in range(12)), return_exceptions=True)
    assert sum(isinstance(end, InvalidInput) for end in ends) == TRIES
    assert sum(isinstance(end, Overloaded) for end in ends) == 12 - TRIES


async def test_a_flood_of_names_is_turned_away_early(database: Database, tmp_path: Path) -> None:
    gate = threading.Event()

    class Slow(PasswordHasher):
        def verify(self, *_: object) -> Literal[True]:
            assert gate.wait(30)
            raise VerifyMismatchError

    sealer = await open_sealer(database, open_cipher("", tmp_path / "secret.key"))
    agents = Agents(database, sealer, hasher=Slow(time_cost=1, memory_cost=8192, parallelism=1))
    tries = [asyncio.create_task(agents.log_in(f"n{n}", "x")) for n in range(60)]
    try:
        async with asyncio.timeout(30):
            while sum(one.done() for one in tries) < 60 - 16:
                await asyncio.sleep(0.01)
    finally:
        gate.set()
    ends = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(end, Overloaded) for end in ends) == 60 - 16
    assert sum(isinstance(end, InvalidInput) for end in ends) == 16


async def test_a_stranger_can_not_lock_somebody_out_of_their_own_browser(agents: Agents) -> None:
    password = await agents.create("Lan")
    _, agent = await agents.log_in("lan", password)
    device = agents.device_of(agent)
    for _ in range(TRIES):
        with pytest.raises(InvalidInput):
            await agents.log_in("lan", "x")
    for foreign in ("", "x", device[:-1] + ("0" if device[-1] != "0" else "1")):
        with pytest.raises(Overloaded):
            await agents.log_in("lan", password, foreign)
    await agents.log_in("lan", password, device)


async def test_a_device_is_no_way_around_the_lock(agents: Agents) -> None:
    password = await agents.create("lan")
    await agents.create("hoa")
    _, agent = await agents.log_in("lan", password)
    device = agents.device_of(agent)
    for name in ("lan", "hoa"):
        for _ in range(TRIES):
            with pytest.raises(InvalidInput):
                await agents.log_in(name, "x", device)
        with pytest.raises(Overloaded):
            await agents.log_in(name, "x", device)
    with pytest.raises(Overloaded):
        await agents.log_in("hoa", "x")
    # Only a new password ends the lock everywhere.
    await agents.log_in("lan", await agents.reset("lan"), device)


async def test_a_try_that_is_not_judged_is_not_counted(database: Database, tmp_path: Path) -> None:
    gate = threading.Event()

    class Slow(PasswordHasher):
        def verify(self, hashed: str | bytes, password: str | bytes) -> Literal[True]:
            assert gate.wait(30)
            return super().verify(hashed, password)

    sealer = await open_sealer(database, open_cipher("", tmp_path / "secret.key"))
    agents = Agents(database, sealer, hasher=Slow(time_cost=1, memory_cost=8192, parallelism=1))
    password = await agents.create("lan")
    flood = [asyncio.create_task(agents.log_in(f"n{n}", "x")) for n in range(30)]
    try:
        async with asyncio.timeout(30):
            while sum(one.done() for one in flood) < 30 - 16:
                await asyncio.sleep(0.01)
        for _ in range(TRIES + 1):
            with pytest.raises(Overloaded, match="cùng lúc"):
                await agents.log_in("lan", password)
    finally:
        gate.set()
    await asyncio.gather(*flood, return_exceptions=True)
    await agents.log_in("lan", password)


async def test_a_success_forgets_the_failures(agents: Agents) -> None:
    password = await agents.create("lan")
    for _ in range(3):
        for _ in range(TRIES - 1):
            with pytest.raises(InvalidInput):
                await agents.log_in("lan", "x")
        await agents.log_in("lan", password)


async def test_an_unused_session_ends_after_twelve_hours(agents: Agents, clock: Clock) -> None:
    token, _ = await agents.log_in("lan", await agents.create("lan"))
    clock.pass_by(IDLE - timedelta(minutes=1))
    assert await agents.session(token, renew=False)
    clock.pass_by(timedelta(minutes=1))
    assert await agents.session(token) is None


async def test_use_keeps_a_session_but_not_for_ever(agents: Agents, clock: Clock) -> None:
    token, _ = await agents.log_in("lan", await agents.create("lan"))
    hours = 0
    while await agents.session(token) is not None:
        clock.pass_by(timedelta(hours=10))
        hours += 10
        assert hours < 1000
    assert timedelta(hours=hours - 10) <= LONGEST < timedelta(hours=hours + 2)


async def test_log_out_disabling_and_a_new_password_end_sessions(agents: Agents) -> None:
    password = await agents.create("lan")
    token, _ = await agents.log_in("lan", password)
    await agents.log_out(token)
    assert await agents.session(token) is None
    token, _ = await agents.log_in("lan", password)
    new = await agents.reset("Lan")
    assert await agents.session(token) is None
    with pytest.raises(InvalidInput):
        await agents.log_in("lan", password)
    token, _ = await agents.log_in("lan", new)
    assert await agents.disable("lan")
    assert await agents.session(token) is None
    with pytest.raises(InvalidInput):
        await agents.log_in("lan", new)
    assert not await agents.disable("lan")
    assert not await agents.has_password("lan", new)
    with pytest.raises(NotFound):
        await agents.reset("nobody")


async def test_a_foreign_token_opens_nothing(agents: Agents) -> None:
    await agents.log_in("lan", await agents.create("lan"))
    for token in ("", "x", "' OR 1=1 --", "ạ" * 50):
        assert await agents.session(token) is None
