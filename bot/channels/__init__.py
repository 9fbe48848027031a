"""How people reach the assistant: what every channel has in common; a package for each channel."""

from bot.channels.base import Inbox, PushChannel, Undeliverable

__all__ = ["Inbox", "PushChannel", "Undeliverable"]
