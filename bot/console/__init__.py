"""The office's pages: the queue, one case, the journal."""

from bot.console.ports import ConsoleParts
from bot.console.routes import routes

__all__ = ["ConsoleParts", "routes"]
