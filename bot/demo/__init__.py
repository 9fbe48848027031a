"""Demo only: the mail catcher and its page."""

from bot.demo.catcher import catching
from bot.demo.mailbox import routes

__all__ = ["catching", "routes"]
