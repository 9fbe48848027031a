"""All of the console's addresses."""

from __future__ import annotations

from starlette.routing import BaseRoute

from bot.console.attention import AttentionPages
from bot.console.case import CasePages
from bot.console.door import Door
from bot.console.frame import Frame
from bot.console.ports import ConsoleParts
from bot.console.queue import Queue


def routes(parts: ConsoleParts) -> list[BaseRoute]:
    """The routes under `/console`, for the bot's application."""
    door, frame = Door(parts), Frame(parts)
    pages = (Queue(parts, door, frame), CasePages(parts, door, frame), AttentionPages(parts, door, frame))
    return [*(route for page in pages for route in page.routes()), *door.routes()]
