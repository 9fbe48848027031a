"""All of the console's addresses."""

from __future__ import annotations

from starlette.routing import BaseRoute

from bot.console.case import CasePages
from bot.console.door import Door
from bot.console.ports import ConsoleParts
from bot.console.queue import Queue


def routes(parts: ConsoleParts) -> list[BaseRoute]:
    """The routes under `/console`, for the bot's application."""
    door = Door(parts)
    return [*Queue(parts, door).routes(), *CasePages(parts, door).routes(), *door.routes()]
