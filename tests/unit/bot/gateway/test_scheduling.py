"""One at a time per key, side by side across keys, and nothing forgotten."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest

from bot.gateway.scheduling import KeyedWorkers


class Work:
    def __init__(self) -> None:
        self.queues: dict[str, list[str]] = defaultdict(list)
        self.done: list[tuple[str, str]] = []
        self.running: set[str] = set()
        self.most = 0

    async def step(self, key: str) -> float | None:
        assert key not in self.running, "two steps of one key at a time"
        if not self.queues[key]:
            return None
        self.running.add(key)
        self.most = max(self.most, len(self.running))
        await asyncio.sleep(0.001)
        self.running.discard(key)
        self.done.append((key, self.queues[key].pop(0)))
        return 0


async def finish(work: Work, count: int) -> None:
    async with asyncio.timeout(5):
        while len(work.done) < count:
            await asyncio.sleep(0.001)


async def test_order_within_a_key_and_parallel_across() -> None:
    work = Work()
    workers = KeyedWorkers("test", work.step, parallel=4)
    for number in range(10):
        for key in "abc":
            work.queues[key].append(str(number))
            workers.wake(key)
        await asyncio.sleep(0.0005)
    await finish(work, 30)
    for key in "abc":
        assert [value for k, value in work.done if k == key] == [str(n) for n in range(10)]
    assert work.most > 1
    await workers.stop()


async def test_no_more_than_allowed_run_at_once() -> None:
    work = Work()
    workers = KeyedWorkers("test", work.step, parallel=2)
    for number in range(8):
        work.queues[str(number)].append("x")
        workers.wake(str(number))
    await finish(work, 8)
    assert work.most == 2
    await workers.stop()


async def test_a_step_that_raises_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    tries = 0

    async def fails_twice(_key: str) -> float | None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise RuntimeError("bad luck")
        return None

    workers = KeyedWorkers("test", fails_twice, parallel=1, error_pause=0.01)
    workers.wake("a")
    async with asyncio.timeout(5):
        while tries < 3:
            await asyncio.sleep(0.01)
    await workers.stop()
    assert "RuntimeError at " in caplog.text and "bad luck" not in caplog.text


async def test_who_waits_for_a_retry_holds_no_place() -> None:
    order: list[str] = []

    async def step(key: str) -> float | None:
        order.append(key)
        return 30.0 if key == "sleeper" else None

    workers = KeyedWorkers("test", step, parallel=1)
    workers.wake("sleeper")
    workers.wake("other")
    await asyncio.sleep(0.05)
    await workers.stop()
    assert order == ["sleeper", "other"]


async def test_a_patient_stop_lets_what_runs_end_and_begins_nothing() -> None:
    begun: list[str] = []
    ended: list[str] = []
    go_on = asyncio.Event()

    async def step(key: str) -> float | None:
        begun.append(key)
        if key == "sleeper":
            return 30.0
        await go_on.wait()
        ended.append(key)
        return 0

    workers = KeyedWorkers("test", step, parallel=1)
    for key in ("sleeper", "runs", "waits"):
        workers.wake(key)
    async with asyncio.timeout(5):
        while "runs" not in begun:
            await asyncio.sleep(0.001)
    stopping = asyncio.create_task(workers.stop(patience=30))
    await asyncio.sleep(0)
    workers.wake("late")
    go_on.set()
    await asyncio.wait_for(stopping, 5)
    assert (begun, ended) == (["sleeper", "runs"], ["runs"])


async def test_a_patient_stop_ends_for_all_that() -> None:
    begun = asyncio.Event()

    async def step(_key: str) -> float | None:
        begun.set()
        await asyncio.Event().wait()
        return None

    workers = KeyedWorkers("test", step, parallel=1)
    workers.wake("hangs")
    await begun.wait()
    await asyncio.wait_for(workers.stop(patience=0.01), 5)
