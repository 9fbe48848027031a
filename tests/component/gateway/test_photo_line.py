"""Photos wait for each other, nobody else waits for them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from PIL import Image
from starlette.responses import JSONResponse, Response

from helpdesk.settings import Settings
from tests.stage.stack import Chat, StandInRasa, running


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "white").save(buffer, "JPEG")
    return buffer.getvalue()


async def send_photo(chat: Chat) -> None:
    files = {"file": ("a.jpg", picture(), "image/jpeg")}
    sent = await chat.http.post(chat.url, data={"id": "photo"}, files=files, headers=chat.headers)
    assert sent.status_code == 202


class SlowLook:
    """A Rasa that looks at photos until it is let go, and counts them."""

    def __init__(self, rasa: StandInRasa) -> None:
        self._rasa = rasa
        self.gate = asyncio.Event()
        self.looking = self.most = 0
        self.order: list[str] = []
        rasa.behave = self.behave

    async def behave(self, request: dict[str, Any]) -> Response:
        if "photo" not in (request.get("metadata") or {}):
            return await self._rasa.echo(request)
        self.looking += 1
        self.most = max(self.most, self.looking)
        self.order.append(request["sender"])
        await self.gate.wait()
        await asyncio.sleep(0.02)
        self.looking -= 1
        return JSONResponse({"replies": [{"text": "em nhận ảnh rồi"}]})


@pytest.fixture
async def http(tuned: Settings) -> AsyncIterator[httpx.AsyncClient]:
    # Fewer places than photos: if these took them, nobody else would be answered.
    async with running(replace(tuned, workers=4, late_notice_after=1.0, rasa_timeout=100.0)) as stack:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(stack.web), base_url="http://test") as client:
            yield client


async def test_a_crowd_of_photos_holds_up_nobody_who_asks(http: httpx.AsyncClient, rasa: StandInRasa) -> None:
    look = SlowLook(rasa)
    crowd = [await Chat.open(http) for _ in range(8)]
    for chat in crowd:
        await send_photo(chat)
        await asyncio.sleep(0.02)
    asker = await Chat.open(http)
    await asker.send(text="cơ quan ở đâu")
    assert (await asker.until(1))[0]["text"] == "nghe: cơ quan ở đâu"
    async with asyncio.timeout(30):
        while look.looking < 2:
            await asyncio.sleep(0.02)
    assert look.looking == 2
    # Who waits in line is told so like everybody else.
    await crowd[-1].until(1, author="system")
    look.gate.set()
    for chat in crowd:
        assert (await chat.until(1))[0]["text"] == "em nhận ảnh rồi"
    assert look.most == 2
    # With two places free, which of the first in line asks first is a matter of milliseconds; nobody further back
    # gets ahead.
    places = {sender.partition(":")[2]: place for place, sender in enumerate(look.order)}
    assert [abs(places[chat.id] - place) <= 2 for place, chat in enumerate(crowd)] == [True] * 8


async def test_an_album_and_the_words_behind_it_stay_in_order(http: httpx.AsyncClient, rasa: StandInRasa) -> None:
    look = SlowLook(rasa)
    look.gate.set()
    chat = await Chat.open(http)
    for number in range(3):
        files = {"file": ("a.jpg", picture(), "image/jpeg")}
        await chat.http.post(chat.url, data={"id": f"p{number}"}, files=files, headers=chat.headers)
    await chat.send(text="xong rồi ạ")
    texts = [message["text"] for message in await chat.until(4)]
    assert texts == ["em nhận ảnh rồi"] * 3 + ["nghe: xong rồi ạ"]
    assert look.most == 1
