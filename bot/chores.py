"""Chores: what happens by itself, each at its own pace, for as long as the bot runs.

Owns the one loop behind all of them: a step that breaks is logged by its place and comes again at its time, and holds
up no other chore. Refuses to know what a chore does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.gateway import Gateway
from bot.notices import Notices
from helpdesk.calendar import utc_now
from helpdesk.errors import where
from helpdesk.privacy import Retention
from helpdesk.registration import Deadlines
from helpdesk.services import Services

log = logging.getLogger(__name__)

_SWEEP_SECONDS = 5.0
_EACH_MINUTE = 60.0
_EACH_HOUR = 3600.0

Sleep = Callable[[float], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Chore:
    """`step` is called at once and then again `every` so many seconds after it has ended; or sooner, if it says so."""

    name: str
    every: float
    step: Callable[[], Awaitable[float | None]]


@asynccontextmanager
async def doing(chores: Sequence[Chore], sleep: Sleep = asyncio.sleep) -> AsyncIterator[None]:
    """The chores are done inside of this; a step must be safe to be cut off at any await."""
    tasks = [asyncio.create_task(_keep_doing(chore, sleep), name=f"chore:{chore.name}") for chore in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_doing(chore: Chore, sleep: Sleep) -> None:
    while True:
        pause = None
        try:
            pause = await chore.step()
        except Exception as error:  # whatever broke, its next time may go well, and nobody else would do it
            log.error("%s has to wait: %s", chore.name, where(error))
        await sleep(chore.every if pause is None else pause)


def house_chores(services: Services, gateway: Gateway, notices: Notices) -> list[Chore]:
    """What the bot does by the clock."""
    settings = services.settings
    deadlines = Deadlines(services.registration_store, services.mails, settings.office_email, settings.page_url)
    retention = Retention(services.database, services.domains)

    async def watch_deadlines() -> None:
        for registration in await deadlines.run_once():
            await notices.apologise(registration)

    async def forget_what_is_past() -> None:
        expired = await retention.expire(utc_now())
        if expired:
            log.info("forgotten: %s", expired)

    return [
        Chore("the sweep", _SWEEP_SECONDS, gateway.sweep),
        Chore("the deadlines", _EACH_MINUTE, watch_deadlines),
        Chore("forgetting", _EACH_HOUR, forget_what_is_past),
    ]
