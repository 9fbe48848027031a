"""Fetching updates so that none is lost: an update is acknowledged to Telegram only once it is stored.

PTB's own updater acknowledges a batch when it fetches the next one, stored or not. Here the offset stays at the lowest
update that is not stored yet. Telegram hands out at most 100 updates behind the offset, so that is also how many can
wait in memory.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from telegram import Bot, Update
from telegram.error import RetryAfter
from telegram.request import BaseRequest, HTTPXRequest

from bot.channels.telegram.updates import ALLOWED_UPDATES, readable

log = logging.getLogger(__name__)

_POLL_SECONDS = 25
# While an update takes long (a photo, a store that is down), the others are looked for this often.
_SLOW_SECONDS = 1.0
_LONGEST_PAUSE = 30.0


def retry_seconds(error: RetryAfter) -> float:
    """PTB gives a number or a timedelta, depending on an environment variable of its own."""
    pause: float | datetime.timedelta = error.retry_after
    return pause.total_seconds() if isinstance(pause, datetime.timedelta) else float(pause)


def pause_after(error: Exception, failures: int) -> float:
    """How long to leave Telegram alone after so many failures in a row (from 1)."""
    if isinstance(error, RetryAfter):
        return retry_seconds(error)
    return min(0.25 * 2.0 ** min(failures, 10), _LONGEST_PAUSE)


class PollingRequest(HTTPXRequest):
    """PTB drops a whole batch when it can't read one update of it; here that one comes out empty instead."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer = BaseRequest.parse_json_payload(payload)
        if isinstance(answer.get("result"), list):
            answer["result"] = [readable(raw) for raw in answer["result"]]
        return answer


class Polling:
    """The loop on `getUpdates`. `store` returns once an update is safely kept, however long that takes; it is called
    for the updates in their order, and keeps what belongs together in order itself."""

    def __init__(self, bot: Bot, store: Callable[[Update], Coroutine[Any, Any, None]]) -> None:
        self._bot = bot
        self._store = store
        self._in_flight: dict[int, asyncio.Task[None]] = {}
        self._stored: set[int] = set()
        self._last: int | None = None

    async def run(self) -> None:
        """Poll until cancelled. What is not stored by then is not acknowledged and comes again."""
        failures = 0
        try:
            while True:
                try:
                    updates = await self._fetch()
                except Exception as error:
                    # TelegramError, or an answer that isn't Telegram's; the loop must outlive both.
                    failures += 1
                    # Not the error's text: it may quote what was received.
                    log.warning("polling Telegram failed (%s in a row): %s", failures, type(error).__name__)
                    await asyncio.sleep(pause_after(error, failures))
                    continue
                failures = 0
                self._begin(updates)
                if self._in_flight:
                    await asyncio.wait(self._in_flight.values(), timeout=_SLOW_SECONDS)
        finally:
            await self._stop()

    async def _fetch(self) -> Sequence[Update]:
        offset = self._offset()
        self._stored = {number for number in self._stored if offset is not None and number >= offset}
        timeout = 0 if self._in_flight else _POLL_SECONDS
        return await self._bot.get_updates(offset=offset, timeout=timeout, allowed_updates=ALLOWED_UPDATES)

    def _offset(self) -> int | None:
        if self._in_flight:
            return min(self._in_flight)
        return None if self._last is None else self._last + 1

    def _begin(self, updates: Sequence[Update]) -> None:
        for update in updates:
            number = update.update_id
            self._last = number
            if number in self._in_flight or number in self._stored:
                continue
            task = asyncio.create_task(self._store(update))
            self._in_flight[number] = task
            task.add_done_callback(partial(self._settle, number))

    def _settle(self, number: int, task: asyncio.Task[None]) -> None:
        del self._in_flight[number]
        if task.cancelled():
            return
        if task.exception() is not None:
            log.error("update %s was given up: %s", number, type(task.exception()).__name__)
        self._stored.add(number)

    async def _stop(self) -> None:
        tasks = list(self._in_flight.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
