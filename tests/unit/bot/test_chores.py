"""Chores at their own pace, on a clock that is moved by hand; one that breaks comes again and stops no other."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from bot.chores import Chore, doing

SECRET = "bí mật của người dân"


class HandClock:
    """What sleeps wakes when the clock is moved past its time, in the order of the times."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleeping: list[tuple[float, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleeping.append((self.now + seconds, future))
        await future

    async def move(self, seconds: float) -> None:
        end = self.now + seconds
        await self._settle()
        while due := [entry for entry in self._sleeping if entry[0] <= end and not entry[1].done()]:
            at, future = min(due, key=lambda entry: entry[0])
            self.now = at
            future.set_result(None)
            self._sleeping.remove((at, future))
            await self._settle()
        self.now = end

    @staticmethod
    async def _settle() -> None:
        for _ in range(10):
            await asyncio.sleep(0)


class Diary:
    """When each chore was done."""

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        self.done: dict[str, list[float]] = {}

    def chore(self, name: str, every: float, pauses: list[float | None] | None = None) -> Chore:
        async def step() -> float | None:
            self.done.setdefault(name, []).append(self.clock.now)
            return pauses.pop(0) if pauses else None

        return Chore(name, every, step)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


async def test_each_at_its_own_pace_and_first_of_all_at_once(clock: HandClock) -> None:
    diary = Diary(clock)
    async with doing([diary.chore("sweep", 5), diary.chore("house", 3600)], clock.sleep):
        await clock.move(3611)
    assert diary.done["sweep"] == [5.0 * n for n in range(723)]
    assert diary.done["house"] == [0, 3600]


async def test_a_step_may_ask_for_its_next_time(clock: HandClock) -> None:
    diary = Diary(clock)
    async with doing([diary.chore("mails", 60, [1, 1, None])], clock.sleep):
        await clock.move(62)
    assert diary.done["mails"] == [0, 1, 2, 62]


async def test_what_breaks_comes_again_and_stops_no_other(clock: HandClock, caplog: pytest.LogCaptureFixture) -> None:
    diary = Diary(clock)
    tries = Counter[str]()

    async def breaks() -> float | None:
        tries["breaks"] += 1
        raise ValueError(SECRET)

    async with doing([Chore("forgetting", 10, breaks), diary.chore("sweep", 5)], clock.sleep):
        await clock.move(20)
    assert tries["breaks"] == 3 and diary.done["sweep"] == [0, 5, 10, 15, 20]
    assert "forgetting has to wait: ValueError at " in caplog.text and SECRET not in caplog.text


async def test_one_that_takes_long_holds_up_no_other(clock: HandClock) -> None:
    diary = Diary(clock)
    held = asyncio.Event()

    async def slow() -> float | None:
        await held.wait()
        return None

    async with doing([Chore("slow", 1, slow), diary.chore("sweep", 5)], clock.sleep):
        await clock.move(10)
    assert diary.done["sweep"] == [0, 5, 10]


async def test_nothing_goes_on_after_the_end(clock: HandClock) -> None:
    diary = Diary(clock)
    async with doing([diary.chore("sweep", 5)], clock.sleep):
        await clock.move(0)
    await clock.move(100)
    assert diary.done["sweep"] == [0]
