"""Many people at once: thousands who wait for something new, more than there is room for, hundreds who ask.

Owns a client that is small enough to be thousands. Counts who got what; whoever got nothing counts as dropped.
"""

from __future__ import annotations

import asyncio
import json
import time
import urllib.parse
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bench.ledger import CannotMeasure, percentile

_PATIENCE = 60.0
_AT_ONCE = 50
_QUESTION = "thẻ bảo hiểm y tế của tôi bao giờ hết hạn"


@dataclass(frozen=True)
class Chat:
    """A conversation on the chat page."""

    path: str
    token: str


class Site:
    """The product's address; every call is a connection of its own, as every browser is."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80

    async def call(
        self, method: str, path: str, chat: Chat | None = None, body: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        content = b"" if body is None else json.dumps(body).encode()
        head = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", f"Content-Length: {len(content)}"]
        head += ["Content-Type: application/json"] if content else []
        head += [f"Authorization: Bearer {chat.token}"] if chat else []
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write("\r\n".join([*head, "", ""]).encode() + content)
            answer = await reader.read()
        finally:
            writer.close()
        status, _, rest = answer.partition(b"\r\n")
        return int(status.split()[1]), json.loads(rest.partition(b"\r\n\r\n")[2])

    async def open(self) -> Chat:
        status, made = await self.call("POST", "/api/conversations", body={})
        if status != 201:
            raise CannotMeasure(f"không mở được cuộc trò chuyện ({status})")
        return Chat(f"/api/conversations/{made['id']}/messages", made["token"])

    async def open_many(self, count: int) -> list[Chat]:
        return list(await _few_at_a_time([self.open() for _ in range(count)]))

    async def say(self, chat: Chat) -> None:
        status, _ = await self.call("POST", chat.path, chat, {"id": str(uuid4()), "text": _QUESTION})
        if status != 202:
            raise CannotMeasure(f"tin nhắn không được nhận ({status})")

    async def wait(self, chat: Chat, after: int = 0) -> tuple[int, list[dict[str, Any]]]:
        """Status and messages of one long poll."""
        status, found = await self.call("GET", f"{chat.path}?after={after}&wait=25", chat)
        return status, found.get("messages", [])


def waiting(url: str, count: int) -> float:
    """How many of `count` that wait at once hear of what is new."""

    async def heard(site: Site, chat: Chat) -> bool:
        """One poll after the other, as the page does."""
        while True:
            status, messages = await site.wait(chat)
            if status != 200 or messages:
                return status == 200

    async def measured() -> int:
        site = Site(url)
        chats = await site.open_many(count)
        polls = [asyncio.create_task(heard(site, chat)) for chat in chats]
        await asyncio.sleep(3)
        await _few_at_a_time([site.say(chat) for chat in chats])
        _, silent = await asyncio.wait(polls, timeout=_PATIENCE)
        for one in silent:
            one.cancel()
        return sum(answer is True for answer in await asyncio.gather(*polls, return_exceptions=True))

    return float(asyncio.run(measured()))


def beyond(url: str, count: int) -> dict[str, float]:
    """Of `count` at once, more than there is room for: who is served, who is refused, who hears nothing at all."""

    async def measured() -> Counter[str]:
        site = Site(url)
        chats = await site.open_many(count)
        polls = [asyncio.create_task(site.wait(chat)) for chat in chats]
        done, pending = await asyncio.wait(polls, timeout=_PATIENCE)
        for one in pending:
            one.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        kinds: Counter[str] = Counter({"dropped": len(pending)})
        for one in done:
            status = None if one.exception() else one.result()[0]
            kinds[{200: "served", 503: "refused"}.get(status or 0, "dropped")] += 1
        return kinds

    found = asyncio.run(measured())
    return {f"scale/full_{kind}": float(found[kind]) for kind in ("served", "refused", "dropped")}


def asking(url: str, count: int, late: str) -> dict[str, float]:
    """`count` ask at the same moment: how long they wait, and how many are told that it will take longer."""

    async def one(site: Site, chat: Chat) -> tuple[float, bool]:
        started, seen, told = time.perf_counter(), 0, False
        await site.say(chat)
        while time.perf_counter() - started < _PATIENCE:
            _, messages = await site.wait(chat, seen)
            seen = max([seen, *(message["seq"] for message in messages)])
            told = told or any(message["text"] == late for message in messages)
            if any(message["author"] == "assistant" for message in messages):
                return (time.perf_counter() - started) * 1000, told
        raise CannotMeasure(f"không có câu trả lời sau {_PATIENCE:.0f} giây")

    async def measured() -> list[tuple[float, bool]]:
        site = Site(url)
        await one(site, await site.open())
        return list(await asyncio.gather(*(one(site, chat) for chat in await site.open_many(count))))

    waits = asyncio.run(measured())
    return {
        "scale/asking_p50": percentile([took for took, _ in waits], 50),
        "scale/asking_p95": percentile([took for took, _ in waits], 95),
        "scale/asking_told_late": float(sum(told for _, told in waits)),
    }


async def _few_at_a_time(steps: Sequence[Awaitable[Any]]) -> Sequence[Any]:
    places = asyncio.Semaphore(_AT_ONCE)

    async def step(work: Awaitable[Any]) -> Any:
        async with places:
            return await work

    return await asyncio.gather(*(step(work) for work in steps))
