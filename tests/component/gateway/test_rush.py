"""Many ask at once: everybody in turn, and nobody hears that the answer is late while the queue moves."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
from starlette.responses import JSONResponse, Response

from helpdesk.settings import Settings
from tests.stage.stack import Chat, Stack, StandInRasa, running

CROWD = 40


async def crowd_at(stack: Stack, http: httpx.AsyncClient, count: int = CROWD) -> list[Chat]:
    chats = [await Chat.open(http) for _ in range(count)]
    await asyncio.gather(*(chat.send(text="thẻ của tôi hết hạn khi nào") for chat in chats))
    return chats


async def authors(stack: Stack, chat: Chat) -> list[str]:
    return [message.author.value for message in await stack.store.history(chat.id)]


async def test_no_word_while_the_queue_moves(tuned: Settings, rasa: StandInRasa) -> None:
    async def slow(request: dict[str, Any]) -> Response:
        await asyncio.sleep(0.6)
        return await rasa.echo(request)

    rasa.behave = slow
    # The last of them waits longer than one turn may take, and a turn takes long enough to be looked at meanwhile.
    async with running(replace(tuned, workers=10, late_notice_after=1.2, rasa_timeout=20.0)) as stack:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(stack.web), base_url="http://test") as http:
            chats = await crowd_at(stack, http)
            while any([len(await authors(stack, chat)) < 2 for chat in chats]):
                await asyncio.sleep(0.05)
            assert [await authors(stack, chat) for chat in chats] == [["contact", "assistant"]] * CROWD


async def test_everybody_hears_it_when_every_place_hangs(tuned: Settings, rasa: StandInRasa) -> None:
    release = asyncio.Event()

    async def hang(request: dict[str, Any]) -> Response:
        await release.wait()
        return JSONResponse({"replies": []})

    rasa.behave = hang
    async with running(replace(tuned, workers=2, late_notice_after=0.2, rasa_timeout=60.0)) as stack:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(stack.web), base_url="http://test") as http:
            chats = await crowd_at(stack, http, 6)
            while any([len(await authors(stack, chat)) < 2 for chat in chats]):
                await asyncio.sleep(0.05)
                await stack.gateway.sweep()
            assert [await authors(stack, chat) for chat in chats] == [["contact", "system"]] * 6
            release.set()


async def test_no_word_to_those_in_line_at_a_restart(tuned: Settings, rasa: StandInRasa) -> None:
    async with running(replace(tuned, rasa_port=1, late_notice_after=60.0)) as stack:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(stack.web), base_url="http://test") as http:
            crowd = await crowd_at(stack, http)
        async with stack.services.database.transaction() as transaction:
            await transaction.execute("UPDATE inbox SET received_at = ?", ("2026-01-01T00:00:00+00:00",))
    release = asyncio.Event()

    async def wait_first(request: dict[str, Any]) -> Response:
        await release.wait()
        return await rasa.echo(request)

    rasa.behave = wait_first
    async with running(replace(tuned, workers=2, late_notice_after=60.0, rasa_timeout=60.0)) as stack:
        await stack.gateway.sweep()
        release.set()
        while len(rasa.asked) < CROWD:
            await asyncio.sleep(0.02)
        assert "system" not in [author for chat in crowd for author in await authors(stack, chat)]


async def test_one_who_asks_a_lot_does_not_hold_up_the_others(tuned: Settings, rasa: StandInRasa) -> None:
    release = asyncio.Event()

    async def wait_first(request: dict[str, Any]) -> Response:
        await release.wait()
        return await rasa.echo(request)

    rasa.behave = wait_first
    async with running(replace(tuned, workers=1, late_notice_after=60.0, rasa_timeout=60.0, flood_burst=50)) as stack:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(stack.web), base_url="http://test") as http:
            busy = await Chat.open(http)
            for _ in range(8):
                await busy.send(text="một câu nữa")
            others = await crowd_at(stack, http, 4)
            release.set()
            while len(rasa.asked) < 12:
                await asyncio.sleep(0.02)
            # One turn was under way, one may have been at the door; then each in turn, and the rest behind them.
            order = [asked["sender"].partition(":")[2] for asked in rasa.asked]
            assert {chat.id for chat in others} <= set(order[:6]) and order[6:] == [busy.id] * 6
