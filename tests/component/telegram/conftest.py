"""The Telegram channel against `lo-bot-api-emulator` at the socket, with an inbox that records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from bot.channels.telegram.channel import TelegramChannel
from helpdesk.settings import Settings
from tests.stage.telegram_front import TOKEN, TelegramFront, emulator, front
from tests.stage.telegram_parts import SECRET, RecordingInbox


@pytest.fixture(scope="module")
def emulator_url() -> Iterator[str]:
    with emulator() as url:
        yield url


@pytest.fixture(autouse=True)
def direct_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def timedeltas_from_ptb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it every RetryAfter warns, inside PTB, and warnings are errors here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def telegram(emulator_url: str) -> AsyncIterator[TelegramFront]:
    async with front(emulator_url) as opened:
        yield opened


@pytest.fixture
def inbox() -> RecordingInbox:
    return RecordingInbox()


@pytest.fixture
def polling(settings: Settings, telegram: TelegramFront) -> Settings:
    return replace(settings, telegram_token=TOKEN, telegram_api_url=telegram.url)


@pytest.fixture
async def channel(polling: Settings, inbox: RecordingInbox) -> AsyncIterator[TelegramChannel]:
    async with TelegramChannel.open(polling, inbox) as opened:
        yield opened


@pytest.fixture
def hooked(polling: Settings) -> Settings:
    return replace(
        polling,
        telegram_mode="webhook",
        telegram_webhook_url="http://127.0.0.1:1",
        telegram_webhook_secret=SECRET,
    )


@pytest.fixture
async def webhook(hooked: Settings, inbox: RecordingInbox) -> AsyncIterator[TelegramChannel]:
    async with TelegramChannel.open(hooked, inbox) as opened:
        yield opened
