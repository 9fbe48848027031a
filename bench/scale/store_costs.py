"""What single steps cost in a big database: accepting, claiming, finishing, reading, deleting, expiring, figures.

Owns the timing. Each step is the product's own method; the database is a copy and is spoilt. What others feel of a long
step is measured as well: the longest wait of messages that are accepted, and of histories that are read, meanwhile.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from bench.scale.filling import PERSON
from bot.metrics import Metrics
from helpdesk.calendar import utc_now
from helpdesk.conversations import ChannelIdentity, IncomingMessage, MessageKind, Reply
from helpdesk.privacy import Retention
from helpdesk.services import Services, open_services
from helpdesk.settings import load_settings
from ops.train import ROOT

_TIMES = 200
_DELETED = 40
_BREATH = 0.01
# Then the oldest ten of 170 days of conversations are due, and two thirds of all attachments and mails.
_LATER = timedelta(days=20)


def measure(home: Path) -> dict[str, float]:
    """Milliseconds and seconds by key; `home` holds the files of a filled folder."""
    return asyncio.run(_measure(home))


async def _measure(home: Path) -> dict[str, float]:
    settings = load_settings({"DATA_DIR": str(home), "VSSID_CONTENT_DIR": str(ROOT / "data")})
    found: dict[str, float] = {}
    started = time.perf_counter()
    async with open_services(settings) as services:
        await services.registry.count()
        found["scale/open"] = time.perf_counter() - started
        ids = [row["id"] for row in await services.database.fetch_all("SELECT id FROM conversations LIMIT 5000")]
        found |= await _single_steps(services, ids)
        found["scale/metrics"] = await _metrics(services)
        found["scale/delete"] = await _deleting(services, ids)
        found |= await _expiring(services)
    return found


async def _single_steps(services: Services, ids: list[str]) -> dict[str, float]:
    store, reply = services.conversations.store, Reply(text="Dạ, anh/chị chờ em một chút ạ.")
    identities = [ChannelIdentity("telegram", f"9{n:09}") for n in range(20)]
    accept, claim, finish = [], [], []
    for number in range(_TIMES):
        message = _message(identities[number % len(identities)])
        accept.append(await _timed(store.accept(message)))
        _, conversation = await store.accept(_message(message.identity))
        for _ in range(2):
            claim.append(await _timed(store.next_unhandled(conversation.id)))
            entry = await store.next_unhandled(conversation.id)
            assert entry is not None
            finish.append(await _timed(store.finish(entry, [reply], True)))
    history = [await _timed(store.history(one)) for one in ids[:_TIMES]]
    person, registry = PERSON, services.registry
    look_up = [
        await _timed(
            registry.look_up_code(person.full_name, person.birth_date, person.national_id or "", person.province or "")
        )
        for _ in range(_TIMES)
    ]
    assert await registry.find_by_code(person.bhxh_code) is not None
    samples = {"accept": accept, "claim": claim, "finish": finish, "history": history, "look_up": look_up}
    return {f"scale/{name}": statistics.median(values) for name, values in samples.items()}


async def _metrics(services: Services) -> float:
    metrics = Metrics()
    return max([await _timed(metrics.render(services.conversations.store, services.mails)) for _ in range(5)])


async def _deleting(services: Services, ids: list[str]) -> float:
    async def delete(identifier: str) -> None:
        async with services.database.transaction() as transaction:
            await transaction.execute("DELETE FROM conversations WHERE id = ?", (identifier,))

    return statistics.median([await _timed(delete(one)) for one in ids[-_DELETED:]])


async def _expiring(services: Services) -> dict[str, float]:
    retention = Retention(services.database, services.domains)
    idle = await _timed(retention.expire(utc_now()))
    much, accepting, reading = await _beside(services, lambda: retention.expire(utc_now() + _LATER))
    return {
        "scale/expire_idle": idle,
        "scale/expire_much": much / 1000,
        "scale/expire_accept": accepting,
        "scale/expire_history": reading,
    }


async def _beside(services: Services, work: Callable[[], Awaitable[object]]) -> tuple[float, float, float]:
    """How long `work` takes, and the longest waits of an accept and of a history meanwhile."""
    store, identity = services.conversations.store, ChannelIdentity("telegram", "9999999999")
    _, conversation = await store.accept(_message(identity))
    accepting, reading = [0.0], [0.0]

    async def again(waits: list[float], step: Callable[[], Awaitable[object]]) -> None:
        while True:
            waits.append(await _timed(step()))
            await asyncio.sleep(_BREATH)

    others = [
        asyncio.create_task(again(accepting, lambda: store.accept(_message(identity)))),
        asyncio.create_task(again(reading, lambda: store.history(conversation.id))),
    ]
    await asyncio.sleep(_BREATH)
    try:
        took = await _timed(work())
    finally:
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)
    return took, max(accepting), max(reading)


async def _timed(step: Awaitable[object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    await step
    return (time.perf_counter() - started) * 1000


def _message(identity: ChannelIdentity) -> IncomingMessage:
    return IncomingMessage(identity, uuid4().hex, MessageKind.TEXT, text="thẻ của mình hết hạn khi nào ạ")
