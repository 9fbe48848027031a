"""The web chat's channel: the API that the page and other clients use."""

from bot.channels.web.channel import WebChannel

__all__ = ["WebChannel"]
