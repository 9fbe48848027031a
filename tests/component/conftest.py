"""Real parts at their smallest, opened for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from helpdesk.settings import Settings
from tests.stage.stack import Chat, Stack, StandInRasa, running, serving


@pytest.fixture
async def rasa() -> AsyncIterator[StandInRasa]:
    stand_in = StandInRasa()
    async with serving(stand_in.app()) as port:
        stand_in.port = port  # type: ignore[attr-defined]
        yield stand_in


@pytest.fixture
def tuned(settings: Settings, rasa: StandInRasa) -> Settings:
    return replace(settings, rasa_port=rasa.port, late_notice_after=0.4, rasa_timeout=2.0)  # type: ignore[attr-defined]


@pytest.fixture
async def stack(tuned: Settings) -> AsyncIterator[Stack]:
    async with running(tuned) as opened:
        yield opened


@pytest.fixture
async def client(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(stack.web), base_url="http://test") as http:
        yield http


@pytest.fixture
async def chat(client: httpx.AsyncClient) -> Chat:
    return await Chat.open(client)
